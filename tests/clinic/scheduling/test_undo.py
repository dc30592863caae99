"""The last step taken back: what was free is taken again, what was used is given back."""

import pytest

from clinic.enums import (
    AppointmentStatus,
    MessageKind,
    MessageStatus,
    RefusalCode,
)
from clinic.errors import BookingRefused, ChangedMeanwhile, WrongStatus
from clinic.models import Message
from clinic.scheduling import booking
from clinic.scheduling.booking.telling import tell
from tests.clinic.scheduling.conftest import codes, monday, walk
from tests.clinic.scheduling.undone import all_sent, booked, queued
from tests.factories import BEFORE, NINE, SENT, make_provider, make_room, make_user

S = AppointmentStatus


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        (["confirm"], S.SCHEDULED),
        (["check_in"], S.SCHEDULED),
        (["confirm", "check_in"], S.CONFIRMED),
        (["check_in", "start"], S.ARRIVED),
        (["check_in", "complete"], S.ARRIVED),
        (["check_in", "start", "complete"], S.IN_PROGRESS),
        (["mark_no_show"], S.SCHEDULED),
        (["confirm", "mark_no_show"], S.CONFIRMED),
        (["cancel"], S.SCHEDULED),
        (["confirm", "cancel"], S.CONFIRMED),
        (["check_in", "cancel"], S.ARRIVED),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("moved", [False, True], ids=["", "moved"])
def test_undo_takes_the_last_step_back(desk, verbs, status, moved):
    appointment = desk.book()
    if moved:
        appointment = booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    undone = walk(desk, appointment, *verbs, "undo_status")

    undone.refresh_from_db()
    assert undone.status == (S.RESCHEDULED if moved and status == S.SCHEDULED else status)


def test_a_cancellation_undone_takes_the_time_again(desk):
    row = walk(desk, desk.book(monday(9)), "cancel", "undo_status", at=BEFORE)

    row.refresh_from_db()
    assert (row.cancelled_at, row.cancelled_by, row.cancellation_reason) == (None, None, "")
    assert (row.starts_at, row.calendar_sequence) == (monday(9), 2)
    assert "09:00" not in desk.times()


def test_a_cancellation_undone_at_once_is_never_told(desk):
    walk(desk, desk.book(), "cancel", "undo_status", at=BEFORE)

    assert [message.kind for message in Message.objects.filter(status=MessageStatus.QUEUED)] == [MessageKind.BOOKED]


def test_a_cancellation_undone_before_it_was_told_says_nothing_to_who_knows_of_the_booking(desk):
    appointment = desk.book()
    Message.objects.update(**SENT)

    walk(desk, appointment, "cancel", "undo_status", at=BEFORE)

    assert not Message.objects.filter(status=MessageStatus.QUEUED).exists()


@pytest.mark.any_engine
def test_a_cancellation_undone_before_it_was_told_says_nothing_to_who_knows_of_the_plan(desk):
    operation = booked(desk, monday(9), monday(10))
    first, second = operation.appointments.order_by("starts_at")
    tell(MessageKind.PLANNED, [first, second], by=desk.user, operation=operation, at=BEFORE)
    all_sent()

    walk(desk, second, "cancel", "undo_status", at=BEFORE)

    assert queued() == []


def test_a_cancellation_undone_after_it_was_told_is_taken_back_in_words(desk):
    appointment = walk(desk, desk.book(), "cancel", at=BEFORE)
    Message.objects.update(**SENT)

    walk(desk, appointment, "undo_status", at=BEFORE)

    assert [message.kind for message in Message.objects.filter(status=MessageStatus.QUEUED)] == [MessageKind.BOOKED]


