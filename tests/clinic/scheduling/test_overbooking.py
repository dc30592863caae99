"""Beyond a provider's limit, and what an emergency may do: only with the permission, and only for a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.enums import AppointmentKind, AppointmentStatus, LeaveStatus, NoShowConsequence, RefusalCode
from clinic.errors import BookingRefused, SlotTaken
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import BEFORE, make_closure, make_leave, make_patient

R = RefusalCode
WHY = "Came from far away"
AN_HOUR_BEFORE = datetime(2030, 1, 7, 5, tzinfo=UTC)  # eight in Riyadh


@pytest.fixture
def nine_is_taken(desk):
    return desk.appointment(monday(9))


# Overbooking


def test_overbooking_with_permission_and_reason_sits_beyond_the_lanes(desk, chief, nine_is_taken):
    extra = desk.book(monday(9), by=chief, overbook_reason=WHY)

    assert (extra.lane, extra.overbook_reason) == (1, WHY)
    assert "09:00" not in desk.times()


def test_overbooking_without_the_permission_says_so(desk, nine_is_taken, nothing_written):
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(9), overbook_reason=WHY)

    assert codes(refused) == [R.BOOKED, R.BOOKED, R.PERMISSION]
    assert str(refused.value.reasons[-1]) == (
        "Emergencies and overbooking are not allowed for your role. Ask a manager, or choose a free time."
    )


def test_overbooking_for_a_blank_reason_says_so(desk, chief, nine_is_taken, nothing_written):
    nothing_written()

    with pytest.raises(SlotTaken, match="overbooking needs a reason"):
        desk.book(monday(9), by=chief, overbook_reason="  ")


def test_who_may_overbook_is_told_of_a_taken_time_like_anybody(desk, chief, nine_is_taken, nothing_written):
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(9), by=chief)

    assert codes(refused) == [R.BOOKED, R.BOOKED]


def test_overbooking_never_puts_a_patient_into_two_places(desk, chief, nothing_written):
    desk.appointment(monday(9), patient=desk.patient)
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        desk.book(monday(9), by=chief, overbook_reason=WHY)

    assert set(codes(refused)) == {R.PATIENT_BUSY}


def test_overbooking_does_not_change_the_hours(desk, chief, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(14), by=chief, overbook_reason=WHY)

    assert codes(refused) == [R.WORKING_HOURS]


def test_a_reason_that_was_not_needed_is_not_kept(desk, chief):
    assert desk.book(monday(9), by=chief, overbook_reason=WHY).overbook_reason == ""


# Overbooking by a move


def test_a_move_beyond_the_limit_needs_the_permission_and_a_reason(desk, chief, nine_is_taken):
    appointment = desk.book(monday(10))

    with pytest.raises(SlotTaken):
        booking.move(appointment, starts_at=monday(9), by=chief, at=BEFORE)
    with pytest.raises(SlotTaken, match="not allowed for your role"):
        booking.move(appointment, starts_at=monday(9), by=desk.user, overbook_reason=WHY, at=BEFORE)
    moved = booking.move(appointment, starts_at=monday(9), by=chief, overbook_reason=WHY, at=BEFORE)

    assert (moved.starts_at, moved.lane, moved.overbook_reason) == (monday(9), 1, WHY)


# Emergencies


def emergency(desk, starts_at, **options):
    return desk.book(starts_at, kind=AppointmentKind.EMERGENCY, **options)


def test_an_emergency_in_a_free_time_keeps_its_reason(desk, chief):
    appointment = emergency(desk, monday(9), by=chief, overbook_reason="Chest pain")

    assert (appointment.kind, appointment.overbook_reason) == (AppointmentKind.EMERGENCY, "Chest pain")


def test_an_emergency_in_a_free_time_needs_the_permission_and_a_reason_too(desk, chief, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as without_permission:
        emergency(desk, monday(9), overbook_reason="Chest pain")
    with pytest.raises(BookingRefused) as without_reason:
        emergency(desk, monday(9), by=chief)

    assert codes(without_permission) == [R.PERMISSION]
    assert codes(without_reason) == [R.INVALID]


def test_an_emergency_is_treated_before_anybody_asks_for_money(desk, chief):
    desk.policy(no_show_consequence=NoShowConsequence.MUST_PREPAY, no_show_limit=1)
    desk.appointment(BEFORE - timedelta(days=7), status=AppointmentStatus.NO_SHOW, patient=desk.patient)
    with pytest.raises(BookingRefused, match="pays in advance"):
        desk.book(monday(9), by=chief)

    assert emergency(desk, monday(9), by=chief, overbook_reason="Chest pain").pk


def test_an_emergency_comes_between_others_at_any_minute_and_at_once(desk, chief, nine_is_taken):
    desk.policy(minimum_notice=timedelta(hours=4))

    appointment = emergency(desk, monday(9, 7), by=chief, overbook_reason="Chest pain", at=AN_HOUR_BEFORE)

    assert (appointment.starts_at, appointment.lane) == (monday(9, 7), 1)
    assert appointment.overbook_reason == "Chest pain"


def test_an_emergency_between_the_starting_times_keeps_its_reason_where_the_provider_is_free(desk, chief):
    appointment = emergency(desk, monday(9, 7), by=chief, overbook_reason="Chest pain")

    assert (appointment.lane, appointment.overbook_reason) == (0, "Chest pain")


def test_an_emergency_that_overrules_needs_a_reason_and_says_so(desk, chief, nine_is_taken, nothing_written):
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        emergency(desk, monday(9), by=chief)

    assert codes(refused) == [R.BOOKED, R.BOOKED, R.INVALID]
    assert str(refused.value.reasons[-1]).endswith("Say why this cannot wait for a free time.")


def test_an_emergency_that_overrules_needs_the_permission_and_says_so(desk, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        emergency(desk, monday(9, 7), overbook_reason="Chest pain")

    assert codes(refused) == [R.GRID, R.PERMISSION]


def test_an_ordinary_appointment_may_not_come_between_the_starting_times(desk, chief, nothing_written):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        desk.book(monday(9, 7), by=chief, overbook_reason=WHY)

    assert codes(refused) == [R.GRID]


@pytest.mark.parametrize(
    ("starts_at", "code"), [(monday(14), R.WORKING_HOURS), (monday(7, 50), R.NOTICE)], ids=["after hours", "past"]
)
def test_an_emergency_is_never_out_of_hours_or_in_the_past(desk, chief, nothing_written, starts_at, code):
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        emergency(desk, starts_at, by=chief, overbook_reason="Chest pain", at=AN_HOUR_BEFORE)

    assert code in codes(refused)


def test_an_emergency_is_never_put_to_somebody_on_leave(desk, chief, nothing_written):
    make_leave(desk.provider, monday(8), monday(12), status=LeaveStatus.APPROVED)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        emergency(desk, monday(9), by=chief, overbook_reason="Chest pain")

    assert codes(refused) == [R.LEAVE]


def test_an_emergency_is_never_put_into_a_closed_clinic(desk, chief, nothing_written):
    make_closure(desk.organisation, clinic=desk.clinic)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        emergency(desk, monday(9), by=chief, overbook_reason="Chest pain")

    assert R.CLOSURE in codes(refused)


def test_an_emergency_that_moves_stays_one(desk, chief, nine_is_taken):
    appointment = emergency(desk, monday(10), by=chief, overbook_reason="Chest pain")

    moved = booking.move(appointment, starts_at=monday(9, 7), by=chief, overbook_reason="Got worse", at=BEFORE)

    assert (moved.kind, moved.starts_at, moved.overbook_reason) == (
        AppointmentKind.EMERGENCY, monday(9, 7), "Got worse",
    )  # fmt: skip


def test_others_may_be_booked_around_an_emergency(desk, chief):
    emergency(desk, monday(9, 7), by=chief, overbook_reason="Chest pain")

    assert desk.times()[0] == "10:00"
    assert desk.book(monday(10), patient=make_patient(desk.organisation)).lane == 0
