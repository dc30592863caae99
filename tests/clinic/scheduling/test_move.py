"""A move gives an appointment another time; it stays the same appointment."""

import re
from datetime import UTC, timedelta

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus, RefusalCode
from clinic.errors import BookingRefused, ChangedMeanwhile, SlotTaken, WrongStatus
from clinic.models import Appointment, Clinic, Message, Provider
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.signals import appointment_released
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import (
    BEFORE,
    make_clinic,
    make_hours,
    make_provider,
    make_room,
    make_user,
)


def test_a_move_keeps_what_the_appointment_is(desk):
    purchase = desk.purchase()
    desk.book(monday(11), purchase=purchase)
    appointment = desk.book(monday(9), purchase=purchase)

    moved = booking.move(appointment, starts_at=monday(10), by=desk.user, reason="Traffic", at=BEFORE)

    moved.refresh_from_db()
    assert (moved.pk, moved.public_id) == (appointment.pk, appointment.public_id)
    assert (moved.package_purchase, moved.session_number) == (purchase, 2)
    assert (moved.starts_at, moved.busy_from, moved.status) == (monday(10), monday(10), AppointmentStatus.RESCHEDULED)
    assert (moved.moves, moved.calendar_sequence) == (1, 1)
    assert balance_of(purchase).reserved == 2


def test_a_move_leaves_a_history_row_with_the_actor_and_the_reason(desk):
    appointment = desk.book(monday(9))
    mona = make_user(desk.organisation)

    booking.move(appointment, starts_at=monday(10), by=mona, reason="Traffic", at=BEFORE)

    row = appointment.history.latest()
    assert (row.history_user, row.history_change_reason, row.starts_at) == (mona, "Traffic", monday(10))


def test_a_move_is_told_to_the_patient(desk):
    appointment = desk.book(monday(9))

    booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    assert waiting() == [(MessageKind.MOVED, "10:00")]


def test_of_two_moves_in_a_row_the_patient_hears_of_the_last_one(desk):
    appointment = desk.book(monday(9))

    booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)
    booking.move(appointment, starts_at=monday(11), by=desk.user, at=BEFORE)

    assert waiting() == [(MessageKind.MOVED, "11:00")]


def waiting() -> list[tuple[str, str]]:
    """The messages that will leave: their kind, and the hour they name."""
    queued = Message.objects.filter(status=MessageStatus.QUEUED)
    return [(message.kind, re.search(r"\d\d?:\d\d", message.body)[0]) for message in queued]


def test_a_move_frees_the_old_time_and_takes_the_new_one(desk):
    appointment = desk.book(monday(9))

    booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    assert desk.times() == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_move_tells_what_was_released(desk):
    appointment = desk.book(monday(9))
    heard = []

    def listen(appointment, **_):
        heard.append((appointment.starts_at, appointment.status))

    appointment_released.connect(listen)
    try:
        booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)
    finally:
        appointment_released.disconnect(listen)

    assert heard == [(monday(9), AppointmentStatus.SCHEDULED)]


def test_a_move_may_overlap_its_own_old_time(desk):
    desk.change(desk.hours, slot_minutes=15)
    appointment = desk.book(monday(9))

    assert booking.move(appointment, starts_at=monday(9, 15), by=desk.user, at=BEFORE).starts_at == monday(9, 15)


def test_a_move_asks_for_a_new_confirmation(desk):
    appointment = booking.confirm(desk.book(monday(9)), by=desk.user, at=BEFORE)

    moved = booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    assert (moved.status, moved.confirmed_at) == (AppointmentStatus.RESCHEDULED, None)


def test_a_move_to_another_provider_and_clinic_takes_a_room_there(desk):
    make_room(desk.clinic, desk.service)
    malaz = make_clinic(desk.organisation)
    mona = make_provider(malaz)
    desk.service.providers.add(mona)
    desk.service.clinics.add(malaz)
    make_hours(mona, malaz)
    there = make_room(malaz, desk.service)
    appointment = desk.book(monday(9))

    moved = booking.move(appointment, starts_at=monday(9), by=desk.user, provider=mona, clinic=malaz, at=BEFORE)

    moved.refresh_from_db()
    assert (moved.provider, moved.clinic, moved.room) == (mona, malaz, there)