@pytest.mark.parametrize("taken_by", ["provider", "patient", "room"])
def test_a_time_that_is_taken_meanwhile_cannot_be_taken_again(desk, nothing_written, taken_by):
    other = make_provider(desk.clinic)
    room = make_room(desk.clinic, desk.service)
    appointment = walk(desk, desk.book(monday(9), purchase=desk.purchase()), "cancel", at=BEFORE)
    match taken_by:
        case "provider":
            desk.appointment(monday(9))
        case "patient":
            desk.appointment(monday(9), provider=other, patient=desk.patient)
        case "room":
            desk.appointment(monday(9), provider=other, room=room)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        walk(desk, appointment, "undo_status", at=BEFORE)

    code = {
        "provider": RefusalCode.BOOKED, "patient": RefusalCode.PATIENT_BUSY, "room": RefusalCode.ROOM,
    }[taken_by]  # fmt: skip
    assert codes(refused) == [code]


def test_a_taken_time_stays_taken_when_the_hours_have_changed(desk, nothing_written):
    appointment = walk(desk, desk.book(monday(9)), "cancel", at=BEFORE)
    desk.appointment(monday(9))
    desk.change(desk.hours, active=False)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        walk(desk, appointment, "undo_status", at=BEFORE)

    assert codes(refused) == [RefusalCode.BOOKED]


@pytest.mark.parametrize("row", ["service", "provider", "clinic"])
def test_what_is_no_longer_offered_cannot_be_taken_again(desk, nothing_written, row):
    appointment = walk(desk, desk.book(monday(9)), "cancel", at=BEFORE)
    desk.change(getattr(desk, row), active=False)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        walk(desk, appointment, "undo_status", at=BEFORE)

    assert codes(refused) == [RefusalCode.INACTIVE]


def test_a_completion_is_undone_outside_of_hours_and_after_the_horizon(desk):
    appointment = walk(desk, desk.book(monday(9)), "check_in", "complete")
    desk.change(desk.hours, active=False)

    assert walk(desk, appointment, "undo_status").status == S.ARRIVED


def test_a_session_given_to_another_appointment_cannot_be_taken_again(desk, nothing_written):
    purchase = desk.purchase(sessions=1)
    appointment = walk(desk, desk.book(monday(9), purchase=purchase), "cancel", at=BEFORE)
    desk.book(monday(10), purchase=purchase)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        walk(desk, appointment, "undo_status", at=BEFORE)

    assert codes(refused) == [RefusalCode.NO_SESSION_LEFT]


def test_a_cancellation_undone_takes_a_number_that_is_free(desk):
    purchase = desk.purchase(sessions=2)
    appointment = walk(desk, desk.book(monday(9), purchase=purchase), "cancel", at=BEFORE)
    assert desk.book(monday(10), purchase=purchase).session_number == 1

    assert walk(desk, appointment, "undo_status", at=BEFORE).session_number == 2


def test_an_overbooked_appointment_is_taken_again_by_who_may_overbook(desk):
    chief = make_user(desk.organisation, is_superuser=True)
    desk.appointment(monday(9))
    extra = desk.book(monday(9), by=chief, overbook_reason="Came from far away")
    booking.cancel(extra, by=chief, at=BEFORE)

    with pytest.raises(BookingRefused):
        booking.undo_status(extra, by=desk.user, at=BEFORE)
    undone = booking.undo_status(extra, by=chief, at=BEFORE)

    assert (undone.lane, undone.overbook_reason) == (1, "Came from far away")


# Until the end of the day


LATE_IN_THE_EVENING = monday(23, 59)
AFTER_MIDNIGHT = monday(0).replace(day=8)


def taken(desk, *verbs, at=NINE, **options):
    return walk(desk, desk.book(NINE, **options), *verbs, at=at)


@pytest.mark.parametrize(
    "verbs",
    [["confirm"], ["check_in"], ["check_in", "start"], ["check_in", "complete"], ["cancel"], ["mark_no_show"]],
    ids=lambda verbs: verbs[-1],
)
def test_a_step_is_undone_until_the_end_of_its_day_and_no_longer(desk, verbs, nothing_written):
    appointment = taken(desk, *verbs)
    nothing_written()

    assert booking.can_be_undone(appointment, at=LATE_IN_THE_EVENING)
    assert not booking.can_be_undone(appointment, at=AFTER_MIDNIGHT)
    with pytest.raises(WrongStatus, match="was set on 7 Jan 2030") as refused:
        booking.undo_status(appointment, by=desk.user, at=AFTER_MIDNIGHT)

    assert codes(refused) == [RefusalCode.STATUS]


