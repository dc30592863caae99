"""Remind everybody whose package expires soon with sessions that nobody has booked."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import OperationKind, RefusalCode
from clinic.errors import ChangedMeanwhile, PackageRefused, Refusal
from clinic.messaging.expiring import queue_reminders
from clinic.models import Operation, User
from clinic.operations import begin
from clinic.packages.expiring import reminders_for
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def remind_expiring(*, by: User, reason: str = "", at: datetime | None = None, seen: str | None = None) -> Operation:
    """Queue one message for each of the organisation's patients who can be reached and has not heard of it yet.

    Raises PackageRefused when there is nobody left to write to, and ChangedMeanwhile when `seen`, the `stamp` that
    the person looked at, stands for others than would be written to now.
    """
    at = at or now()
    reminders = reminders_for(own(by), at=at)
    if not reminders.possible:
        message = _("Everybody who can be reached has been reminded already.")
        raise PackageRefused(Refusal(RefusalCode.UNCHANGED, message, _("Call the others.")))
    if seen is not None and seen != reminders.stamp:
        message = _("The list has changed since you looked: %(count)d patients would be written to now.")
        values = {"count": len(reminders.possible)}
        raise ChangedMeanwhile(Refusal(RefusalCode.CHANGED, message % values, _("Look at it again, then decide.")))
    operation = begin(OperationKind.REMIND, by=by, at=at, reason=reason)
    queue_reminders(reminders.possible, operation=operation, at=at)
    return operation
