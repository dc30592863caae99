"""Nobody is written to in the quiet hours, nine in the evening to eight in the morning, without need."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.enums import MessageKind, MessageStatus
from clinic.messaging.sending.quiet import after_quiet_hours
from clinic.messaging.sending.sender import Batch
from clinic.messaging.services import send_due
from clinic.models import Policy
from tests.factories import NINE, RIYADH

MIDNIGHT = datetime(2030, 1, 7, tzinfo=RIYADH)
EIGHT = datetime(2030, 1, 7, 8, tzinfo=RIYADH)
HALF_PAST_SEVEN = datetime(2030, 1, 7, 7, 30, tzinfo=RIYADH)
CANCELLED = {"status": "cancelled_by_clinic", "cancelled_at": MIDNIGHT}


def test_a_reminder_at_night_waits_for_the_morning(outbox, sent):
    message = outbox.message(outbox.appointment())

    assert send_due(at=MIDNIGHT) == Batch(taken=1, postponed=1)
    assert send_due(at=EIGHT - timedelta(seconds=1)) == Batch()
    assert send_due(at=EIGHT).sent == 1

    message.refresh_from_db()
    assert (message.due_at, message.attempts) == (EIGHT, 1)


def test_the_clinic_of_the_appointment_says_when_it_is_night(outbox, sent):
    outbox.clinic.time_zone = "America/New_York"
    outbox.clinic.save()
    outbox.message(outbox.appointment(starts_at=NINE + timedelta(days=1)))

    assert send_due(at=MIDNIGHT).sent == 1  # four in the afternoon there


def test_a_reminder_that_would_be_of_no_use_in_the_morning_expires(outbox, sent):
    message = outbox.message(outbox.appointment(starts_at=HALF_PAST_SEVEN))

    assert send_due(at=MIDNIGHT) == Batch(taken=1, expired=1)

    message.refresh_from_db()
    assert (message.status, sent()) == (MessageStatus.EXPIRED, [])
    assert "quiet hours" in message.error


def test_who_would_stand_before_a_closed_door_in_the_morning_is_told_at_night(outbox, sent):
    early = outbox.appointment(starts_at=HALF_PAST_SEVEN, **CANCELLED)
    later = outbox.appointment(starts_at=NINE, **CANCELLED)
    told = outbox.message(early, MessageKind.CANCELLED)
    outbox.message(later, MessageKind.CANCELLED)

    assert send_due(at=MIDNIGHT) == Batch(taken=2, sent=1, postponed=1)

    assert [key for key, _to, _body in sent()] == [str(told.public_id)]


def test_a_receipt_answers_a_payment_at_any_hour(outbox, sent):
    outbox.message(kind=MessageKind.RECEIPT)

    assert send_due(at=MIDNIGHT).sent == 1


@pytest.mark.parametrize("kept", [True, False], ids=["policy", "usual policy"])
def test_an_organisation_without_a_policy_keeps_the_usual_hours(outbox, sent, kept):
    if not kept:
        Policy.objects.all().delete()
    outbox.message(outbox.appointment())

    assert send_due(at=MIDNIGHT).postponed == 1


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Europe/Berlin", datetime(2030, 10, 27, 0, 30, tzinfo=UTC)),  # half past two, for the first time
        ("Europe/Berlin", datetime(2030, 10, 27, 1, 30, tzinfo=UTC)),  # half past two, for the second time
        ("Africa/Cairo", datetime(2030, 4, 25, 22, 30, tzinfo=UTC)),  # right after a midnight that was skipped
        ("Asia/Riyadh", datetime(2030, 4, 25, 22, 30, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize(("quiet_from", "quiet_until"), [("21:00", "02:45"), ("00:15", "06:00"), ("22:00", "08:00")])
def test_what_waited_never_leaves_earlier_nor_in_the_quiet_hours(zone, moment, quiet_from, quiet_until):
    policy = Policy(quiet_from=quiet_from, quiet_until=quiet_until)

    wakes = after_quiet_hours(moment, ZoneInfo(zone), policy)

    assert wakes >= moment
    assert wakes - moment < timedelta(hours=12)
    assert after_quiet_hours(wakes, ZoneInfo(zone), policy) == wakes
