"""Whoever acts on what the screen showed an hour ago hears what has happened since."""

from datetime import UTC, datetime

import pytest
import time_machine

from clinic.enums import RefusalCode
from clinic.errors import ChangedMeanwhile
from clinic.scheduling import booking
from clinic.scheduling.booking.rows import reread
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import BEFORE, make_user

TEN_TO_EIGHT = datetime(2030, 1, 2, 4, 50, tzinfo=UTC)  # in Riyadh


@pytest.fixture
def mona(desk):
    return make_user(desk.organisation, first_name="Mona", last_name="Saleh")


@time_machine.travel(TEN_TO_EIGHT, tick=False)
def test_row_that_was_moved_meanwhile_says_who_when_and_to_what(desk, mona):
    appointment = desk.book(monday(9))
    booking.move(appointment, starts_at=monday(10), by=mona, at=TEN_TO_EIGHT)
    booking.confirm(appointment, by=desk.user, at=BEFORE)

    with pytest.raises(ChangedMeanwhile) as refused:
        reread(appointment, "cancel", expected_sequence=0)

    assert codes(refused) == [RefusalCode.CHANGED]
    assert str(refused.value) == (
        f"Mona Saleh moved the appointment of {desk.patient} (2 Jan 2030, 07:50). "
        "It is now: 7 Jan 2030, 10:00, Sara, Olaya. Look at it again, then decide."
    )


@time_machine.travel(TEN_TO_EIGHT, tick=False)
def test_row_that_was_cancelled_meanwhile_says_so_rather_than_that_it_has_the_wrong_status(desk, mona):
    appointment = desk.book(monday(9))
    booking.cancel(appointment, by=mona, at=TEN_TO_EIGHT)

    with pytest.raises(ChangedMeanwhile, match=r"Mona Saleh cancelled the appointment of .* \(2 Jan 2030, 07:50\)"):
        reread(appointment, "move", expected_sequence=0)


def test_row_whose_cancellation_was_taken_back_meanwhile_says_so(desk, mona):
    appointment = booking.cancel(desk.book(monday(9)), by=desk.user, at=TEN_TO_EIGHT)
    booking.undo_status(appointment, by=mona, at=TEN_TO_EIGHT)

    with pytest.raises(ChangedMeanwhile, match="Mona Saleh took back the cancellation"):
        reread(appointment, "undo_status", expected_sequence=1)


def test_row_that_nobody_is_known_to_have_changed_says_somebody(desk):
    appointment = booking.move(desk.book(monday(9)), starts_at=monday(10), by=desk.user, at=BEFORE)
    appointment.history.update(history_user=None)

    with pytest.raises(ChangedMeanwhile, match="Somebody moved the appointment"):
        reread(appointment, "cancel", expected_sequence=0)


def test_row_whose_history_is_unknown_says_what_is_so_now(desk):
    appointment = booking.move(desk.book(monday(9)), starts_at=monday(10), by=desk.user, at=BEFORE)
    appointment.history.all().delete()

    with pytest.raises(ChangedMeanwhile, match=r"has been changed\. It is now: 7 Jan 2030, 10:00, Sara, Olaya"):
        reread(appointment, "cancel", expected_sequence=0)


def test_row_as_it_was_seen_is_given(desk):
    appointment = booking.confirm(desk.book(monday(9)), by=desk.user, at=BEFORE)

    assert reread(appointment, "cancel", expected_sequence=0) == appointment
    assert reread(appointment, "cancel") == appointment


@pytest.mark.parametrize("verb", ["confirm", "check_in", "complete", "mark_no_show"])
def test_step_from_a_state_that_is_no_more_changes_nothing(desk, mona, verb):
    appointment = desk.book(monday(9))
    booking.check_in(appointment, by=mona, at=monday(9))

    with pytest.raises(ChangedMeanwhile, match=r"Meanwhile the appointment .* is: Arrived"):
        getattr(booking, verb)(appointment, by=desk.user, expected_state="scheduled", at=monday(9, 5))

    appointment.refresh_from_db()
    assert (appointment.status, appointment.arrived_at) == ("arrived", monday(9))
