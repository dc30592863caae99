"""How many places a slot has: the lanes of the provider, the places of rooms, and the patient's own time."""

from datetime import time

from tests.clinic.scheduling.conftest import monday
from tests.factories import (
    make_clinic,
    make_hours,
    make_patient,
    make_provider,
    make_room,
    make_service,
)

ALL = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


# Lanes


def test_hours_with_capacity_offer_as_many_places_as_are_left(desk):
    desk.change(desk.hours, capacity=3, end=time(10))
    desk.appointment(monday(9), lane=0)
    desk.appointment(monday(9), lane=2)

    assert desk.places() == {"09:00": 1, "09:30": 3}


def test_a_service_with_its_own_capacity_offers_no_more_than_that(desk):
    desk.change(desk.hours, capacity=3)
    desk.change(desk.service, capacity=2)
    desk.appointment(monday(9), lane=0)
    desk.appointment(monday(10), lane=0)
    desk.appointment(monday(10), lane=1)

    places = desk.places()

    assert places["09:00"] == 1
    assert places["11:00"] == 2
    assert "10:00" not in places


def test_a_service_that_runs_alone_closes_the_other_lanes(desk):
    desk.change(desk.hours, capacity=3)
    alone = make_service(desk.provider, name="Assessment", capacity=1)
    desk.appointment(monday(10), service=alone)

    assert desk.places() == {"09:00": 3, "09:30": 3, "10:30": 3, "11:00": 3, "11:30": 3}


def test_a_service_for_two_leaves_one_lane_of_three_closed(desk):
    desk.change(desk.hours, capacity=3)
    pair = make_service(desk.provider, name="Pair", capacity=2)
    desk.appointment(monday(10), service=pair)

    assert desk.places()["10:00"] == 1


def test_a_service_that_runs_alone_is_not_offered_beside_anybody(desk):
    desk.change(desk.hours, capacity=3)
    alone = make_service(desk.provider, name="Assessment", capacity=1)
    desk.appointment(monday(10), lane=2)

    assert "10:00" not in desk.times(alone)


def test_an_overbooked_patient_closes_every_lane(desk):
    desk.appointment(monday(10), lane=1)

    assert "10:00" not in desk.times()


def test_two_rows_of_hours_offer_a_shared_start_once_with_the_larger_capacity(desk):
    make_hours(desk.provider, desk.clinic, start=time(10), end=time(12), capacity=2)

    assert desk.places() == {"09:00": 1, "09:30": 1, "10:00": 2, "10:30": 2, "11:00": 2, "11:30": 2}


# Rooms


def test_without_a_room_for_the_service_none_is_needed(desk):
    make_room(desk.clinic, make_service(desk.provider, name="Other"))

    assert desk.times() == ALL


def test_a_taken_room_is_not_offered(desk):
    room = make_room(desk.clinic, desk.service)
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room)

    assert "10:00" not in desk.times()


def test_a_second_room_keeps_the_slot(desk):
    room = make_room(desk.clinic, desk.service)
    make_room(desk.clinic, desk.service, name="Room 2")
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room)

    assert desk.times() == ALL


def test_a_room_is_taken_during_the_buffers_too(desk):
    room = make_room(desk.clinic, desk.service)
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room)
    desk.lengths(before=5)

    assert "10:30" not in desk.times()


def test_places_of_a_room_limit_the_places_of_the_slot(desk):
    desk.change(desk.hours, capacity=4)
    room = make_room(desk.clinic, desk.service, capacity=3)
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room, room_place=1)

    places = desk.places()

    assert (places["09:00"], places["10:00"]) == (3, 2)


def test_somebody_beyond_the_places_of_a_room_takes_one_of_them(desk):
    desk.change(desk.hours, capacity=2)
    room = make_room(desk.clinic, desk.service, capacity=1)
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room, room_place=1)

    assert "10:00" not in desk.times()


def test_an_inactive_room_is_not_used(desk):
    make_room(desk.clinic, desk.service, active=False)
    room = make_room(desk.clinic, desk.service, name="Room 2")
    desk.appointment(monday(10), provider=make_provider(desk.clinic), room=room)

    assert "10:00" not in desk.times()


# The patient


def test_times_at_which_the_patient_is_elsewhere_are_not_offered_to_that_patient(desk):
    elsewhere = make_clinic(desk.organisation)
    other = make_provider(elsewhere)
    desk.appointment(monday(10), patient=desk.patient, provider=other, clinic=elsewhere)

    assert "10:00" not in desk.times(patient=desk.patient)
    assert desk.times(patient=make_patient(desk.organisation)) == ALL


def test_the_patient_is_busy_during_the_treatment_only(desk):
    other = make_provider(desk.clinic)
    desk.appointment(monday(10), patient=desk.patient, provider=other, busy_from=monday(9, 30), busy_until=monday(11))

    assert desk.times(patient=desk.patient) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
