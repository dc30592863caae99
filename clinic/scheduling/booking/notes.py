"""The words on an appointment: why the patient comes, and what the desk should know."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.enums import AppointmentStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, ClinicError, Refusal
from clinic.models import Appointment, User
from clinic.retries import retried
from clinic.scheduling.booking.rows import moment_text
from clinic.tenancy import own

TREATED = (AppointmentStatus.IN_PROGRESS, AppointmentStatus.COMPLETED)


def words_version(appointment: Appointment) -> str:
    """A short text that is different when the reason or the notes are."""
    return hashlib.sha256(repr((appointment.reason, appointment.notes)).encode()).hexdigest()[:16]


def may_write(by: User, appointment: Appointment) -> bool:
    """Whether the words are this person's to write: from the start of the session they are its provider's alone."""
    if appointment.status not in TREATED:
        return True
    provider = getattr(by, "provider", None)
    return provider is not None and provider.pk == appointment.provider_id


def providers_own(appointment: Appointment) -> Refusal:
    message = _("The session has begun: its notes are the provider's own.")
    return Refusal(RefusalCode.PERMISSION, message, _("Ask %(name)s.") % {"name": appointment.provider})


@retried
@transaction.atomic
def write_notes(
    appointment: Appointment, *, by: User, reason: str, notes: str, expected_version: str | None = None
) -> Appointment:
    """Write the reason and the notes; the same words again change nothing.

    `expected_version` is the `words_version` that the person saw: ChangedMeanwhile when somebody has written others
    since. Possible in every status, for words do not change what happened; but ClinicError where they are the
    provider's own (`may_write`).
    """
    own(by, appointment)
    rows = Appointment.objects.filter(pk=appointment.pk).select_related("patient", "clinic", "provider")
    row = rows.locked().get()
    if (row.reason, row.notes) == (reason, notes):
        return row
    if not may_write(by, row):
        raise ClinicError(providers_own(row))
    if expected_version is not None and words_version(row) != expected_version:
        raise ChangedMeanwhile(_who_wrote(row))
    row.reason, row.notes = reason, notes
    row.record("reason", "notes", by=by)
    return row


def _who_wrote(row: Appointment) -> Refusal:
    others = row.history.exclude(reason=row.reason, notes=row.notes).order_by("-history_id").first()
    since = row.history.filter(history_id__gt=others.history_id if others else 0).select_related("history_user")
    wrote = since.order_by("history_id").first()
    values = {
        "name": (wrote and wrote.history_user) or pgettext("who did it", "Somebody"),
        "patient": row.patient,
        "at": moment_text(wrote.history_date, row) if wrote else "",
    }
    message = _("%(name)s has written other words on the appointment of %(patient)s (%(at)s).") % values
    return Refusal(RefusalCode.CHANGED, message, _("Compare both versions, then save what is right."))