@pytest.mark.parametrize(("zone", "possible"), [("Asia/Riyadh", False), ("America/New_York", True)])
def test_the_day_ends_in_the_clinic_not_in_the_server(desk, zone, possible):
    appointment = taken(desk, "mark_no_show", at=LATE_IN_THE_EVENING)
    desk.change(desk.clinic, time_zone=zone)
    appointment.refresh_from_db()

    assert booking.can_be_undone(appointment, at=AFTER_MIDNIGHT) == possible


def test_an_arrival_is_undone_on_its_day_though_the_patient_confirmed_last_week(desk):
    appointment = walk(desk, desk.book(monday(9)), "confirm", at=BEFORE)
    walk(desk, appointment, "check_in", at=monday(9))

    assert walk(desk, appointment, "undo_status", at=monday(10)).status == S.CONFIRMED


def test_a_no_show_marked_the_day_after_is_undone_on_that_day(desk):
    appointment = taken(desk, "mark_no_show", at=AFTER_MIDNIGHT)
    appointment.notes = "Called her"
    appointment.record("notes", by=desk.user, at=AFTER_MIDNIGHT.replace(day=9))

    assert booking.can_be_undone(appointment, at=AFTER_MIDNIGHT)
    assert not booking.can_be_undone(appointment, at=AFTER_MIDNIGHT.replace(day=9))


@pytest.mark.parametrize(
    ("verbs", "way_out"),
    [
        (["mark_no_show"], "Ask a manager, who may waive what it costs or correct it."),
        (["cancel"], "Book a new appointment, or ask a manager to correct this one."),
        (["check_in", "complete"], "Ask a manager, who may correct it."),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_the_day_after_the_desk_hears_what_to_do_instead(desk, verbs, way_out):
    appointment = taken(desk, *verbs)

    with pytest.raises(WrongStatus) as refused:
        booking.undo_status(appointment, by=desk.user, reason="Wrong button", at=AFTER_MIDNIGHT)

    assert refused.value.reasons[0].hint == way_out


def test_the_day_after_a_manager_corrects_for_a_reason(desk, chief):
    purchase = desk.purchase()
    appointment = taken(desk, "mark_no_show", purchase=purchase)

    with pytest.raises(WrongStatus, match="Give a reason to correct it all the same"):
        booking.undo_status(appointment, by=chief, at=AFTER_MIDNIGHT)
    row = booking.undo_status(appointment, by=chief, reason="Was treated, nobody clicked", at=AFTER_MIDNIGHT)

    assert (row.status, row.session_used) == (S.SCHEDULED, False)
    assert row.history.first().history_change_reason == "Was treated, nobody clicked"


def test_a_step_whose_moment_nobody_kept_counts_as_of_the_day_of_the_appointment(desk):
    imported = desk.appointment(monday(9), status=S.COMPLETED)
    unknown = desk.appointment(monday(10), status=S.NO_SHOW)
    unknown.history.all().delete()

    for row in (imported, unknown):
        assert booking.can_be_undone(row, at=LATE_IN_THE_EVENING)
        assert not booking.can_be_undone(row, at=AFTER_MIDNIGHT)


def test_what_is_only_booked_has_no_step_to_take_back(desk):
    assert not booking.can_be_undone(desk.book(monday(9)), at=BEFORE)


def test_undo_of_another_state_than_the_one_seen_takes_nothing_back(desk):
    row = walk(desk, desk.book(), "confirm", "check_in")
    booking.undo_status(row, by=desk.user, expected_state="arrived", at=NINE)

    with pytest.raises(ChangedMeanwhile, match="is: Confirmed"):
        booking.undo_status(row, by=desk.user, expected_state="arrived", at=NINE)

    row.refresh_from_db()
    assert row.status == S.CONFIRMED
