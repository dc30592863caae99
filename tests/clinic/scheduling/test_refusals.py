"""Each reason against a time: when it is given, what it says, and that it is given to nobody else."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from clinic.enums import RefusalCode
from tests.clinic.scheduling.conftest import monday
from tests.factories import (
    MONDAY,
    make_clinic,
    make_closure,
    make_extra_hours,
    make_hours,
    make_leave,
    make_organisation,
    make_provider,
    make_room,
    make_service,
)

SUNDAY_MORNING = datetime(2030, 1, 6, 9, tzinfo=monday(9).tzinfo)


def sentences(refusals):
    return [(refusal.code, str(refusal.message), str(refusal.hint)) for refusal in refusals]


def codes_of(refusals):
    return [refusal.code for refusal in refusals]


def test_nothing_speaks_against_a_free_time(desk):
    assert desk.why_not(monday(9), patient=desk.patient) == []


def test_the_past_is_past(desk):
    assert sentences(desk.why_not(monday(9), at=monday(9, 1))) == [
        (RefusalCode.NOTICE, "This time has passed.", "Choose a later time.")
    ]


def test_short_notice_names_the_minutes(desk):
    desk.policy(minimum_notice=timedelta(minutes=90))

    assert sentences(desk.why_not(monday(9), at=monday(8))) == [
        (RefusalCode.NOTICE, "Appointments are booked at least 90 minutes ahead.", "Choose a later time.")
    ]
    assert desk.why_not(monday(9), at=monday(7, 30)) == []


def test_beyond_the_horizon_names_the_days(desk):
    desk.policy(booking_horizon_days=7)

    assert sentences(desk.why_not(monday(9), at=monday(9) - timedelta(days=8))) == [
        (RefusalCode.HORIZON, "Appointments are booked at most 7 days ahead.", "Choose an earlier day.")
    ]
    assert desk.why_not(monday(9), at=monday(9) - timedelta(days=7)) == []


def test_a_closed_clinic_names_the_day(desk):
    make_closure(desk.organisation, MONDAY)

    assert sentences(desk.why_not()) == [
        (RefusalCode.CLOSURE, "Olaya is closed on Monday 7 January 2030.", "Choose another day or clinic.")
    ]


def test_leave_names_the_provider_and_the_end(desk):
    make_leave(desk.provider, monday(9, 15), monday(11))

    assert sentences(desk.why_not()) == [
        (
            RefusalCode.LEAVE,
            "Sara is on leave until Monday 7 January 2030 11:00.",
            "Choose another provider or a later time.",
        )
    ]
    assert desk.why_not(monday(11)) == []


def test_a_day_without_hours_names_the_day(desk):
    assert sentences(desk.why_not(SUNDAY_MORNING)) == [
        (
            RefusalCode.WORKING_HOURS,
            "Sara does not work at Olaya on Sunday 6 January 2030.",
            "Choose another day or provider.",
        )
    ]


@pytest.mark.parametrize("start", [monday(8, 30), monday(11, 45), monday(12), monday(20)])
def test_outside_working_hours_names_them_all(desk, start):
    make_hours(desk.provider, desk.clinic, start=time(14), end=time(16))

    assert sentences(desk.why_not(start)) == [
        (
            RefusalCode.WORKING_HOURS,
            "Sara works at Olaya on Monday 7 January 2030: 09:00–12:00, 14:00–16:00.",
            "Choose a time that ends within these hours.",
        )
    ]


def test_outside_extra_hours_says_that_there_are_only_those(desk):
    make_extra_hours(desk.provider, desk.clinic, date(2030, 1, 6), time(10), time(11))

    assert sentences(desk.why_not(SUNDAY_MORNING)) == [
        (
            RefusalCode.EXTRA_HOURS,
            "Sara has only extra hours on Sunday 6 January 2030: 10:00–11:00.",
            "Choose a time that ends within these hours.",
        )
    ]


def test_off_the_grid_names_the_starts_on_either_side(desk):
    assert sentences(desk.why_not(monday(9, 40))) == [
        (RefusalCode.GRID, "Appointments here start every 30 minutes.", "Choose 09:30 or 10:00.")
    ]


def test_the_grid_begins_with_the_hours(desk):
    desk.change(desk.hours, start=time(9, 10))

    assert desk.why_not(monday(9, 40)) == []
    assert codes_of(desk.why_not(monday(10))) == [RefusalCode.GRID]


def test_off_the_grid_at_the_end_of_the_hours_names_only_starts_within_them(desk):
    desk.lengths(treatment=20)

    assert sentences(desk.why_not(monday(11, 40))) == [
        (RefusalCode.GRID, "Appointments here start every 30 minutes.", "Choose 11:30.")
    ]


def test_a_booked_time_names_who_and_when(desk):
    desk.appointment(monday(9))
    desk.appointment(monday(9, 30))
    desk.lengths(treatment=45)

    assert sentences(desk.why_not()) == [
        (RefusalCode.BOOKED, "Sara is already booked: 09:00–09:30, 09:30–10:00.", "Choose a free time.")
    ]


def test_no_time_for_the_buffer_names_what_is_in_the_way(desk):
    desk.appointment(monday(9, 30))
    desk.lengths(after=10)

    assert sentences(desk.why_not()) == [
        (
            RefusalCode.BUFFER,
            "There is no time to prepare or tidy up: Sara is taken 09:30–10:00.",
            "Leave more time between appointments.",
        )
    ]


def test_with_a_place_left_a_time_is_not_booked(desk):
    desk.change(desk.hours, capacity=2)
    desk.appointment(monday(9))

    assert desk.why_not() == []


def test_a_start_off_the_grid_is_measured_by_its_hours_too(desk):
    desk.change(desk.hours, capacity=2)
    desk.appointment(monday(9))

    assert codes_of(desk.why_not(monday(9, 10))) == [RefusalCode.GRID]


def test_outside_of_hours_a_booked_provider_is_booked(desk):
    desk.appointment(monday(18))

    assert codes_of(desk.why_not(monday(18))) == [RefusalCode.WORKING_HOURS, RefusalCode.BOOKED]


def test_without_a_free_room_the_service_and_the_clinic_are_named(desk):
    room = make_room(desk.clinic, desk.service)
    desk.appointment(provider=make_provider(desk.clinic), room=room)

    assert sentences(desk.why_not()) == [
        (
            RefusalCode.ROOM,
            "Every room for Speech therapy at Olaya is taken at this time.",
            "Choose another time or clinic.",
        )
    ]


def test_a_patient_who_is_elsewhere_is_named_with_the_time(desk):
    desk.appointment(monday(9, 15), patient=desk.patient, provider=make_provider(desk.clinic))

    assert sentences(desk.why_not(patient=desk.patient)) == [
        (
            RefusalCode.PATIENT_BUSY,
            "Huda already has an appointment 09:15–09:45.",
            "Choose another time or move that appointment.",
        )
    ]
    assert desk.why_not() == []


def test_a_closed_file_books_nothing(desk):
    desk.change(desk.patient, active=False)

    assert sentences(desk.why_not(patient=desk.patient)) == [
        (RefusalCode.INACTIVE, "The file of Huda is closed.", "Open it again on the patient's page.")
    ]


@pytest.mark.parametrize(("row", "name"), [("service", "Speech therapy"), ("provider", "Sara"), ("clinic", "Olaya")])
def test_what_is_no_longer_active_is_named(desk, row, name):
    desk.change(getattr(desk, row), active=False)

    assert sentences(desk.why_not()) == [(RefusalCode.INACTIVE, f"{name} is no longer active.", "Choose another one.")]


def test_a_service_not_offered_here_names_all_three(desk):
    other = make_clinic(desk.organisation, name="Malaz")

    assert sentences(desk.why_not(clinic=other)) == [
        (
            RefusalCode.NOT_OFFERED,
            "Sara does not offer Speech therapy at Malaz.",
            "Choose another provider or clinic.",
        )
    ]


def test_rows_of_another_organisation_are_not_offered(desk):
    theirs = make_clinic(make_organisation("Cedar"))
    stranger = make_provider(theirs)
    make_hours(stranger, theirs)
    make_service(stranger)

    assert codes_of(desk.why_not(provider=stranger)) == [RefusalCode.NOT_OFFERED]
    assert codes_of(desk.why_not(clinic=theirs)) == [RefusalCode.NOT_OFFERED]
    assert codes_of(desk.why_not(provider=stranger, clinic=theirs)) == [RefusalCode.NOT_OFFERED]


def test_every_reason_is_given_the_most_fundamental_first(desk):
    make_closure(desk.organisation, MONDAY)
    make_leave(desk.provider, monday(8), monday(20))
    desk.appointment(patient=desk.patient, room=make_room(desk.clinic, desk.service))

    assert codes_of(desk.why_not(monday(9), patient=desk.patient, at=monday(10))) == [
        RefusalCode.NOTICE, RefusalCode.CLOSURE, RefusalCode.LEAVE, RefusalCode.BOOKED, RefusalCode.ROOM,
        RefusalCode.PATIENT_BUSY,
    ]  # fmt: skip


@pytest.mark.parametrize("patient", [True, False], ids=["for a patient", "for nobody yet"])
def test_exactly_the_slots_have_nothing_against_them(desk, patient):
    who = desk.patient if patient else None
    desk.appointment(monday(9, 30))
    desk.appointment(monday(11), patient=desk.patient, provider=make_provider(desk.clinic))
    make_leave(desk.provider, monday(10), monday(10, 20))
    minutes = [monday(8) + timedelta(minutes=n) for n in range(0, 300, 5)]

    free = [minute for minute in minutes if desk.why_not(minute, patient=who) == []]

    assert free == [slot.starts_at for slot in desk.slots(patient=who)] != []


def test_the_zone_in_which_one_asks_makes_no_difference(desk):
    assert desk.why_not(monday(9).astimezone(UTC)) == []
    assert codes_of(desk.why_not(datetime(2030, 1, 7, 9, tzinfo=UTC))) == [RefusalCode.WORKING_HOURS]


def test_the_day_is_the_clinics_wherever_one_asks_from(desk):
    make_hours(desk.provider, desk.clinic, weekday=2, start=time(0), end=time(2))

    late_on_monday_in_utc = datetime(2030, 1, 7, 21, tzinfo=UTC)

    assert desk.why_not(late_on_monday_in_utc) == []


def test_a_time_without_a_zone_is_an_error(desk):
    with pytest.raises(ValueError, match="time zone"):
        desk.why_not(datetime(2030, 1, 7, 9))  # noqa: DTZ001 (the naive moment is the point)


def test_reasons_come_in_the_language_of_the_page(desk):
    desk.change(desk.provider, name_ar="سارة")
    desk.appointment()

    with translation.override("ar"):
        (refusal,) = desk.why_not()

    assert "سارة" in str(refusal)


def test_a_question_costs_two_queries(desk, django_assert_num_queries):
    make_room(desk.clinic, desk.service)

    with django_assert_num_queries(2):
        desk.why_not(patient=desk.patient)
