"""Reminders that write themselves: one row of the outbox for each rule and appointment, when its moment has come.

A rule is a line of the organisation's policy: by this channel, so many minutes before. Its `Sweep` says how far it has
come. A rule that is seen for the first time begins now and reminds of nothing that is past, unless somebody looks at
who that would be and asks for it (`overdue`). A rule that is taken out is forgotten, and begins anew if it comes back.

Who has learnt of the time only after the reminder's moment needs none, because the confirmation has just said it. Of
several reminders that a sleeping worker owes for one appointment the last is sent: those before it are too late.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now

from clinic.enums import MessageStatus
from clinic.messaging import sweeps
from clinic.messaging.moving import move_until
from clinic.messaging.reminders.rules import KIND, PREFIX, Owed, Rule, Rules, every_rules, times_known_since
from clinic.messaging.texts.words import written
from clinic.models import Appointment, Message, Operation, Organisation, Sweep
from clinic.retries import on_its_own

BATCH = 500
BEHIND = timedelta(minutes=15)  # the sender may be, where much is due at once

logger = logging.getLogger(__name__)


def remind_due(*, at: datetime | None = None) -> int:
    """Write every reminder whose moment has come since the last time into the outbox; how many were written.

    Who does not want messages, or cannot be reached, gets a skipped row that says so. Safe to run twice, and by two
    workers at once; each batch of 500 costs the same few queries. A rule that fails stops no other, and begins next
    time where it began now.
    """
    at = at or now()
    wanted, unread = _wanted()
    swept = sweeps.sweeps_of(wanted, prefix=PREFIX, at=at, unread=unread)
    return sum(on_its_own(partial(_remind, *wanted[name], sweep, at=at), sweep) for name, sweep in swept.items())


def _wanted() -> tuple[dict[sweeps.Rule, tuple[Rules, Rule]], set[int]]:
    """Every rule of every organisation, and the keys of the organisations whose policy nobody understands."""
    wanted: dict[sweeps.Rule, tuple[Rules, Rule]] = {}
    unread = set()
    for rules in every_rules():
        organisation = rules.organisation.pk
        try:
            wanted |= {(organisation, rule.name): (rules, rule) for rule in rules}
        except Exception as error:  # of one organisation: the others are not to suffer
            logger.error("The reminders of organisation %s cannot be read: %s.", organisation, type(error).__name__)
            unread.add(organisation)
    return wanted, unread


def remind_again(*appointments: Appointment, since: datetime, at: datetime) -> int:
    """Write what fell due, was called off or was skipped while the appointments did not stand; how many are queued.

    For a slip that is undone, `since` when it was made, before its patients have heard of it: a reminder that would
    have left must not be lost. The appointments, with patient and clinic, are of one organisation. As many queries
    for many as for one.
    """
    ahead = [appointment for appointment in appointments if appointment.starts_at > at]
    if not ahead:
        return 0
    known_since = times_known_since(ahead)
    count = _lost(ahead, since=since, at=at).update(status=MessageStatus.QUEUED, error="")
    for rules in every_rules(Organisation.objects.filter(pk=ahead[0].organisation_id)):
        for rule in rules:
            owed = unwritten(rules.owed(rule, ahead, known_since, after=since, until=at, at=at))
            rows = [message_of(one, at=at) for one in owed]
            count += len(Message.objects.bulk_create(rows, ignore_conflicts=True))
    return count


def _lost(appointments: Iterable[Appointment], *, since: datetime, at: datetime) -> QuerySet[Message]:
    """Reminders of these times that were called off, or passed over by the sender, which asks anew what is true."""
    lately = Q(due_at__gt=since - BEHIND) | Q(leased_until__gte=since)  # the sender may have waited for a gateway
    passed_over = Q(status=MessageStatus.SKIPPED) & lately
    keys = [appointment.pk for appointment in appointments]
    about_now = Message.objects.filter(kind=KIND, appointment__in=keys, starts_at=F("appointment__starts_at"))
    called_off = Q(status=MessageStatus.CANCELLED, called_off_by=None)
    return about_now.filter(passed_over | called_off, resent_as=None, expires_at__gt=at)


def unwritten(owed: Iterable[Owed]) -> list[Owed]:
    """Those that have no row of their rule for this time of theirs, whatever has become of it; one query."""
    keys = {one.key: one for one in owed}
    for key in Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True) if keys else ():
        del keys[key]
    return list(keys.values())


def message_of(owed: Owed, *, at: datetime, operation: Operation | None = None) -> Message:
    """The row, not saved yet."""
    appointment, patient, destination = owed.appointment, owed.appointment.patient, owed.destination
    start = appointment.starts_at.astimezone(UTC)
    until = move_until(appointment, owed.policy, leaves_at=max(owed.leaves_at, at))
    subject, body = written(KIND, patient, channel=destination.channel, appointment=appointment, move_until=until)
    return Message(
        organisation_id=appointment.organisation_id, patient=patient, appointment=appointment, operation=operation,
        kind=KIND, **destination.fields, language=patient.language, subject=subject, body=body, starts_at=start,
        expires_at=start, queued_at=at, due_at=owed.leaves_at, dedupe_key=owed.key,
    )  # fmt: skip


def batches(rows: QuerySet[Appointment]) -> Iterator[list[Appointment]]:
    """The appointments in order of time, 500 at once, whatever is written to them meanwhile."""
    place = Q()
    while batch := list(rows.filter(place)[:BATCH]):
        yield batch
        last = batch[-1]
        place = Q(starts_at__gt=last.starts_at) | Q(starts_at=last.starts_at, pk__gt=last.pk)
        if len(batch) < BATCH:
            return


def _remind(rules: Rules, rule: Rule, sweep: Sweep, *, at: datetime) -> int:
    since = {"after": sweep.swept_until, "until": at, "at": at}
    if sweep.swept_until >= at:
        return 0
    count = sum(
        _write(rules.owed(rule, batch, times_known_since(batch), **since), sweep, at=at)
        for batch in batches(rules.candidates(rule, **since))
    )
    sweeps.note([sweep], at=at)
    return count


@transaction.atomic
def _write(owed: Iterable[Owed], sweep: Sweep, *, at: datetime) -> int:
    """One batch, while no other worker writes any of this rule."""
    if sweeps.lock(sweep) is None:
        return 0
    rows = [message_of(one, at=at) for one in unwritten(owed)]
    return len(Message.objects.bulk_create(rows, ignore_conflicts=True))
