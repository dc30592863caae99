"""Remind those whose package expires soon with sessions that nobody has booked: all at once, or each in time."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import OperationKind, RefusalCode
from clinic.errors import ChangedMeanwhile, PackageRefused, Refusal
from clinic.messaging import sweeps
from clinic.messaging.expiring import queue_reminders, take_turns
from clinic.models import Operation, Organisation, Sweep, User
from clinic.operations import begin
from clinic.packages.expiring import expiring, reminders_for, reminders_of
from clinic.packages.selectors import local_day
from clinic.retries import on_its_own, retried
from clinic.tenancy import own

PREFIX = "package_expiring:"


@retried
@transaction.atomic
def remind_expiring(*, by: User, reason: str = "", at: datetime | None = None, seen: str | None = None) -> Operation:
    """Queue one message for each of the organisation's patients who can be reached and has not heard of it yet.

    Raises PackageRefused when there is nobody left to write to, and ChangedMeanwhile when `seen`, the `stamp` that
    the person looked at, stands for others than would be written to now. Of several people who ask at once the first
    one writes; the others hear that it is done.
    """
    at, organisation = at or now(), own(by)
    take_turns(organisation)
    reminders = reminders_for(organisation, at=at)
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


def remind_expiring_due(*, at: datetime | None = None) -> int:
    """Tell everybody whose last day has come as near as the policy says since the last time; how many were written to.

    A policy that begins to tell, or tells earlier, begins with those who come as near from now on: `remind_expiring`
    is for the others. Safe to run twice, and by two workers at once; an organisation that fails stops no other.
    """
    at = at or now()
    organisations = Organisation.objects.select_related("policy").in_bulk()
    days_of = {pk: expiring_days(organisation) for pk, organisation in organisations.items()}
    rules = {(pk, f"{PREFIX}{days}"): organisations[pk] for pk, days in days_of.items() if days}
    swept = sweeps.sweeps_of(rules, prefix=PREFIX, at=at)
    return sum(
        on_its_own(partial(_remind_due, rules[rule], days_of[rule[0]], sweep, at=at), sweep)
        for rule, sweep in swept.items()
    )


def expiring_days(organisation: Organisation) -> int:
    """How many days before the last one its patients are told; 0 for never."""
    policy = organisation.effective_policy
    return policy.expiring_days


@transaction.atomic
def _remind_due(organisation: Organisation, days: int, sweep: Sweep, *, at: datetime) -> int:
    today, before = local_day(organisation, at), local_day(organisation, sweep.swept_until)
    locked = sweeps.lock(sweep) if before < today else None
    if locked is None:
        return 0
    take_turns(organisation)
    told_until = local_day(organisation, locked.swept_until) + timedelta(days=days)
    due = expiring(organisation, today=today, days=days).filter(expires_on__gt=told_until)
    rows = queue_reminders(reminders_of(organisation, due), at=at)
    sweeps.note([locked], at=at)
    return len(rows)
