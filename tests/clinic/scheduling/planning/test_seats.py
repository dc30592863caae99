"""Lanes and room places: what a plan seats side by side can be booked so, also where hours and rooms differ."""

from datetime import date, time, timedelta

import pytest

from clinic.models import WorkingHours
from tests.clinic.scheduling.planning.conftest import day
from tests.factories import MONDAY, make_hours, make_patient, make_room, make_service


@pytest.fixture
def two_shifts(desk):
    """On Mondays Sara treats three at once from nine to ten, then one at a time until noon."""
    WorkingHours.objects.all().delete()
    make_hours(desk.sara, desk.olaya, start=time(9), end=time(10), capacity=3)
    make_hours(desk.sara, desk.olaya, start=time(10), end=time(12), capacity=1)


def patients_plan(desk, *services, **asked):
    """The plan of one session each for as many new patients, on Monday."""
    purchases = [
        desk.sell((service, 1), patient=make_patient(desk.organisation, name=str(number)))
        for number, service in enumerate(services)
    ]
    return desk.plan(purchases, last_day=MONDAY, **asked)


def booked_times(desk, planned) -> list[str]:
    return [f"{row.starts_at.astimezone(desk.olaya.zone):%H:%M}" for row in desk.apply(planned)]


def test_hours_for_one_are_not_widened_by_the_hours_for_three_before_them(desk, two_shifts):
    desk.speech.duration = timedelta(minutes=60)
    desk.speech.save()

    planned = patients_plan(desk, *[desk.speech] * 6)

    assert booked_times(desk, planned) == ["09:00", "09:00", "09:00", "10:00", "11:00"]
    assert planned.certificate.bound == 5


def test_buffer_of_a_patient_among_three_does_not_reach_into_the_hours_for_one(desk, two_shifts):
    desk.speech.buffer_after = timedelta(minutes=10)
    desk.speech.save()

    planned = patients_plan(desk, *[desk.speech] * 9, earliest=time(9, 30), latest=time(10, 30))

    assert len(booked_times(desk, planned)) == len(planned.placed) >= 1


def test_preparation_for_one_patient_does_not_reach_back_into_the_hours_for_two(desk):
    """At ten the second lane is taken, because ten needs preparation too: then eleven cannot be prepared."""
    WorkingHours.objects.all().delete()
    make_hours(desk.sara, desk.olaya, start=time(9), end=time(11), slot_minutes=60, capacity=2)
    make_hours(desk.sara, desk.olaya, start=time(11), end=time(12), slot_minutes=60, capacity=1)
    prepared = make_service(desk.sara, name="Prepared", minutes=60, buffer_before=timedelta(minutes=15))

    planned = desk.plan(desk.sell((prepared, 3)), last_day=MONDAY, min_gap_days=0, sessions_per_day=3)

    assert len(booked_times(desk, planned)) == planned.certificate.bound == 2


def test_short_session_does_not_use_the_buffer_that_a_longer_one_has_beyond_the_hours_for_three(desk, two_shifts):
    tidy = make_service(desk.sara, name="Tidy", minutes=30, buffer_after=timedelta(minutes=60))

    planned = patients_plan(desk, tidy, *[desk.speech] * 6, earliest=time(10), latest=time(11))

    assert booked_times(desk, planned) == ["10:00", "10:30"]


def test_extra_lane_is_used_after_a_service_that_treats_one_at_a_time_has_ended(desk):
    WorkingHours.objects.update(capacity=2)
    alone = make_service(desk.sara, name="Alone", capacity=1)

    planned = patients_plan(desk, alone, desk.speech, desk.speech, latest=time(10))

    assert sorted(booked_times(desk, planned)) in (["09:00", "09:30", "09:30"], ["09:00", "09:00", "09:30"])


def test_booked_patients_beside_new_ones_keep_their_lanes(desk):
    WorkingHours.objects.update(capacity=2)
    desk.fill(day(7, 9), day(7, 9, 30))

    planned = patients_plan(desk, *[desk.speech] * 3, latest=time(10))

    assert booked_times(desk, planned) == ["09:00", "09:30"]
    assert planned.certificate.bound == 2


@pytest.mark.parametrize("shared_first", [True, False])
def test_room_that_serves_both_services_is_left_to_the_one_that_has_no_other(desk, shared_first):
    """The first room by code would do for speech, but massage has no other."""
    massage = make_service(desk.provider("Omar"), name="Massage")
    make_room(desk.olaya, desk.speech, massage, code="A1" if shared_first else "A2")
    make_room(desk.olaya, desk.speech, name="Other", code="A2" if shared_first else "A1")

    planned = patients_plan(desk, desk.speech, massage, latest=time(9, 30))

    rooms = {row.service.name_en: row.room.name_en for row in desk.apply(planned)}
    assert rooms == {"Speech therapy": "Other", "Massage": "Room 1"}


def test_room_taken_by_a_booking_that_has_nothing_to_do_with_the_plan_is_not_given(desk):
    room = make_room(desk.olaya, desk.speech)
    desk.fill(day(7, 9), provider=desk.provider("Omar"), room=room)

    planned = patients_plan(desk, desk.speech, latest=time(10))

    assert booked_times(desk, planned) == ["09:30"]


def test_planned_room_that_was_taken_meanwhile_is_exchanged_for_one_that_is_free(desk):
    first, second = (make_room(desk.olaya, desk.speech, name=name, code=name) for name in ("A1", "A2"))
    planned = patients_plan(desk, desk.speech, latest=time(9, 30))
    desk.fill(day(7), provider=desk.provider("Omar"), room=first)

    (row,) = desk.apply(planned)

    assert (planned.placed[0].place.room, row.room) == (first.pk, second)
    assert planned.request.last_day == date(2030, 1, 7)


def test_room_for_two_in_which_one_is_booked_takes_one_more(desk):
    room = make_room(desk.olaya, desk.speech, capacity=2)
    desk.fill(day(7), provider=desk.provider("Lina"), room=room)
    desk.provider("Omar")

    planned = patients_plan(desk, desk.speech, desk.speech, latest=time(9, 30))

    assert booked_times(desk, planned) == ["09:00"]
    assert planned.certificate.bound == 1