def test_a_move_of_a_stale_row_starts_from_the_row_as_it_is(desk):
    mona = make_provider(desk.clinic)
    desk.service.providers.add(mona)
    make_hours(mona, desk.clinic)
    appointment = desk.book(monday(9))
    stale = Appointment.objects.get(pk=appointment.pk)
    booking.move(appointment, starts_at=monday(10), by=desk.user, provider=mona, at=BEFORE)

    moved = booking.move(stale, starts_at=monday(11), by=desk.user, at=BEFORE)

    assert (moved.provider, moved.moves) == (mona, 2)


def test_a_move_to_a_taken_time_is_refused_with_the_nearest_three(desk, nothing_written):
    desk.appointment(monday(10))
    appointment = desk.book(monday(9))
    nothing_written()

    with pytest.raises(SlotTaken) as refused:
        booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    assert [slot.starts_at for slot in refused.value.nearest] == [monday(9, 30), monday(10, 30), monday(11)]


def test_a_move_to_where_it_is_already_is_refused_and_tells_nobody(desk, nothing_written):
    appointment = desk.book(monday(9))
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        booking.move(appointment, starts_at=monday(9).astimezone(UTC), provider=desk.provider, by=desk.user, at=BEFORE)

    assert codes(refused) == [RefusalCode.UNCHANGED]
    assert str(refused.value) == (
        f"The appointment of {desk.patient} is already on 7 Jan 2030, 09:00 with this provider. "
        "Choose another time, provider or clinic."
    )


def test_a_move_of_what_somebody_else_has_moved_is_refused_and_says_where_it_is_now(desk, nothing_written):
    appointment = desk.book(monday(9))
    mona = make_user(desk.organisation, first_name="Mona")
    booking.move(appointment, starts_at=monday(10), by=mona, at=BEFORE)
    nothing_written()

    with pytest.raises(ChangedMeanwhile, match=r"Mona moved the appointment .* It is now: 7 Jan 2030, 10:00, Sara"):
        booking.move(appointment, starts_at=monday(11), by=desk.user, expected_sequence=0, at=BEFORE)


def test_a_move_of_what_is_as_it_was_seen_goes_well(desk):
    appointment = booking.confirm(desk.book(monday(9)), by=desk.user, at=BEFORE)

    moved = booking.move(appointment, starts_at=monday(10), by=desk.user, expected_sequence=0, at=BEFORE)

    assert (moved.starts_at, moved.calendar_sequence) == (monday(10), 1)


def test_a_move_past_the_last_day_of_the_package_is_refused(desk, nothing_written):
    appointment = desk.book(monday(9), purchase=desk.purchase(days=10))
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        booking.move(appointment, starts_at=monday(9) + timedelta(days=7), by=desk.user, at=BEFORE)

    assert codes(refused) == [RefusalCode.EXPIRY]


def test_a_move_needs_no_further_session(desk):
    appointment = desk.book(monday(9), purchase=desk.purchase(sessions=1))

    assert booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE).session_number == 1


@pytest.mark.parametrize(
    "status",
    [AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED, AppointmentStatus.CANCELLED_BY_CLINIC,
     AppointmentStatus.NO_SHOW],
)  # fmt: skip
def test_what_has_begun_or_is_over_does_not_move(desk, nothing_written, status):
    appointment = desk.appointment(monday(9), status=status)
    nothing_written()

    with pytest.raises(WrongStatus, match=f"The appointment of Omar is {status.label}"):
        booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)


def test_an_appointment_of_another_organisation_does_not_move(desk, nothing_written, stranger):
    theirs = desk.appointment(monday(9), **{name: row for name, row in stranger.items() if name != "room"})
    nothing_written()

    with pytest.raises(Appointment.DoesNotExist):
        booking.move(theirs, starts_at=monday(10), by=desk.user, at=BEFORE)


@pytest.mark.parametrize(("name", "model"), [("provider", Provider), ("clinic", Clinic)])
def test_an_appointment_does_not_move_to_another_organisation(desk, nothing_written, stranger, name, model):
    appointment = desk.book(monday(9))
    nothing_written()

    with pytest.raises(model.DoesNotExist):
        booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE, **{name: stranger[name]})


def test_an_overbooked_appointment_that_moves_to_a_free_time_is_one_like_others(desk, chief):
    desk.appointment(monday(9))
    extra = desk.book(monday(9), by=chief, overbook_reason="Came from far away")

    moved = booking.move(extra, starts_at=monday(10), by=desk.user, at=BEFORE)

    assert (moved.lane, moved.overbook_reason) == (0, "")
