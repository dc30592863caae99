"""Who has missed an appointment is written to, once it is sure."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.messaging.links import address_of
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import monday

pytestmark = pytest.mark.any_engine

MINUTE = timedelta(minutes=1)
TEN_PAST_NINE = monday(9, 10)


def missed(desk, at=TEN_PAST_NINE):
    return booking.mark_no_show(desk.book(monday(9)), by=desk.user, at=at)


def follow_ups():
    return Message.objects.filter(kind=MessageKind.NO_SHOW)


def test_a_no_show_is_followed_up_after_a_quarter_of_an_hour(desk):
    row = missed(desk)

    message = follow_ups().get()
    assert (message.appointment, message.patient, message.status) == (row, row.patient, MessageStatus.QUEUED)
    assert (message.due_at, message.starts_at) == (monday(9, 25), row.starts_at)
    assert address_of(row) in message.body


def test_a_no_show_undone_tells_nobody(desk):
    row = missed(desk)

    booking.undo_status(row, by=desk.user, at=monday(9, 20))

    assert follow_ups().get().status == MessageStatus.CANCELLED


def test_a_no_show_after_all_is_followed_up_from_then_on(desk):
    row = missed(desk)
    row = booking.undo_status(row, by=desk.user, at=monday(9, 20))

    booking.mark_no_show(row, by=desk.user, at=monday(10))

    message = follow_ups().get()
    assert (message.status, message.due_at) == (MessageStatus.QUEUED, monday(10, 15))


def test_who_has_read_of_it_is_not_written_to_twice(desk):
    row = missed(desk)
    follow_ups().update(status=MessageStatus.SENT, sent_at=monday(9, 25))
    row = booking.undo_status(row, by=desk.user, at=monday(9, 40))

    booking.mark_no_show(row, by=desk.user, at=monday(10))

    assert follow_ups().get().status == MessageStatus.SENT


def test_a_policy_that_follows_nobody_up_writes_nothing(desk):
    desk.policy(follows_up_no_shows=False)

    row = missed(desk)

    assert row.status == AppointmentStatus.NO_SHOW
    assert not follow_ups().exists()


@pytest.mark.parametrize(("later", "count"), [(2 * 24 * 60 - 1, 1), (2 * 24 * 60, 0)], ids=["two days", "longer ago"])
def test_what_was_days_ago_is_not_followed_up(desk, later, count):
    missed(desk, at=monday(9) + later * MINUTE)

    assert follow_ups().count() == count
