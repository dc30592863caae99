"""A time that is held for the waiting list: taken until it runs out, free to the first who comes after that."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from clinic.enums import HELD, RefusalCode
from clinic.errors import BookingRefused
from clinic.models import Appointment, HeldSlot
from clinic.scheduling import booking
from clinic.scheduling.planning import apply, plan
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import BEFORE, MONDAY, NINE, make_patient, make_room

UNTIL = BEFORE + timedelta(minutes=30)
AFTER = UNTIL + timedelta(seconds=1)


@pytest.fixture
def hold(desk):
    """Nine o'clock, held for half an hour from `BEFORE`."""
    return held(desk)


def held(desk, **fields):
    row = desk.appointment(status=HELD, held_until=UNTIL, **fields)
    HeldSlot.objects.create(
        organisation=desk.organisation, service=row.service, provider=row.provider, clinic=row.clinic,
        starts_at=row.starts_at, ends_at=row.ends_at, opens_at=BEFORE, held_until=UNTIL, hold=row,
    )  # fmt: skip
    return row


def test_a_held_time_is_offered_to_nobody_else(desk, hold):
    assert "09:00" not in desk.times()
    assert "09:30" in desk.times()


def test_a_held_time_is_refused_with_the_moment_when_it_ends(desk, hold):
    (refusal,) = desk.why_not()

    assert refusal.code == RefusalCode.BOOKED
    assert str(refusal.message) == "This time of Sara is kept for the waiting list until 03:30."


def test_booking_a_held_time_writes_nothing(desk, hold, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book()

    assert RefusalCode.BOOKED in codes(refused)


def test_the_room_of_a_held_time_is_held_as_well(desk):
    held(desk, room=make_room(desk.clinic, desk.service))
    other = desk.second_provider()

    assert [refusal.code for refusal in desk.why_not(provider=other)] == [RefusalCode.ROOM]


def test_the_patient_in_whose_name_a_time_is_held_is_not_busy(desk, hold):
    other = desk.second_provider()

    desk.book(patient=hold.patient, provider=other)

    assert Appointment.objects.get().patient == hold.patient


def test_a_hold_that_has_run_out_is_free_again(desk, hold):
    assert "09:00" in desk.times(at=AFTER)
    assert desk.why_not(at=AFTER) == []


def test_booking_over_a_hold_that_has_run_out_clears_it(desk, hold):
    desk.book(at=AFTER)

    assert Appointment.objects.get().starts_at == NINE
    assert not Appointment.holds.exists()
    assert HeldSlot.objects.get().hold is None


def test_moving_over_a_hold_that_has_run_out_clears_it(desk, hold):
    appointment = desk.book(monday(10))

    booking.move(appointment, starts_at=NINE, by=desk.user, at=AFTER)

    assert Appointment.objects.get().starts_at == NINE
    assert not Appointment.holds.exists()


def test_a_plan_over_a_hold_that_has_run_out_clears_it(desk, hold):
    proposal = plan(desk.purchase(sessions=1), providers=[desk.provider], first_day=MONDAY, last_day=MONDAY, at=AFTER)

    apply(proposal, by=desk.user, at=AFTER)

    assert Appointment.objects.get().starts_at == NINE
    assert not Appointment.holds.exists()


def test_no_other_booking_clears_what_has_run_out(desk, hold):
    desk.book(monday(10), at=AFTER)

    assert Appointment.holds.get() == hold


def test_a_hold_leaves_no_history(desk, hold):
    before = Appointment.history.count()

    desk.book(at=AFTER)

    assert Appointment.history.count() == before + 1


def test_two_holds_of_one_time_are_refused_by_the_table(desk, hold):
    with pytest.raises(IntegrityError, match="provider_is_never_double_booked"):
        desk.appointment(status=HELD, held_until=UNTIL, patient=make_patient(desk.organisation))


def test_appointments_do_not_know_holds(desk, hold):
    assert list(Appointment.objects.all()) == []
    assert list(hold.patient.appointments.all()) == []
    assert list(Appointment.holds.all()) == [hold]
