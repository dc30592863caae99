"""A slip that is undone before anybody has heard of it costs no patient the reminder."""

import pytest

from clinic.enums import MessageKind, MessageStatus
from clinic.messaging.reminders.writing import remind_due
from clinic.messaging.services import call_off, resend, send_due
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import monday
from tests.clinic.scheduling.undone import all_sent, cancelled, moved, take_back
from tests.factories import BEFORE

pytestmark = pytest.mark.any_engine

ELEVEN, NINE = monday(11), monday(9)  # an appointment, and when it is reminded of


@pytest.fixture
def row(desk):
    """An appointment that its patient has heard of, in a clinic that reminds two hours before."""
    desk.policy(reminder_minutes={"sms": [120]})
    remind_due(at=BEFORE)
    row = desk.book(ELEVEN)
    all_sent()
    return row


def reminders() -> list[tuple]:
    rows = Message.objects.filter(kind=MessageKind.REMINDER)
    return list(rows.order_by("pk").values_list("status", "error", "starts_at"))


WAITS = [(MessageStatus.QUEUED, "", ELEVEN)]


def test_a_reminder_that_fell_due_while_the_wrong_patient_was_checked_in_is_written(desk, row):
    booking.check_in(row, by=desk.user, at=monday(8, 55))
    remind_due(at=monday(9, 5))

    booking.undo_status(row, by=desk.user, at=monday(9, 10))

    assert reminders() == WAITS
    remind_due(at=monday(9, 15))
    assert reminders() == WAITS


def test_a_reminder_that_was_passed_over_while_the_wrong_patient_was_checked_in_waits_again(desk, row):
    remind_due(at=NINE)
    booking.check_in(row, by=desk.user, at=NINE)
    send_due(at=monday(9, 1))
    assert [status for status, *_ in reminders()] == [MessageStatus.SKIPPED]

    booking.undo_status(row, by=desk.user, at=monday(9, 10))

    assert reminders() == WAITS


def test_a_reminder_whose_gateway_was_left_alone_until_it_was_passed_over_waits_again(desk, row):
    remind_due(at=NINE)
    booking.check_in(row, by=desk.user, at=monday(9, 30))
    send_due(at=monday(9, 31))

    booking.undo_status(row, by=desk.user, at=monday(9, 32))

    assert reminders() == WAITS


def test_a_reminder_that_fell_due_while_its_appointment_was_cancelled_is_not_lost(desk, row):
    row = booking.cancel(row, by=desk.user, at=monday(8, 59))
    remind_due(at=NINE)

    booking.undo_status(row, by=desk.user, at=monday(9, 1))

    assert reminders() == WAITS


def test_a_reminder_that_was_called_off_with_its_appointment_comes_back_with_it(desk, row):
    remind_due(at=NINE)
    row = booking.cancel(row, by=desk.user, at=NINE)
    assert [status for status, *_ in reminders()] == [MessageStatus.CANCELLED]

    booking.undo_status(row, by=desk.user, at=monday(9, 1))

    assert reminders() == WAITS


def test_a_reminder_that_has_left_is_not_written_again_when_a_cancellation_is_undone(desk, row):
    remind_due(at=NINE)
    all_sent()
    row = booking.cancel(row, by=desk.user, at=monday(9, 1))

    booking.undo_status(row, by=desk.user, at=monday(9, 2))

    assert [status for status, *_ in reminders()] == [MessageStatus.SENT]


def test_a_reminder_that_could_not_leave_long_before_the_slip_stays_as_it_is(desk, row):
    desk.change(desk.patient, accepts_messages=False)
    remind_due(at=NINE)
    desk.change(desk.patient, accepts_messages=True)
    booking.check_in(row, by=desk.user, at=monday(9, 30))

    booking.undo_status(row, by=desk.user, at=monday(9, 31))

    assert [status for status, *_ in reminders()] == [MessageStatus.SKIPPED]


def test_a_reminder_that_was_sent_again_by_hand_does_not_leave_a_third_time(desk, row):
    remind_due(at=NINE)
    Message.objects.filter(kind=MessageKind.REMINDER).update(status=MessageStatus.SKIPPED)
    resend(Message.objects.get(kind=MessageKind.REMINDER), by=desk.user, at=NINE)
    all_sent()
    booking.check_in(row, by=desk.user, at=NINE)

    booking.undo_status(row, by=desk.user, at=monday(9, 1))

    assert [status for status, *_ in reminders()] == [MessageStatus.SKIPPED, MessageStatus.SENT]


def moved_to_ten(desk, row, *, at):
    return moved(desk, (row, monday(10)), at=at)


@pytest.mark.parametrize("change", [cancelled, moved_to_ten])
@pytest.mark.parametrize("changed_at", [monday(8, 55), monday(9, 1)], ids=["fell due", "called off"])
def test_what_a_bulk_action_took_from_who_has_not_heard_of_it_is_given_back(desk, row, change, changed_at):
    remind_due(at=changed_at)
    operation = change(desk, row, at=changed_at)
    remind_due(at=monday(9, 5))

    take_back(desk, operation, at=monday(9, 10))

    assert ELEVEN in {starts_at for status, _error, starts_at in reminders() if status == MessageStatus.QUEUED}


def test_a_reminder_that_somebody_called_off_by_hand_does_not_come_back(desk, row):
    remind_due(at=NINE)
    call_off(Message.objects.get(kind=MessageKind.REMINDER), by=desk.user, at=NINE)
    booking.cancel(row, by=desk.user, at=monday(9, 1))

    booking.undo_status(row, by=desk.user, at=monday(9, 2))

    assert reminders() == [(MessageStatus.CANCELLED, f"Called off by {desk.user} on 2030-01-07.", ELEVEN)]
