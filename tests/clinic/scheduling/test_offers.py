"""Free slots by day for the desk, and the words for the days that have none."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.packages.services import assign
from clinic.scheduling.offers import Search, offered_services, offers
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
    make_appointment,
    make_clinic,
    make_closure,
    make_hours,
    make_leave,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olaya():
    return make_clinic(make_organisation(), "Olaya", code="A")


@pytest.fixture
def sara(olaya):
    """Works on Mondays from nine to ten: two slots."""
    sara = make_provider(olaya, name="Sara")
    make_hours(sara, olaya, end=time(10))
    return sara


@pytest.fixture
def service(sara):
    return make_service(sara)


@pytest.fixture
def huda(olaya):
    return make_patient(olaya.organisation, "Huda")


def monday(service, **search):
    return offers(Search(service, **{"at": BEFORE, **search}), first_day=MONDAY, days=1).days[0]


def times(day) -> dict[str, list[str]]:
    return {pair.provider.name: [f"{slot.starts_at:%H:%M}" for slot in slots] for pair, slots in day.free.items()}


def test_days_come_in_order_with_the_slots_of_each_provider(olaya, sara, service):
    lama = make_provider(olaya, name="Lama")
    make_hours(lama, olaya, start=time(14), end=time(15))
    service.providers.add(lama)

    found = offers(Search(service, at=BEFORE), first_day=MONDAY, days=2)

    assert [day.day for day in found.days] == [MONDAY, MONDAY + timedelta(1)]
    assert times(found.days[0]) == {"Lama": ["14:00", "14:30"], "Sara": ["09:00", "09:30"]}
    assert found.days[1].shut == ["No working hours: Lama and Sara."]
    assert (found.first.starts_at, found.first.provider) == (NINE, sara)


def test_search_is_narrowed_to_a_provider_and_a_clinic(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    sara.clinics.add(rawdah)
    service.clinics.add(rawdah)
    lama = make_provider(rawdah, name="Lama")
    make_hours(lama, rawdah, end=time(10))
    service.providers.add(lama)

    assert times(monday(service, provider=sara)) == {"Sara": ["09:00", "09:30"]}
    assert times(monday(service, clinic=rawdah)) == {"Lama": ["09:00", "09:30"]}


def test_first_slot_is_looked_for_beyond_the_days_that_have_none(service):
    found = offers(Search(service, at=BEFORE), first_day=MONDAY + timedelta(1), days=3)

    assert not any(day.free for day in found.days)
    assert found.first.starts_at == NINE + timedelta(7)


def test_no_slot_is_offered_after_the_last_day_of_the_package(olaya, service, huda):
    purchase = assign(make_package((service, 4)), huda, by=make_user(olaya.organisation), on=MONDAY - timedelta(90))

    found = offers(Search(service, patient=huda, purchase=purchase, at=BEFORE), first_day=MONDAY, days=8)

    assert [bool(day.free) for day in found.days] == [True, *[False] * 7]
    assert found.days[7].shut == ["The last day of this package is 7 Jan 2030."]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "sentence"),
    [
        (NINE, NINE.replace(day=11, hour=0), "On leave until Thursday 10 January: Sara."),
        (NINE.replace(day=1), NINE.replace(hour=11), "On leave until Monday 7 January: Sara."),
    ],
)
def test_leave_is_told_with_its_last_day(sara, service, starts_at, ends_at, sentence):
    make_leave(sara, starts_at, ends_at)

    assert monday(service).shut == [sentence]


def test_closure_is_told_by_its_name_and_only_where_it_holds(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah", code="B")
    lama = make_provider(rawdah, name="Lama")
    make_hours(lama, rawdah, end=time(10))
    service.providers.add(lama)
    service.clinics.add(rawdah)
    make_closure(olaya.organisation, clinic=olaya, name="National Day")

    day = monday(service)

    assert times(day) == {"Lama": ["09:00", "09:30"]}
    assert day.shut == ["Closed, National Day: Olaya."]


def test_each_clinic_is_closed_by_its_own_reason(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah", code="B")
    lama = make_provider(rawdah, name="Lama")
    service.providers.add(lama)
    service.clinics.add(rawdah)
    make_closure(olaya.organisation, clinic=olaya, name="Moving house")
    make_closure(olaya.organisation, clinic=rawdah, name="New paint")

    assert monday(service).shut == ["Closed, Moving house: Olaya.", "Closed, New paint: Rawdah."]


def test_closure_of_the_whole_organisation_closes_every_clinic(olaya, service):
    make_closure(olaya.organisation, name="National Day")

    assert monday(service).shut == ["Closed, National Day: Olaya."]


def test_full_calendar_is_told(olaya, sara, service):
    for half_hour in range(2):
        patient = make_patient(olaya.organisation)
        make_appointment(patient, service, sara, olaya, NINE + half_hour * timedelta(minutes=30))

    assert monday(service).shut == ["Fully booked: Sara."]


def test_slots_while_the_patient_is_elsewhere_are_told_as_such(olaya, sara, service, huda):
    other = make_provider(olaya, name="Lama")
    hour = make_service(other, name="Motor", minutes=60)
    make_appointment(huda, hour, other, olaya, NINE)

    assert monday(service, patient=huda).shut == ["Free only while the patient is elsewhere: Sara."]


def test_full_rooms_are_told(olaya, sara, service):
    room = make_room(olaya, service)
    other = make_provider(olaya, name="Lama")
    hour = make_service(other, name="Motor", minutes=60)
    make_appointment(make_patient(olaya.organisation), hour, other, olaya, NINE, room=room)

    assert monday(service).shut == ["No room is free: Sara."]


def test_hours_that_are_over_are_told(service):
    assert monday(service, at=NINE.replace(hour=12)).shut == ["Too late for today: Sara."]


def test_who_is_free_at_one_clinic_is_not_told_as_shut_at_another(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    sara.clinics.add(rawdah)
    service.clinics.add(rawdah)

    day = monday(service)

    assert times(day) == {"Sara": ["09:00", "09:30"]}
    assert day.shut == []


def test_who_is_shut_at_two_clinics_is_told_once(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    sara.clinics.add(rawdah)
    service.clinics.add(rawdah)
    for half_hour in range(2):
        patient = make_patient(olaya.organisation)
        make_appointment(patient, service, sara, olaya, NINE + half_hour * timedelta(minutes=30))

    assert monday(service).shut == ["Fully booked: Sara."]


def test_services_are_those_that_somebody_gives_there(olaya, sara, service):
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    lama = make_provider(rawdah, name="Lama")
    motor = make_service(lama, name="Motor")
    make_service(make_provider(rawdah, name="Gone", active=False), name="Nobody gives this")

    assert list(offered_services(olaya.organisation)) == [motor, service]
    assert list(offered_services(olaya.organisation, provider=sara)) == [service]
    assert list(offered_services(olaya.organisation, clinic=rawdah)) == [motor]
    assert not offered_services(olaya.organisation, provider=sara, clinic=rawdah)


def test_three_providers_cost_as_many_queries_as_one(olaya, sara, service):
    search = Search(service, at=BEFORE)
    with CaptureQueriesContext(connection) as one:
        offers(search, first_day=date(2030, 1, 6))
    for name in ("Lama", "Reem"):
        provider = make_provider(olaya, name=name)
        make_hours(provider, olaya, end=time(10))
        service.providers.add(provider)

    with CaptureQueriesContext(connection) as three:
        offers(search, first_day=date(2030, 1, 6))

    assert len(three) == len(one)
