"""Which slots are offered, and which are not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.enums import AppointmentStatus, LeaveStatus, Weekday
from clinic.scheduling import slots_for
from tests.clinic.scheduling.conftest import monday
from tests.factories import (
    BEFORE,
    MONDAY,
    make_appointment,
    make_clinic,
    make_closure,
    make_extra_hours,
    make_hours,
    make_leave,
    make_organisation,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_week,
)

ALL = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


def test_slots_start_on_the_grid_and_end_within_the_hours(desk):
    assert desk.times() == ALL


def test_a_slot_says_who_where_and_until_when(desk):
    slot = desk.slots()[0]

    assert (slot.provider, slot.clinic) == (desk.provider, desk.clinic)
    assert (slot.starts_at, slot.ends_at, slot.free_places) == (monday(9), monday(9, 30), 1)
    assert slot.starts_at.tzinfo is desk.clinic.zone


def test_a_grid_finer_than_the_service_offers_overlapping_starts(desk):
    desk.change(desk.hours, slot_minutes=15, end=time(10))

    assert desk.times() == ["09:00", "09:15", "09:30"]


def test_a_service_longer_than_the_hours_has_no_slot(desk):
    desk.lengths(treatment=181)

    assert desk.times() == []


def test_a_service_as_long_as_the_hours_has_one_slot(desk):
    desk.lengths(treatment=180)

    assert desk.times() == ["09:00"]


def test_a_booked_time_is_not_offered(desk):
    desk.appointment(monday(10))

    assert desk.times() == ["09:00", "09:30", "10:30", "11:00", "11:30"]


@pytest.mark.parametrize(
    "status",
    [
        AppointmentStatus.COMPLETED,
        AppointmentStatus.NO_SHOW,
        AppointmentStatus.CANCELLED_BY_PATIENT,
        AppointmentStatus.CANCELLED_BY_CLINIC,
    ],
)
def test_an_appointment_that_is_over_leaves_its_time_free(desk, status):
    desk.appointment(monday(10), status=status)

    assert desk.times() == ALL


def test_buffers_keep_a_distance_from_other_appointments(desk):
    desk.appointment(monday(10))
    desk.lengths(before=15, after=20)

    assert desk.times() == ["09:00", "11:00", "11:30"]


def test_buffers_of_the_other_appointment_keep_their_distance_too(desk):
    desk.appointment(monday(10), busy_from=monday(9, 45), busy_until=monday(10, 40))

    assert desk.times() == ["09:00", "11:00", "11:30"]


def test_buffers_may_lie_outside_the_hours(desk):
    desk.lengths(before=60, after=60)

    assert desk.times() == ALL


def test_buffers_may_lie_in_leave(desk):
    desk.lengths(before=30, after=30)
    make_leave(desk.provider, monday(10), monday(11))

    assert desk.times() == ["09:00", "09:30", "11:00", "11:30"]


def test_an_appointment_at_another_clinic_takes_the_provider_there_and_here(desk):
    desk.appointment(monday(10), clinic=make_clinic(desk.organisation))

    assert "10:00" not in desk.times()


def test_an_appointment_of_another_provider_takes_nothing(desk):
    other = make_provider(desk.clinic)
    desk.appointment(monday(10), provider=other)

    assert desk.times() == ALL


# Leave, closures, extra hours


def test_leave_of_a_part_of_the_day_takes_its_slots(desk):
    make_leave(desk.provider, monday(9, 45), monday(10, 30))

    assert desk.times() == ["09:00", "10:30", "11:00", "11:30"]


@pytest.mark.parametrize("status", [LeaveStatus.ASKED, LeaveStatus.REFUSED])
def test_leave_counts_only_once_approved(desk, status):
    make_leave(desk.provider, monday(9), monday(12), status=status)

    assert desk.times() == ALL


def test_a_closed_clinic_offers_nothing_that_day(desk):
    make_closure(desk.organisation, MONDAY, clinic=desk.clinic)

    assert desk.times() == []
    assert desk.times(last_day=date(2030, 1, 14), first_day=date(2030, 1, 14)) == ALL


def test_a_closure_of_the_organisation_closes_every_clinic(desk):
    make_closure(desk.organisation, date(2030, 1, 5), date(2030, 1, 8))

    assert desk.times() == []


@pytest.mark.parametrize("whose", ["another clinic", "another organisation"])
def test_a_closure_elsewhere_closes_nothing_here(desk, whose):
    if whose == "another clinic":
        make_closure(desk.organisation, MONDAY, clinic=make_clinic(desk.organisation))
    else:
        make_closure(make_organisation("Cedar"), MONDAY)

    assert desk.times() == ALL


def test_a_closure_is_a_day_of_the_clinics_own_zone(desk):
    auckland = make_clinic(desk.organisation, time_zone="Pacific/Auckland")
    honolulu = make_clinic(desk.organisation, time_zone="Pacific/Honolulu")
    provider = make_provider(auckland, honolulu)
    service = make_service(provider)
    for clinic in (auckland, honolulu):
        make_week(provider, clinic, start=time(0), end=time(23, 59))
    make_closure(desk.organisation, MONDAY)

    slots = desk.slots(service, first_day=date(2030, 1, 6), last_day=date(2030, 1, 8))

    assert {(slot.clinic, slot.starts_at.date()) for slot in slots} == {
        (clinic, date(2030, 1, on)) for clinic in (auckland, honolulu) for on in (6, 8)
    }


def test_extra_hours_add_their_day(desk):
    make_extra_hours(desk.provider, desk.clinic, date(2030, 1, 8), time(18), time(19))

    assert desk.times(first_day=date(2030, 1, 8), last_day=date(2030, 1, 8)) == ["18:00", "18:30"]


def test_inactive_hours_offer_nothing(desk):
    desk.change(desk.hours, active=False)

    assert desk.times() == []


def test_hours_out_of_validity_offer_nothing(desk):
    desk.change(desk.hours, valid_until=date(2030, 1, 6))

    assert desk.times() == []


def test_hours_every_second_week_leave_a_week_out(desk):
    desk.change(desk.hours, every_n_weeks=2, valid_from=MONDAY, end=time(9, 30))

    slots = desk.slots(last_day=date(2030, 1, 31))

    assert [slot.starts_at.date() for slot in slots] == [MONDAY, date(2030, 1, 21)]


# Notice and horizon


def test_the_past_is_not_offered(desk):
    assert desk.times(at=monday(10, 1)) == ["10:30", "11:00", "11:30"]
    assert desk.times(at=monday(10)) == ["10:00", "10:30", "11:00", "11:30"]


def test_the_minimum_notice_is_kept(desk):
    desk.policy(minimum_notice=timedelta(minutes=90))

    assert desk.times(at=monday(9)) == ["10:30", "11:00", "11:30"]


def test_the_horizon_ends_with_its_last_local_day(desk):
    desk.policy(booking_horizon_days=7)

    assert desk.times(at=datetime(2029, 12, 31, 0, 30, tzinfo=desk.clinic.zone)) == ALL
    assert desk.times(at=datetime(2029, 12, 30, 23, 30, tzinfo=desk.clinic.zone)) == []


# Who and where


@pytest.mark.parametrize("row", ["service", "provider", "clinic"])
def test_what_is_no_longer_active_is_not_offered(desk, row):
    desk.change(getattr(desk, row), active=False)

    assert desk.times() == []


@pytest.mark.parametrize("missing", ["provider gives it", "clinic offers it", "provider works there"])
def test_a_service_needs_a_provider_who_gives_it_in_a_clinic_that_offers_it(desk, missing):
    if missing == "provider gives it":
        desk.service.providers.clear()
    elif missing == "clinic offers it":
        desk.service.clinics.clear()
    else:
        desk.provider.clinics.clear()

    assert desk.times() == []


def test_the_search_can_be_narrowed_to_a_clinic_and_to_providers(desk):
    other_clinic = make_clinic(desk.organisation)
    other = make_provider(desk.clinic, other_clinic)
    desk.service.providers.add(other)
    desk.service.clinics.add(other_clinic)
    make_hours(other, desk.clinic, start=time(14), end=time(15))
    make_hours(other, other_clinic, start=time(16), end=time(17))

    assert desk.times(clinic=other_clinic) == ["16:00", "16:30"]
    assert desk.times(providers=[other]) == ["14:00", "14:30", "16:00", "16:30"]
    assert desk.times(providers=[other], clinic=desk.clinic) == ["14:00", "14:30"]
    assert desk.times(providers=[]) == []


def test_rows_of_another_organisation_neither_offer_nor_take(desk):
    cedar = make_organisation("Cedar")
    theirs = make_clinic(cedar)
    stranger = make_provider(theirs)
    make_hours(stranger, theirs, start=time(14), end=time(15))
    foreign = make_service(stranger)
    make_appointment(make_patient(cedar), foreign, stranger, theirs, monday(10))

    assert desk.times() == ALL
    assert desk.times(clinic=theirs) == []
    assert desk.times(providers=[stranger]) == []
    assert {slot.provider for slot in desk.slots(foreign)} == {stranger}


def test_a_link_across_organisations_offers_nothing(desk):
    cedar = make_organisation("Cedar")
    stranger = make_provider(make_clinic(cedar))
    stranger.clinics.add(desk.clinic)
    desk.service.providers.add(stranger)

    assert {slot.provider for slot in desk.slots()} == {desk.provider}


# The list


def test_slots_come_in_order_of_time_and_then_of_provider(desk):
    other = make_provider(desk.clinic)
    desk.service.providers.add(other)
    make_hours(other, desk.clinic, start=time(9), end=time(10))
    desk.change(desk.hours, end=time(10))

    slots = desk.slots()

    assert [(f"{slot.starts_at:%H:%M}", slot.provider) for slot in slots] == [
        ("09:00", desk.provider), ("09:00", other), ("09:30", desk.provider), ("09:30", other),
    ]  # fmt: skip


def test_days_are_those_of_the_clinic(desk):
    make_week(desk.provider, desk.clinic, start=time(0), end=time(1))
    make_week(desk.provider, desk.clinic, start=time(23), end=time(23, 30))
    desk.change(desk.hours, active=False)

    assert desk.times() == ["00:00", "00:30", "23:00"]


def test_a_search_that_ends_before_it_starts_finds_nothing(desk):
    assert desk.times(last_day=date(2030, 1, 1)) == []


def test_nine_stays_nine_across_the_change_of_clocks(desk):
    cairo = make_clinic(desk.organisation, time_zone="Africa/Cairo")
    provider = make_provider(cairo)
    service = make_service(provider)
    make_hours(provider, cairo, weekday=Weekday.THURSDAY, end=time(9, 30))

    slots = desk.slots(service, first_day=date(2030, 4, 25), last_day=date(2030, 5, 2))

    assert [slot.starts_at.astimezone(UTC).hour for slot in slots] == [7, 6]
    assert {f"{slot.starts_at:%H:%M}" for slot in slots} == {"09:00"}


@pytest.mark.parametrize("n", [1, 50])
def test_a_search_costs_four_queries_whatever_the_number_of_providers(desk, django_assert_num_queries, n):
    room = make_room(desk.clinic, desk.service, capacity=n)
    for number in range(n):
        provider = make_provider(desk.clinic)
        desk.service.providers.add(provider)
        make_week(provider, desk.clinic)
        make_leave(provider, monday(12), monday(13))
        desk.appointment(monday(10), provider=provider, room=room, room_place=number)
    make_closure(desk.organisation, date(2030, 1, 20))

    with django_assert_num_queries(4):
        slots = slots_for(desk.service, first_day=MONDAY, last_day=date(2030, 1, 31), patient=desk.patient, at=BEFORE)

    assert len({slot.provider for slot in slots}) == n + 1


def test_buffers_as_long_as_a_day_reach_into_the_days_around(desk):
    desk.lengths(before=24 * 60)
    desk.appointment(monday(9) - timedelta(days=1), busy_from=monday(9) - timedelta(days=1))

    assert desk.times() == ["09:30", "10:00", "10:30", "11:00", "11:30"]
