"""Feeds as a calendar program reads them: what changes here changes there, and nobody else reads them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from icalendar import Calendar, Event

from clinic.calendars.feeds import address_of, feed_of, renew
from clinic.models import CalendarFeed, Patient, Provider
from clinic.scheduling import booking
from tests.factories import BEFORE, NINE, make_appointment, make_organisation, make_patient, make_provider, make_user

TEN, TOMORROW = NINE + timedelta(hours=1), NINE + timedelta(days=1)


@pytest.fixture(autouse=True)
def now():
    caches["limits"].clear()
    with time_machine.travel(BEFORE, tick=False) as clock:
        yield clock


@pytest.fixture
def program():
    return Client()


def book(desk, starts_at=NINE, patient=None):
    return booking.book(
        patient=patient or desk.patient, service=desk.service, provider=desk.provider, clinic=desk.clinic,
        starts_at=starts_at, by=desk.user,
    )  # fmt: skip


def fetched(program, feed, **headers):
    return program.get(reverse("feed", args=[feed.secret]), headers=headers)


def read(program, feed) -> list[Event]:
    answer = fetched(program, feed)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.getvalue())
    assert [problem for event in calendar.walk() for problem in event.errors] == []
    return calendar.walk("VEVENT")


def test_a_provider_reads_initials_and_the_treatment(desk, program):
    book(desk)

    [event] = read(program, feed_of(desk.provider, by=desk.user))

    assert (event["SUMMARY"], event.start) == ("H. A. · Speech therapy", NINE)
    body = fetched(program, feed_of(desk.provider, by=desk.user)).getvalue().decode()
    for secret in ("Huda", "Amri", desk.patient.file_number, "+966501234567"):
        assert secret not in body


def test_a_patient_reads_where_and_when_and_no_link_that_cancels(desk, program):
    appointment = book(desk)
    book(desk, TEN, make_patient(desk.organisation, name="Badr"))

    [event] = read(program, feed_of(desk.patient, by=desk.user))

    assert event["SUMMARY"] == "Appointment: Olaya"
    assert event["LOCATION"] == "Olaya, 12 King Fahd Road"
    assert event["UID"] == str(appointment.public_id)
    said = event.to_ical().decode()
    assert "Speech" not in said
    assert "http" not in said  # whoever reads the feed sees all appointments, and can change none


def test_a_moved_appointment_moves_in_the_feed(desk, program, now):
    appointment = book(desk)
    feed = feed_of(desk.provider, by=desk.user)
    [before] = read(program, feed)

    now.shift(timedelta(minutes=5))
    booking.move(appointment, starts_at=TOMORROW, by=desk.user)
    [after] = read(program, feed)

    assert (after["UID"], after.start) == (before["UID"], TOMORROW)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt == before["DTSTAMP"].dt + timedelta(minutes=5)


def test_a_cancelled_appointment_stays_as_cancelled_for_a_month(desk, program, now):
    appointment = book(desk)
    feed = feed_of(desk.patient, by=desk.user)
    [before] = read(program, feed)

    booking.cancel(appointment, by=desk.user)
    [after] = read(program, feed)

    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    now.shift(timedelta(days=31))
    assert read(program, feed) == []


def test_a_feed_looks_a_month_back_and_a_year_ahead(desk, program):
    times = [BEFORE + timedelta(days=days) for days in (-31, -29, 364, 366)]
    for starts_at in times:
        make_appointment(desk.patient, desk.service, desk.provider, desk.clinic, starts_at)

    events = read(program, feed_of(desk.patient, by=desk.user))

    assert [event.start for event in events] == times[1:3]


@pytest.mark.parametrize("n", [1, 3])
def test_a_feed_costs_three_queries_however_much_is_in_it(desk, program, django_assert_num_queries, n):
    for hour in range(n):
        make_appointment(desk.patient, desk.service, desk.provider, desk.clinic, NINE + timedelta(hours=hour))
    feed = feed_of(desk.provider, by=desk.user)

    with django_assert_num_queries(3):  # the feed, that it is read, the appointments
        events = read(program, feed)

    assert len(events) == n


def test_what_has_not_changed_is_not_sent_again(desk, program):
    appointment = book(desk)
    feed = feed_of(desk.provider, by=desk.user)
    first = fetched(program, feed)

    by_etag = fetched(program, feed, if_none_match=first["ETag"])
    by_date = fetched(program, feed, if_modified_since=first["Last-Modified"])
    booking.cancel(appointment, by=desk.user)
    changed = fetched(program, feed, if_none_match=first["ETag"])

    assert (by_etag.status_code, by_etag.content, by_etag["ETag"]) == (304, b"", first["ETag"])
    assert by_date.status_code == 304
    assert changed.status_code == 200


@pytest.mark.parametrize("rename", ["patient", "service", "clinic", "provider", "organisation"])
def test_another_name_is_a_change(desk, program, rename):
    book(desk)
    feed = feed_of(desk.provider, by=desk.user)
    first = fetched(program, feed)
    row = getattr(desk, rename)
    row.name_en = "Zain Zidan"
    row.save()

    assert fetched(program, feed, if_none_match=first["ETag"]).status_code == 200


def test_nobody_on_the_way_keeps_a_feed(desk, program):
    answer = fetched(program, feed_of(desk.patient, by=desk.user))

    assert {"private", "no-store"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer


def test_a_renewed_feed_is_gone_at_its_old_address(desk, program):
    feed = feed_of(desk.patient, by=desk.user)
    old = reverse("feed", args=[feed.secret])

    renewed = renew(feed, by=desk.user)

    assert program.get(old).status_code == 404
    assert fetched(program, renewed).status_code == 200
    assert len(renewed.secret) == 43  # 256 bits


@pytest.mark.parametrize("person", ["provider", "patient"])
def test_the_feed_of_somebody_inactive_is_not_there(desk, program, person):
    row = getattr(desk, person)
    feed = feed_of(row, by=desk.user)
    type(row).objects.filter(pk=row.pk).update(active=False)

    assert fetched(program, feed).status_code == 404


def test_asking_for_a_feed_twice_gives_the_same(desk):
    assert feed_of(desk.patient, by=desk.user) == feed_of(desk.patient, by=desk.user)
    assert CalendarFeed.objects.count() == 1


def test_nobody_makes_or_renews_a_feed_of_another_organisation(desk):
    stranger = make_user(make_organisation("Other"))
    feed = feed_of(desk.patient, by=desk.user)

    with pytest.raises(Patient.DoesNotExist):
        feed_of(desk.patient, by=stranger)
    with pytest.raises(CalendarFeed.DoesNotExist):
        renew(feed, by=stranger)
    with pytest.raises(Provider.DoesNotExist):
        feed_of(make_provider(organisation=make_organisation("Third")), by=stranger)


def test_it_is_remembered_when_a_feed_was_read(desk, program, now):
    feed = feed_of(desk.patient, by=desk.user)

    fetched(program, feed)
    now.shift(timedelta(minutes=1))
    fetched(program, feed)

    feed.refresh_from_db()
    assert feed.read_at == BEFORE


def test_a_program_that_asks_too_often_has_to_wait(desk, program):
    feed = feed_of(desk.patient, by=desk.user)

    answers = [fetched(program, feed).status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]


def test_whoever_guesses_has_to_wait_and_is_not_looked_up_meanwhile(program, db, django_assert_num_queries):
    def guess(number):
        return program.get(reverse("feed", args=[f"guess{number}"])).status_code

    assert [guess(number) for number in range(20)] == [404] * 20
    with django_assert_num_queries(0):
        assert [guess(number) for number in range(20, 25)] == [429] * 5


def test_a_feed_that_is_known_is_read_beside_one_who_guesses(desk, program):
    feed, fresh = feed_of(desk.patient, by=desk.user), feed_of(desk.provider, by=desk.user)
    assert fetched(program, feed).status_code == 200
    for number in range(21):
        program.get(reverse("feed", args=[f"guess{number}"]))

    assert fetched(program, feed).status_code == 200
    assert fetched(program, fresh).status_code == 429


def test_a_feed_is_only_read(desk, program):
    feed = feed_of(desk.patient, by=desk.user)

    assert program.post(reverse("feed", args=[feed.secret])).status_code == 405


def test_names_in_a_feed_stay_text(desk, program):
    desk.patient.name_en = "<b>Huda</b>\r\nSTATUS:CANCELLED \N{RIGHT-TO-LEFT OVERRIDE}Amri"
    desk.patient.save()
    desk.clinic.name_en, desk.clinic.address = "Olaya\nEND:VEVENT", "a,b;c\\d"
    desk.clinic.save()
    book(desk)

    [event] = read(program, feed_of(desk.provider, by=desk.user))

    assert event["SUMMARY"] == "b. S. A. · Speech therapy"
    assert event["LOCATION"] == "Olaya END:VEVENT, a,b;c\\d"
    assert event["STATUS"] == "CONFIRMED"


def test_the_whole_address_is_the_one_that_is_served(desk):
    feed = feed_of(desk.patient, by=desk.user)

    assert address_of(feed) == f"http://localhost:8000/c/{feed.secret}.ics"
