"""Reminders that write themselves: one row of the outbox for each rule and appointment, when its moment has come.

A rule is a line of the organisation's policy: by this channel, so many minutes before. Its `Sweep` says how far it has
come. A rule that is seen for the first time begins now and reminds of nothing that is past, unless somebody looks at
who that would be and asks for it (`overdue`). A rule that is taken out is forgotten, and begins anew if it comes back.

Who has learnt of the time only after the reminder's moment needs none, because the confirmation has just said it. Of
several reminders that a sleeping worker owes for one appointment the last is sent: those before it are too late.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from clinic.enums import MessageStatus
from clinic.messaging.destinations import destination_of
from clinic.messaging.reminder_rules import KIND, PREFIX, Owed, Rule, Rules, every_rules
from clinic.messaging.words import written
from clinic.models import Appointment, Message, Operation, Sweep

BATCH = 500

type Sweeps = dict[tuple[int, str], Sweep]  # by organisation and name of the rule


def remind_due(*, at: datetime | None = None) -> int:
    """Write every reminder whose moment has come since the last time into the outbox; how many were written.

    Who does not want messages, or cannot be reached, gets a skipped row that says so. Safe to run twice, and by two
    workers at once; each batch of 500 costs the same few queries.
    """
    at = at or now()
    everybody = list(every_rules())
    swept = _sweeps(everybody, at=at)
    count = sum(
        _remind(rules, rule, swept[rules.organisation.pk, rule.name], at=at) for rules in everybody for rule in rules
    )
    Sweep.objects.filter(pk__in=[sweep.pk for sweep in swept.values()], swept_until__lt=at).update(swept_until=at)
    return count


def messages_of(rule: Rule, owed: Iterable[Owed], *, at: datetime, operation: Operation | None = None) -> list[Message]:
    """The rows, not saved yet, of those that have none for this time of the appointment; one query."""
    rows = {row.dedupe_key: row for row in (_message(rule, *one, at=at, operation=operation) for one in owed)}
    there = Message.objects.filter(dedupe_key__in=rows).values_list("dedupe_key", flat=True) if rows else ()
    for key in there:
        del rows[key]
    return list(rows.values())


def batches(rows: QuerySet[Appointment]) -> Iterator[list[Appointment]]:
    """The appointments in order of time, 500 at once, whatever is written to them meanwhile."""
    place = Q()
    while batch := list(rows.filter(place)[:BATCH]):
        yield batch
        last = batch[-1]
        place = Q(starts_at__gt=last.starts_at) | Q(starts_at=last.starts_at, pk__gt=last.pk)
        if len(batch) < BATCH:
            return


def _sweeps(everybody: Iterable[Rules], *, at: datetime) -> Sweeps:
    """How far each rule has come; a new one is here already, and one that is no rule any more is forgotten."""
    wanted = {(rules.organisation.pk, rule.name) for rules in everybody for rule in rules}
    kept = {(row.organisation_id, row.rule): row for row in Sweep.objects.filter(rule__startswith=PREFIX)}
    if gone := [row.pk for key, row in kept.items() if key not in wanted]:
        Sweep.objects.filter(pk__in=gone).delete()
    if new := [Sweep(organisation_id=pk, rule=name, swept_until=at) for pk, name in wanted - kept.keys()]:
        Sweep.objects.bulk_create(new, ignore_conflicts=True)
        kept = {(row.organisation_id, row.rule): row for row in Sweep.objects.filter(rule__startswith=PREFIX)}
    return {key: kept[key] for key in wanted}


def _remind(rules: Rules, rule: Rule, sweep: Sweep, *, at: datetime) -> int:
    since = {"after": sweep.swept_until, "until": at, "at": at}
    if sweep.swept_until >= at:
        return 0
    return sum(
        _write(rule, rules.owed(rule, batch, **since), sweep, at=at)
        for batch in batches(rules.candidates(rule, **since))
    )


@transaction.atomic
def _write(rule: Rule, owed: Iterable[Owed], sweep: Sweep, *, at: datetime) -> int:
    """One batch, while no other worker writes any of this rule."""
    list(Sweep.objects.select_for_update().filter(pk=sweep.pk))
    return len(Message.objects.bulk_create(messages_of(rule, owed, at=at), ignore_conflicts=True))


def _message(
    rule: Rule, appointment: Appointment, leaves_at: datetime, *, at: datetime, operation: Operation | None
) -> Message:
    patient = appointment.patient
    destination = destination_of(patient, wanted=rule.channel)
    subject, body = written(KIND, patient, channel=destination.channel, appointment=appointment)
    start = appointment.starts_at.astimezone(UTC)
    return Message(
        organisation_id=appointment.organisation_id, patient=patient, appointment=appointment, operation=operation,
        kind=KIND, channel=destination.channel, address=destination.address, language=patient.language,
        subject=subject, body=body, starts_at=start, expires_at=start, queued_at=at, due_at=leaves_at,
        status=MessageStatus.SKIPPED if destination.obstacle else MessageStatus.QUEUED, error=destination.obstacle,
        dedupe_key=f"{KIND}:{appointment.public_id}:{destination.channel}:{rule.minutes}:{start:%Y%m%dT%H%MZ}",
    )  # fmt: skip
