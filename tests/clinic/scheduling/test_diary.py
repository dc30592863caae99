"""What the diary says of a day: open, closed, free and booked, as the engine has it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.enums import AppointmentStatus, ChargeKind
from clinic.models import Charge
from clinic.scheduling import slots_for
from clinic.scheduling.diary import Diary
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
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
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
QUERIES = 6  # the services, two of the situation, the closures, what is booked, what is held


@pytest.fixture
def clinic():
    return make_clinic(make_organisation())


@pytest.fixture
def sara(clinic):
    provider = make_provider(clinic)
    make_hours(provider, clinic, start=time(9), end=time(12))
    return provider


def column_of(provider, day=MONDAY, clinic=None, at=BEFORE):
    clinics = [clinic or provider.clinics.get()]
    organisation = provider.organisation
    diary = Diary(organisation, clinics=clinics, providers=[provider], first_day=day, last_day=day, at=at)
    return diary.by_provider()[0]


def clock(instant, zone="Asia/Riyadh"):
    return f"{datetime.fromtimestamp(instant, ZoneInfo(zone)):%H:%M}"


def test_every_free_start_is_a_slot_of_the_engine_and_the_other_way_round(clinic, sara):
    service = make_service(sara, minutes=45, buffer_after=timedelta(minutes=10))
    make_appointment(make_patient(clinic.organisation), service, sara, clinic, NINE + HOUR)

    free = {free.start for free in column_of(sara).free}

    offered = slots_for(service, first_day=MONDAY, last_day=MONDAY, at=BEFORE)
    assert free == {int(slot.starts_at.timestamp()) for slot in offered}
    assert [clock(start) for start in sorted(free)] == ["09:00", "11:00"]


def test_start_is_free_when_the_shortest_service_could_begin(clinic, sara):
    make_service(sara, minutes=120)
    make_service(sara, minutes=20)

    assert [clock(free.start) for free in column_of(sara).free] == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
        "11:00",
        "11:30",
    ]


def test_free_start_is_shown_until_something_else_begins(clinic, sara):
    short = make_service(sara, minutes=15)
    make_appointment(make_patient(clinic.organisation), short, sara, clinic, NINE + timedelta(minutes=20))

    first = column_of(sara).free[0]

    assert (clock(first.start), clock(first.end)) == ("09:00", "09:20")


def test_starts_that_have_passed_are_not_free(clinic, sara):
    make_service(sara)

    free = column_of(sara, at=NINE + 2 * HOUR).free

    assert [clock(one.start) for one in free] == ["11:00", "11:30"]


def test_group_says_how_many_of_its_places_are_free(clinic):
    provider = make_provider(clinic)
    make_hours(provider, clinic, start=time(9), end=time(10), slot_minutes=60, capacity=4)
    service = make_service(provider, minutes=60)
    for lane in (0, 1):
        make_appointment(make_patient(clinic.organisation), service, provider, clinic, NINE, lane=lane)

    (free,) = column_of(provider).free

    assert (free.places, free.capacity) == (2, 4)


def test_leave_of_a_working_day_is_named_and_nothing_is_free_in_it(clinic, sara):
    make_service(sara)
    make_leave(sara, NINE, NINE + 2 * HOUR)

    column = column_of(sara)

    assert [(clock(away.start), clock(away.end), away.name) for away in column.away] == [("09:00", "11:00", "On leave")]
    assert [clock(free.start) for free in column.free] == ["11:00", "11:30"]


def test_leave_on_a_day_off_leaves_the_column_empty(clinic, sara):
    make_service(sara)
    tuesday = MONDAY + timedelta(days=1)
    make_leave(sara, NINE, NINE + timedelta(days=3))

    column = column_of(sara, tuesday)

    assert (column.openings, column.away, column.appointments) == ([], [], [])


def test_closure_of_the_clinic_or_of_all_is_named(clinic, sara):
    make_service(sara)
    make_closure(clinic.organisation, name="National day")

    column = column_of(sara)

    assert [away.name for away in column.away] == ["National day"]
    assert (column.openings, column.free) == ([], [])


def test_closure_of_another_clinic_is_not_shown(clinic, sara):
    make_service(sara)
    make_closure(clinic.organisation, clinic=make_clinic(clinic.organisation, "Rawdah"), name="Moving house")

    assert column_of(sara).away == []


def test_appointment_across_midnight_stands_on_both_days(clinic, sara):
    service = make_service(sara, minutes=60)
    late = NINE.replace(hour=23, minute=30)
    appointment = make_appointment(make_patient(clinic.organisation), service, sara, clinic, late)

    assert column_of(sara, MONDAY).appointments == [appointment]
    assert column_of(sara, MONDAY + timedelta(days=1)).appointments == [appointment]
    assert column_of(sara, MONDAY + timedelta(days=2)).appointments == []


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2030, 3, 31), 23),
        ("Europe/Berlin", date(2030, 10, 27), 25),
        ("Africa/Cairo", date(2030, 4, 26), 23),
        ("Africa/Cairo", date(2030, 10, 31), 25),
        ("Asia/Riyadh", date(2030, 3, 31), 24),
    ],
)
def test_day_is_as_long_as_it_is_lived_and_nine_is_nine(zone, day, hours):
    clinic = make_clinic(make_organisation(), time_zone=zone)
    provider = make_provider(clinic)
    make_service(provider)
    make_extra_hours(provider, clinic, day=day, start=time(9), end=time(10))

    column = column_of(provider, day)

    assert column.span[1] - column.span[0] == hours * 3600
    assert [clock(free.start, zone) for free in column.free] == ["09:00", "09:30"]


def test_first_visit_and_something_to_pay_are_known(clinic, sara):
    service = make_service(sara)
    patient = make_patient(clinic.organisation)
    before = NINE - timedelta(days=7)
    make_appointment(patient, service, sara, clinic, before, status=AppointmentStatus.COMPLETED)
    make_appointment(patient, service, sara, clinic, NINE)
    newcomer = make_patient(clinic.organisation, "Newcomer")
    missed = make_appointment(newcomer, service, sara, clinic, NINE + HOUR, status=AppointmentStatus.NO_SHOW)
    Charge.objects.create(
        organisation=clinic.organisation, patient=newcomer, appointment=missed, kind=ChargeKind.NO_SHOW, amount=50,
        raised_at=BEFORE,
    )  # fmt: skip

    known = [(row.patient.name_en, row.is_first, row.owes) for row in column_of(sara).appointments]

    assert known == [("Huda", False, False), ("Newcomer", True, True)]


def test_room_is_free_when_a_provider_and_the_room_are(clinic, sara):
    service = make_service(sara)
    blue, red = make_room(clinic, service, name="Blue"), make_room(clinic, service, name="Red")
    make_appointment(make_patient(clinic.organisation), service, sara, clinic, NINE, room=blue)
    somebody = make_provider(clinic, name="Lama")
    service.providers.add(somebody)
    make_hours(somebody, clinic, start=time(9), end=time(10))

    diary = Diary(
        clinic.organisation, clinics=[clinic], providers=[sara, somebody], first_day=MONDAY, last_day=MONDAY, at=BEFORE
    )
    of_blue, of_red = diary.by_room([blue, red])

    assert [clock(free.start) for free in of_blue.free] == ["09:30", "10:00", "10:30", "11:00", "11:30"]
    assert [clock(free.start) for free in of_red.free] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert [row.room for row in of_blue.appointments] == [blue]


def test_who_is_booked_without_a_room_stands_in_a_column_of_its_own(clinic, sara):
    service = make_service(sara)
    make_appointment(make_patient(clinic.organisation), service, sara, clinic, NINE)

    diary = Diary(clinic.organisation, clinics=[clinic], providers=[sara], first_day=MONDAY, last_day=MONDAY, at=BEFORE)
    columns = diary.by_room([make_room(clinic, service)])

    assert [(column.room is None, len(column.appointments)) for column in columns] == [(False, 0), (True, 1)]


def test_neither_providers_nor_appointments_of_another_organisation_are_there(clinic, sara):
    service = make_service(sara)
    other = make_clinic(make_organisation("Cedar"))
    stranger = make_provider(other, name="Stranger")
    make_hours(stranger, other)
    make_appointment(make_patient(other.organisation), make_service(stranger), stranger, other, NINE)
    make_appointment(make_patient(clinic.organisation), service, sara, clinic, NINE)

    diary = Diary(
        clinic.organisation, clinics=[clinic], providers=[sara, stranger], first_day=MONDAY, last_day=MONDAY, at=BEFORE
    )
    ours, theirs = diary.by_provider()

    assert len(ours.appointments) == 1
    assert (theirs.openings, theirs.away, theirs.appointments) == ([], [], [])


@pytest.mark.parametrize(("providers", "rows"), [(1, 1), (15, 30)])
def test_diary_costs_the_same_number_of_queries_whatever_the_rows(clinic, django_assert_num_queries, providers, rows):
    everyone = [make_provider(clinic, name=f"Provider {n}") for n in range(providers)]
    service = make_service(*everyone)
    for provider in everyone:
        make_hours(provider, clinic)
    for n in range(rows):
        start = NINE + timedelta(minutes=30 * (n // providers))
        make_appointment(make_patient(clinic.organisation), service, everyone[n % providers], clinic, start)

    with django_assert_num_queries(QUERIES):
        diary = Diary(
            clinic.organisation, clinics=[clinic], providers=everyone, first_day=MONDAY, last_day=MONDAY, at=BEFORE
        )
        columns = diary.by_provider()

    assert sum(len(column.appointments) for column in columns) == rows
