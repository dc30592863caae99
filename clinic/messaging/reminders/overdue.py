"""Appointments that the policy's reminders would have told of already, had they been the rules all along.

Nobody is reminded of them by itself: whoever turns a rule on looks at who that would be, and asks for it or does not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import batched

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import HEARD_STATUSES, OperationKind, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal, ReminderRefused
from clinic.messaging.grace import SLIP
from clinic.messaging.reminders.rules import KIND, PREFIX, Owed, Rules, every_rules, times_known_since
from clinic.messaging.reminders.writing import BATCH, batches, message_of, unwritten
from clinic.messaging.sending.quiet import after_quiet_hours
from clinic.models import Appointment, Message, Operation, Organisation, Sweep, User
from clinic.operations import begin
from clinic.tenancy import check_own

SHOWN = 20  # appointments of a preview
LONGEST_QUIET = timedelta(days=2)  # reminders leave within two days of their moment, whatever the quiet hours


@dataclass(frozen=True)
class Overdue:
    """How many appointments `catch_up` would remind of; `first` are the soonest, `last_at` is when the last begins.

    `leaving` counts the messages by when they leave, None for within minutes. Nobody else is told: `unreachable` do not
    want messages or have no address, and to `too_late` a message would come only after their time.
    """

    appointments: int = 0
    leaving: Mapping[datetime | None, int] = field(default_factory=dict)
    unreachable: list[Appointment] = field(default_factory=list)
    too_late: list[Appointment] = field(default_factory=list)
    last_at: datetime | None = None
    first: list[Appointment] = field(default_factory=list)
    stamp: str = ""

    @property
    def messages(self) -> int:
        return sum(self.leaving.values())


def overdue_reminders(organisation: Organisation, *, at: datetime | None = None) -> Overdue:
    """Who would be reminded now by `catch_up`. Nothing is written; two queries for each rule, three for each 500."""
    at = at or now()
    keys: dict[str, datetime | None] = {}
    told: dict[int, Appointment] = {}
    unreachable: dict[int, Appointment] = {}
    too_late: dict[int, Appointment] = {}
    for owed in _overdue(organisation, at=at):
        appointment = owed.appointment
        if owed.destination.obstacle:
            unreachable[appointment.pk] = appointment
        elif owed.leaves_at >= appointment.starts_at:
            too_late[appointment.pk] = appointment
        else:
            told[appointment.pk] = appointment
            keys[owed.key] = owed.leaves_at if owed.leaves_at > at + SLIP else None
    soonest, stamp = _by_time(told), sha256(repr(sorted(map(str, keys.items()))).encode())
    return Overdue(
        appointments=len(soonest), leaving=Counter(keys.values()), unreachable=_by_time(unreachable),
        too_late=_by_time(too_late), last_at=soonest[-1].starts_at if soonest else None, first=soonest[:SHOWN],
        stamp=stamp.hexdigest()[:16],
    )  # fmt: skip


def _by_time(appointments: Mapping[int, Appointment]) -> list[Appointment]:
    return sorted(appointments.values(), key=lambda row: (row.starts_at, row.pk))


@transaction.atomic
def catch_up(
    organisation: Organisation, *, by: User, reason: str = "", seen: str | None = None, at: datetime | None = None
) -> Operation:
    """Remind of everything that is overdue, some minutes from now or when the quiet hours end, unless that is too late.

    The operation has the messages.

    Raises ReminderRefused where nobody is left, and ChangedMeanwhile when `seen`, the `stamp` that the person looked
    at, stands for others than would be reminded now.
    """
    check_own(by, organisation)
    at = at or now()
    list(Sweep.objects.select_for_update().filter(organisation=organisation, rule__startswith=PREFIX).order_by("pk"))
    overdue = overdue_reminders(organisation, at=at)
    if not overdue.messages:
        message = _("Nobody is left who would have been reminded already.")
        raise ReminderRefused(Refusal(RefusalCode.UNCHANGED, message, _("Reminders go out by themselves from now on.")))
    if seen is not None and seen != overdue.stamp:
        message = _("The list has changed since you looked: %(count)d appointments would be reminded of now.")
        sentence = message % {"count": overdue.appointments}
        raise ChangedMeanwhile(Refusal(RefusalCode.CHANGED, sentence, _("Look at it again, then decide.")))
    operation = begin(OperationKind.REMIND, by=by, at=at, reason=reason)
    for batch in batched(_overdue(organisation, at=at, besides=operation), BATCH, strict=False):
        in_time = [one for one in batch if one.leaves_at < one.appointment.starts_at and not one.destination.obstacle]
        rows = [message_of(one, at=at, operation=operation) for one in in_time]
        Message.objects.bulk_create(rows, ignore_conflicts=True)
    return operation


def _overdue(organisation: Organisation, *, at: datetime, besides: Operation | None = None) -> Iterator[Owed]:
    """Those whose reminder by a rule would have left and has not, and when it would leave now.

    What `besides` wrote is left aside.
    """
    swept = dict(Sweep.objects.filter(organisation=organisation).values_list("rule", "swept_until"))
    for rules in every_rules(Organisation.objects.filter(pk=organisation.pk)):
        for rule in rules:
            span = {"after": at - rule.notice - LONGEST_QUIET, "until": min(swept.get(rule.name, at), at), "at": at}
            for batch in batches(rules.candidates(rule, **span)):
                owed = rules.owed(rule, batch, times_known_since(batch), **span)
                yield from _leaving(rules, _unheard(unwritten(owed), besides), at=at)


def _leaving(rules: Rules, owed: Iterable[Owed], *, at: datetime) -> Iterator[Owed]:
    """When each would leave now, without those whom the next reminder reaches by then."""
    for one in owed:
        leaves = after_quiet_hours(at + SLIP, one.appointment.clinic.zone, rules.policy)
        if not any(rules.leaves_at(one.appointment, minutes) <= leaves for minutes in one.rule.later):
            yield replace(one, leaves_at=leaves)


def _unheard(owed: list[Owed], besides: Operation | None) -> list[Owed]:
    """Those whose patient has not been reminded of this time since, by another rule; one query."""
    reminded = Message.objects.filter(
        kind=KIND, status__in=HEARD_STATUSES, appointment__in=[one.appointment.pk for one in owed]
    )
    if besides is not None:
        reminded = reminded.exclude(operation=besides)
    newest = {
        (appointment, start): due_at
        for appointment, start, due_at in reminded.order_by()
        .values_list("appointment", "starts_at")
        .annotate(Max("due_at"))
    }
    return [
        one
        for one in owed
        if (due_at := newest.get((one.appointment.pk, one.appointment.starts_at))) is None or due_at < one.leaves_at
    ]
