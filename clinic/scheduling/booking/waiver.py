"""Forgiving what a no-show or a late cancellation costs."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.billing.services import waive_fee
from clinic.enums import AppointmentStatus, RefusalCode
from clinic.errors import Refusal, WaiverRefused
from clinic.models import Appointment, User
from clinic.packages import services as packages
from clinic.permissions import WAIVE
from clinic.retries import retried
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.status import POSSIBLE_FROM
from clinic.tenancy import own


@retried
@transaction.atomic
def waive(
    appointment: Appointment, *, by: User, reason: str, expected_state: str | None = None, at: datetime | None = None
) -> Appointment:
    """Forgive a no-show or late cancellation: its session is given back, its fee is waived, it no longer counts.

    The status stays, for that is what happened; so does a fee that has been paid. `undo_status` takes it back.
    Raises WrongStatus for any other status, and WaiverRefused without permission or reason, for a cancellation that
    cost nothing, and the second time; ChangedMeanwhile unless it is in the `expected_state`.
    """
    own(by, appointment)
    reason = checked(reason)
    row, at = reread(appointment, "waive", expected_state=expected_state), at or timezone.now()
    if refusals := _refusals(row, by=by, reason=reason):
        raise WaiverRefused(*refusals)
    if row.session_used:
        packages.give_back_session(row, by=by, at=at, reason=_("Waived"))
    waive_fee(row, by=by, reason=reason, at=at)
    row.waived_at, row.waived_by, row.waiver_reason = at, by, reason
    row.record("waived_at", "waived_by", "waiver_reason", "session_used", by=by, reason=reason, at=at)
    return row


def can_be_waived(appointment: Appointment) -> bool:
    """Whether there is something to forgive, and it has not been forgiven; no query."""
    return appointment.status in POSSIBLE_FROM["waive"] and not _nothing_to_waive(appointment)


def may_not_waive() -> Refusal:
    return Refusal(RefusalCode.PERMISSION, _("Your role does not allow you to waive this."), _("Ask a manager."))


def _refusals(row: Appointment, *, by: User, reason: str) -> list[Refusal]:
    refusals = _nothing_to_waive(row)
    if not by.has_perm(WAIVE):
        refusals.append(may_not_waive())
    if not reason:
        refusals.append(Refusal(RefusalCode.INVALID, _("A waiver needs a reason."), _("Write why it is forgiven.")))
    return refusals


def _nothing_to_waive(row: Appointment) -> list[Refusal]:
    if row.waived_at:
        message = _("%(name)s has waived this already.") % {"name": row.waived_by or pgettext("who did it", "Somebody")}
        return [Refusal(RefusalCode.STATUS, message)]
    if row.status == AppointmentStatus.CANCELLED_BY_PATIENT and not row.cancelled_late:
        return [Refusal(RefusalCode.STATUS, _("This was cancelled in time and cost nothing."))]
    return []
