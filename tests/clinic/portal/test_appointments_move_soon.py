"""Moving to a time that is soon: what is lost by it is said before the tap, and there is a way back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.portal.conftest import everything
from tests.clinic.scheduling.conftest import monday
from tests.factories import NINE

pytestmark = pytest.mark.any_engine

S = AppointmentStatus
TEN, NEXT_WEEK = monday(10), NINE + timedelta(days=7)
SUNDAY = TEN - timedelta(hours=23)
RULE = "This time is soon: once the appointment is there, no other time can be chosen here."


@pytest.fixture
def far(desk, when):
    """Booked on the Monday after, free to cancel; it is Sunday, and Monday at ten is less than a day away."""
    desk.policy(late_cancellation_fee=Decimal("50.00"))
    when(SUNDAY)
    booking.cancel(desk.booked, by=desk.user, tell=False)
    desk.booked = desk.book(NEXT_WEEK)
    return desk


def asked(desk, starts_at) -> str:
    return desk.opened("appointment_move", start=int(starts_at.timestamp()), **{"with": desk.provider.code})


def test_what_a_time_that_is_soon_takes_away_is_said_before_the_tap(far):
    shown = asked(far, TEN)

    assert RULE in shown
    assert "Cancelling it then costs 50.00 SAR." in shown
    assert "For 3 minutes you can still take it back." in shown


def test_time_in_good_time_comes_without_a_warning(far):
    shown = asked(far, NEXT_WEEK + timedelta(hours=1))

    assert "This time is soon" not in shown
    assert "costs" not in shown
    assert "take it back" not in shown


def test_session_that_would_be_lost_is_named(far):
    far.policy(late_cancellation_uses_session=True)
    far.booked = far.book(NEXT_WEEK + timedelta(hours=1), purchase=far.purchase())

    assert "Cancelling it then uses a session of your package and costs 50.00 SAR." in asked(far, TEN)


def test_form_that_does_not_know_the_rule_asks_before_it_moves(far):
    before = everything()

    for cost in ("", "0:0"):
        shown = far.moved(TEN, cost=cost, status=409)
        assert "This time has come nearer since you opened this page. Your appointment has not changed." in shown
        assert RULE in shown
    assert everything() == before


def test_move_is_taken_back_within_three_minutes(far, when):
    shown = far.moved(TEN, cost="0:50.00")
    assert "Back to Monday 14 January, 9:00 AM" in shown
    assert "You can still take the old time back until 11:03 AM." in shown
    when(SUNDAY + timedelta(minutes=2))

    shown = far.tapped(do="move_back", sequence=1)

    row = far.now()
    assert "Huda, you have an appointment" in shown
    assert "Back to" not in shown
    assert (row.starts_at, row.status, row.moves) == (NEXT_WEEK, S.SCHEDULED, 0)
    assert str(row.history.first().history_user) == "By itself or by link"
    assert [row.status for row in Message.objects.filter(kind=MessageKind.MOVED)] == [MessageStatus.CANCELLED]


def test_after_three_minutes_the_move_stands(far, when):
    far.moved(TEN, cost="0:50.00")
    when(SUNDAY + timedelta(minutes=3))

    assert "Back to" not in far.opened()
    far.tapped(do="move_back", sequence=1)

    assert far.now().starts_at == TEN


def test_taking_a_move_back_twice_is_taking_it_back_once(far):
    far.moved(TEN, cost="0:50.00")

    first, second = (far.tapped(do="move_back", sequence=1) for _time in range(2))

    assert first == second
    assert far.now().starts_at == NEXT_WEEK


def test_old_time_that_somebody_else_has_by_now_is_not_taken_back(far, omar):
    far.moved(TEN, cost="0:50.00")
    far.book(NEXT_WEEK, patient=omar)

    shown = far.tapped(do="move_back", sequence=1, status=409)

    assert "The time has been given to somebody else meanwhile" in shown
    assert "Omar" not in shown
    assert far.now().starts_at == TEN


def test_patient_takes_back_no_move_of_the_staff(far):
    booking.move(far.booked, starts_at=TEN, by=far.user)

    assert "Back to" not in far.opened()
    far.tapped(do="move_back", sequence=1)

    assert far.now().starts_at == TEN


def test_new_time_that_was_confirmed_is_not_given_back(far):
    far.moved(TEN, cost="0:50.00")
    far.tapped(do="confirm", sequence=1)

    assert "Back to" not in far.opened()
    far.tapped(do="move_back", sequence=1)

    assert far.now().starts_at == TEN
