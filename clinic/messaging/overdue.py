"""Appointments that the policy's reminders would have told of already, had they been the rules all along.

Nobody is reminded of them by itself: whoever turns a rule on looks at who that would be, and asks for it or does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import HEARD_STATUSES, OperationKind, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal, ReminderRefused
from clinic.messaging.destinations import destination_of
from clinic.messaging.grace import SLIP
from clinic.messaging.reminder_rules import KIND, PREFIX, Owed, Rule, every_rules
from clinic.messaging.reminding import batches, key_of, message_of, unwritten
from clinic.models import Appointment, Message, Operation, Organisation, Sweep, User
from clinic.operations import begin
from clinic.tenancy import own

SHOWN = 20  # appointments of a preview
LONGEST_QUIET = timedelta(days=2)  # reminders leave within two days of their moment, whatever the quiet hours


@dataclass(frozen=True)
class Overdue:
    """How many appointments would be reminded of now and by how many messages; `first` are the soonest of them.

    `unreachable` more have a patient who does not want messages or has no address. `last_at` is when the last begins.
    """

    appointments: int = 0
    messages: int = 0
    unreachable: int = 0
    last_at: datetime | None = None
    first: list[Appointment] = field(default_factory=list)
    stamp: str = ""


def overdue_reminders(organisation: Organisation, *, at: datetime | None = None) -> Overdue:
    """Who would be reminded now by `catch_up`. Nothing is written; two queries for each rule, three for each 500."""
    seen, first, messages, unreachable, last_at = set[int](), list[Appointment](), 0, 0, None
    stamp = sha256()
    for rule, batch in _overdue(organisation, at=at or now()):
        for appointment, _leaves in batch:
            if destination_of(appointment.patient, wanted=rule.channel).obstacle:
                unreachable += appointment.pk not in seen
                continue
            messages += 1
            stamp.update(key_of(rule, appointment).encode())
            last_at = max(last_at or appointment.starts_at, appointment.starts_at)
            if appointment.pk not in seen:
                seen.add(appointment.pk)
                first = sorted([*first, appointment], key=lambda row: row.starts_at)[:SHOWN]
    return Overdue(len(seen), messages, unreachable, last_at, first, stamp.hexdigest()[:16])


@transaction.atomic
def catch_up(
    organisation: Organisation, *, by: User, reason: str = "", seen: str | None = None, at: datetime | None = None
) -> Operation:
    """Remind of everything that is overdue, some minutes from now; the operation has the messages.

    Raises ReminderRefused where nobody is left, and ChangedMeanwhile when `seen`, the `stamp` that the person looked
    at, stands for others than would be reminded now.
    """
    if own(by) != organisation:
        raise Organisation.DoesNotExist("Organisation matching query does not exist.")
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
    for rule, batch in _overdue(organisation, at=at, besides=operation):
        rows = (message_of(rule, row, at + SLIP, at=at, operation=operation) for row, _leaves in batch)
        Message.objects.bulk_create([row for row in rows if not row.error], ignore_conflicts=True)
    return operation


def _overdue(
    organisation: Organisation, *, at: datetime, besides: Operation | None = None
) -> Iterator[tuple[Rule, list[Owed]]]:
    """By rule and batch, those whose reminder of it would have left and has not; what `besides` wrote aside."""
    swept = dict(Sweep.objects.filter(organisation=organisation).values_list("rule", "swept_until"))
    for rules in every_rules(Organisation.objects.filter(pk=organisation.pk)):
        for rule in rules:
            span = {"after": at - rule.notice - LONGEST_QUIET, "until": min(swept.get(rule.name, at), at), "at": at}
            for batch in batches(rules.candidates(rule, **span)):
                yield rule, _unheard(unwritten(rule, rules.owed(rule, batch, **span)), besides)


def _unheard(owed: list[Owed], besides: Operation | None) -> list[Owed]:
    """Those whose patient has not been reminded of this time since, by another rule; one query."""
    reminded = Message.objects.filter(
        kind=KIND, status__in=HEARD_STATUSES, appointment__in=[appointment.pk for appointment, _leaves in owed]
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
        (appointment, leaves)
        for appointment, leaves in owed
        if (due_at := newest.get((appointment.pk, appointment.starts_at))) is None or due_at < leaves
    ]
