"""Two senders never send a twin, and no reminder leaves for a time that is not booked when it is claimed.

SENDING_REMINDERS says how many reminders leave while desks cancel and move their appointments.
"""

import json
import os
import sys
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from clinic.enums import MessageKind, MessageStatus
from clinic.models import Appointment, Message
from tests.clinic.messaging.outbox import NOON, Outbox
from tests.concurrency.race import race, tally
from tests.factories import MONDAY, RIYADH, make_patient, make_provider, make_service, make_week
from tests.gateway import Gateway

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

REMINDERS = int(os.environ.get("SENDING_REMINDERS", "40"))
ROUND = 400  # of them at once
MORNING = 8  # half hours from nine on; what is moved goes to the afternoon
BOOKED = datetime(2030, 1, 6, 8, tzinfo=UTC)


@pytest.fixture
def outbox(transactional_db):
    return Outbox()


def test_senders_on_one_database_send_no_twin(outbox):
    messages = [outbox.message(outbox.appointment(starts_at=morning(n))) for n in range(MORNING * 5)]

    with Gateway() as gateway:
        outcomes = race("sending_racers.send_all", [{"gateway": gateway.address, "at": NOON.isoformat()}] * 4)

    assert tally(outcomes) == {"won": 4}
    assert sum(outcome.result for outcome in outcomes) == len(messages)
    assert sorted(call.key for call in gateway.calls) == sorted(str(message.public_id) for message in messages)


def test_without_leases_they_do(outbox):
    """The control: the race is a race."""
    for n in range(MORNING * 5):
        outbox.message(outbox.appointment(starts_at=morning(n)))

    with Gateway() as gateway:
        entries = [{"gateway": gateway.address, "at": NOON.isoformat()}] * 4
        race("sending_racers.send_all_without_leases", entries)

    assert gateway.duplicates > 0


def test_no_reminder_leaves_for_a_time_that_is_not_booked(outbox, tmp_path, capsys):
    log = tmp_path / "log.jsonl"
    providers = [room(outbox) for _ in range(-(-min(REMINDERS, ROUND) // (MORNING * 5)))]
    lines: list[dict] = []
    for first in range(0, REMINDERS, ROUND):
        remind(providers, outbox, week=first // ROUND, number=min(ROUND, REMINDERS - first))
        shared = {"log": str(log), "at": NOON.isoformat()}
        desks = [{**shared, "by": outbox.sara.pk, "seed": first + n} for n in range(2)]
        outcomes = race("sending_racers.send_or_change", [shared, shared, *desks])
        assert tally(outcomes) == {"won": 4}
        lines += [json.loads(line) for line in log.read_text().splitlines()]
        log.unlink()
    claimed, sent, changed = (moments(lines, word) for word in ("claimed", "sent", "changed"))

    false = {key for key in changed.keys() & claimed.keys() if changed[key] < claimed[key]}
    during = [sent[key] - changed[key] for key in changed.keys() & sent.keys() if changed[key] < sent[key]]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{connection.vendor}: {REMINDERS:,} reminders, {len(changed):,} changed around their sending: "
            f"{len(false)} claimed after the change; {len(during)} were on their way to the gateway when it came, "
            f"{max(during, default=0) * 1000:.0f} ms at most before they were there\n"
        )
    assert changed
    assert false == set()
    assert set(sent) == set(claimed)
    assert_that_the_news_follows(sent.keys() & changed.keys())


def assert_that_the_news_follows(keys: set[str]) -> None:
    """Whoever was reminded of what has changed at that moment is told of the change next."""
    reminded = Appointment.objects.filter(messages__public_id__in=keys)
    news = Message.objects.filter(
        kind__in=[MessageKind.MOVED, MessageKind.CANCELLED], status=MessageStatus.QUEUED, appointment__in=reminded
    )
    assert news.count() == reminded.count() == len(keys)


def moments(lines: list[dict], word: str) -> dict[str, float]:
    """By the message's key, when it first was so."""
    found: dict[str, float] = {}
    for line in lines:
        if word in line:
            found.setdefault(line[word], line["at"])
    return found


def morning(number: int, *, week: int = 0) -> datetime:
    """The n-th half hour of a week's mornings, eight a day from Monday to Friday."""
    day, place = divmod(number, MORNING)
    start = datetime.combine(MONDAY + timedelta(weeks=week, days=day), time(9), RIYADH)
    return start + timedelta(minutes=30) * place


def room(outbox: Outbox) -> tuple:
    """A provider who works all day, the patient who comes to nobody else, and what is given."""
    provider = make_provider(outbox.clinic)
    make_week(provider, outbox.clinic, start=time(9), end=time(17))
    return provider, make_patient(outbox.organisation), make_service(provider)


def remind(providers: list[tuple], outbox: Outbox, *, week: int, number: int) -> None:
    appointments = []
    for n in range(number):
        provider, patient, service = providers[n // (MORNING * 5)]
        starts_at = morning(n % (MORNING * 5), week=week)
        appointments.append(
            Appointment(
                organisation=outbox.organisation, patient=patient, service=service, provider=provider,
                clinic=outbox.clinic, starts_at=starts_at, ends_at=starts_at + service.duration,
                busy_from=starts_at, busy_until=starts_at + service.duration, booked_at=BOOKED,
            )
        )  # fmt: skip
    Message.objects.bulk_create(map(outbox.unsaved, Appointment.objects.bulk_create(appointments)))
