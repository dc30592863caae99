"""Four workers look for due reminders at once: each is written once, and counted once."""

from datetime import timedelta

import pytest

from clinic.enums import MessageKind
from clinic.messaging.reminders.writing import remind_due
from clinic.models import Message
from tests.clinic.messaging.reminders.reminded import LONG_AGO, NOON, Desk, book_many
from tests.concurrency.race import race, tally

pytestmark = pytest.mark.concurrency

WORKERS, APPOINTMENTS = 4, 30
A_DAY_BEFORE = NOON - timedelta(days=1)


def test_workers_at_once_write_each_reminder_once(transactional_db):
    desk = Desk()
    remind_due(at=LONG_AGO)
    book_many(desk, APPOINTMENTS)

    outcomes = race("reminding_racers.remind", [{"at": A_DAY_BEFORE.isoformat()}] * WORKERS)

    assert tally(outcomes) == {"won": WORKERS}
    assert sum(outcome.result for outcome in outcomes) == APPOINTMENTS
    assert Message.objects.filter(kind=MessageKind.REMINDER).count() == APPOINTMENTS


def test_workers_that_are_the_first_ones_begin_together(transactional_db):
    desk = Desk()
    book_many(desk, 1)

    outcomes = race("reminding_racers.remind", [{"at": A_DAY_BEFORE.isoformat()}] * WORKERS)

    assert [(outcome.error, outcome.result) for outcome in outcomes] == [("", 0)] * WORKERS
    assert not Message.objects.filter(kind=MessageKind.REMINDER).exists()
