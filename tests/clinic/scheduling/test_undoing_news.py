"""What patients hear when something is undone: what they had read is corrected once, the rest they never see."""

from datetime import timedelta

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import monday
from tests.clinic.scheduling.undone import all_sent, cancelled, moved, queued, take_back
from tests.factories import (
    BEFORE,
    SENT,
    make_patient,
)

S = AppointmentStatus
WEEK = timedelta(weeks=1)


def test_undo_tells_those_who_had_heard_once_and_others_nothing(desk, omar):
    rows = [desk.book(monday(9)), desk.book(monday(10)), desk.book(monday(11), patient=omar)]
    all_sent()
    operation = moved(desk, *((row, row.starts_at + WEEK) for row in rows))
    Message.objects.filter(patient=desk.patient, status=MessageStatus.QUEUED).update(**SENT)

    take_back(desk, operation)

    assert queued(patient=desk.patient) == [MessageKind.SESSIONS_MOVED]
    assert queued(patient=omar) == []


def test_undo_tells_of_the_booking_that_the_change_had_called_off(desk, omar):
    nine, ten, other = desk.book(monday(9)), desk.book(monday(10)), desk.book(monday(11), patient=omar)
    operation = moved(desk, (nine, monday(9) + WEEK), (ten, monday(10) + WEEK), (other, monday(11) + WEEK))

    take_back(desk, operation)

    assert queued() == [MessageKind.PLANNED, MessageKind.BOOKED]
    assert {message.operation for message in Message.objects.filter(status=MessageStatus.QUEUED)} == {operation}


def test_undo_says_nothing_to_somebody_who_was_never_written_to(desk):
    imported = desk.appointment(monday(9), patient=desk.patient)
    operation = moved(desk, (imported, monday(11)))

    take_back(desk, operation)

    assert queued() == []


def test_undo_of_a_cancellation_that_was_read_says_that_the_appointments_stand(desk):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    operation = cancelled(desk, nine, ten)
    all_sent()

    take_back(desk, operation)

    assert queued() == [MessageKind.PLANNED]


def test_news_of_a_cancellation_is_called_off_when_each_one_is_brought_back_by_hand(desk):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    all_sent()
    cancelled(desk, nine, ten)
    news = Message.objects.filter(kind=MessageKind.PLAN_UNDONE)

    booking.undo_status(nine, by=desk.user, at=BEFORE)
    after_one = news.get().status
    booking.undo_status(ten, by=desk.user, at=BEFORE)

    assert (after_one, news.get().status) == (MessageStatus.QUEUED, MessageStatus.CANCELLED)


def test_undo_of_a_cancellation_that_nobody_has_read_is_silent(desk):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    all_sent()
    operation = cancelled(desk, nine, ten)

    take_back(desk, operation)

    assert queued() == []
    assert Message.objects.get(kind=MessageKind.PLAN_UNDONE).status == MessageStatus.CANCELLED


def test_what_a_partly_undone_move_says_is_followed_by_what_is_true(desk):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    all_sent()
    operation = moved(desk, (nine, monday(11)), (ten, monday(11, 30)))
    desk.book(monday(9), patient=make_patient(desk.organisation, name="Amal"))

    take_back(desk, operation)

    assert queued(patient=desk.patient) == [MessageKind.SESSIONS_MOVED, MessageKind.MOVED]
