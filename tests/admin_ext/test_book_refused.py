"""Booking: what nobody may name, and who may go beyond the limit."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.enums import AppointmentKind, Language
from clinic.models import Appointment
from clinic.packages.services import assign
from tests.admin_ext.booking import TEN, open_booking_desk, part, slot_value, take_ten, words
from tests.admin_ext.world import buy
from tests.factories import (
    make_clinic,
    make_hours,
    make_package,
    make_patient,
    make_provider,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def desk(ours, sign_in):
    return open_booking_desk(ours, sign_in)


# The wall


@pytest.mark.parametrize("name", ["patient", "service", "provider", "clinic", "purchase", "follow_up_of"])
@pytest.mark.parametrize("verb", ["ask", "book"])
def test_nothing_foreign_is_found(ours, theirs, desk, name, verb):
    foreign = {**vars(theirs), "follow_up_of": theirs.appointment}

    answer = getattr(desk, verb)(**{name: foreign[name].pk, "what": ""} if verb == "book" else {name: foreign[name].pk})

    assert answer.status_code == 404
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("name", ["what", "slot"])
@pytest.mark.parametrize("verb", ["ask", "book"])
def test_nothing_foreign_is_found_in_a_choice(ours, theirs, desk, name, verb):
    choices = {
        "what": [str(theirs.service.pk), f"{ours.service.pk}.{theirs.purchase.pk}"],
        "slot": [slot_value(theirs.provider, ours.clinic, TEN), slot_value(ours.provider, theirs.clinic, TEN)],
    }

    answers = [getattr(desk, verb)(**{name: choice}) for choice in choices[name]]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Appointment.objects.count() == 2


def test_key_that_is_none_is_not_found(desk):
    names = ("patient", "service", "purchase", "provider", "clinic", "what", "follow_up_of")

    assert {name: desk.ask(**{name: "1 OR 1=1"}).status_code for name in names} == dict.fromkeys(names, 404)


def test_purchase_of_another_patient_is_refused_and_not_named(ours, desk):
    other = make_patient(ours.organisation, "Other")
    secret = buy(make_package((ours.service, 2), name="Secret package", active=False), other, ours.user)
    what = f"{ours.service.pk}.{secret.pk}"

    pages = [words(desk.ask(patient=ours.patient.pk, what=what).text), words(desk.book(what=what).text)]

    assert all("This package belongs to another patient." in page for page in pages)
    assert not any("Secret package" in page for page in pages)
    assert desk.booked() is None


def test_package_that_expires_before_the_slot_is_refused_by_key(ours, desk):
    ours.purchase.expires_on = date(2030, 1, 6)
    ours.purchase.record("expires_on", by=ours.user)

    page = words(desk.book().text)

    assert "The last day of this package is 6 Jan" in page
    assert desk.booked() is None


def test_undo_of_a_foreign_booking_is_not_found(theirs, desk):
    answer = desk.client.post(reverse("admin:undo_booking", args=[theirs.appointment.pk]))

    assert answer.status_code == 404


# Who may


@pytest.mark.parametrize("role", [PROVIDER, CASHIER])
def test_booking_is_for_those_who_may_book(ours, sign_in, role):
    desk = open_booking_desk(ours, sign_in, role)

    assert desk.ask().status_code == 403
    assert desk.book().status_code == 403
    assert desk.booked() is None


def test_desk_reads_who_may_book_beyond_the_limit(ours, sign_in):
    take_ten(ours)
    desk = open_booking_desk(ours, sign_in, FRONT_DESK)

    page = desk.book(overbook_reason="He cries").text

    assert "Beyond the limit, only these may book: Manager, Administrator." in words(page)
    assert 'name="overbook_reason"' not in page
    assert desk.booked() is None


def test_manager_books_beyond_the_limit_for_a_reason(ours, sign_in):
    take_ten(ours)
    desk = open_booking_desk(ours, sign_in, MANAGER)

    asked = desk.book()
    assert 'name="overbook_reason"' in asked.text
    assert "Book anyway" in words(asked.text)
    assert '<button type="submit" class="button-plain"' in asked.text
    assert desk.booked() is None

    unexplained = desk.book(anyway=1)
    assert "An emergency or overbooking needs a reason." in words(unexplained.text)
    assert re.search(r'<input id="book-why"[^>]* data-missing ', unexplained.text)
    assert desk.booked() is None

    desk.book(overbook_reason="He cries")
    assert (desk.booked().starts_at, desk.booked().overbook_reason) == (TEN, "He cries")


@pytest.mark.parametrize(("role", "is_offered"), [(FRONT_DESK, False), (MANAGER, True)])
def test_emergency_is_offered_to_those_who_may_overbook(ours, sign_in, role, is_offered):
    page = open_booking_desk(ours, sign_in, role).ask(patient=ours.patient.pk).text

    assert ('value="emergency"' in page) is is_offered


def test_emergency_at_a_minute_that_is_no_slot_needs_a_reason(ours, sign_in):
    desk = open_booking_desk(ours, sign_in, MANAGER)
    form = {
        "kind": "emergency", "slot": None, "take": 1, "entered": "2030-01-07T10:10", "provider": ours.provider.pk,
        "clinic": ours.clinic.pk,
    }  # fmt: skip

    unexplained = desk.book(**form)
    assert re.search(r'<input id="book-why"[^>]* data-missing ', unexplained.text)
    assert desk.booked() is None

    desk.book(**form, overbook_reason="Bleeding")
    row = desk.booked()
    assert (row.kind, row.starts_at) == (AppointmentKind.EMERGENCY, TEN.replace(minute=10))


def test_virtual_appointment_gets_a_link_and_no_room(ours, desk):
    desk.book(kind="virtual")

    row = desk.booked()
    assert row.video_link.startswith("https://")
    assert row.room is None


# Constant queries


def test_page_asks_as_many_queries_for_three_of_everything_as_for_one(ours, desk):
    with CaptureQueriesContext(connection) as one:
        desk.ask(**desk.form())
    for number in range(2):
        clinic = make_clinic(ours.organisation, f"Clinic {number}")
        provider = make_provider(clinic, ours.clinic, name=f"Provider {number}")
        make_hours(provider, ours.clinic)
        ours.service.providers.add(provider)
        ours.service.clinics.add(clinic)
        assign(make_package((ours.service, 3), name=f"Package {number}"), ours.patient, by=ours.user)

    with CaptureQueriesContext(connection) as three:
        desk.ask(**desk.form())

    assert len(three) == len(one)


def test_search_asks_as_many_queries_for_three_patients_as_for_one(ours, desk):
    with CaptureQueriesContext(connection) as one:
        desk.ask(part("book-found"), q="ours")
    for number in range(2):
        patient = make_patient(ours.organisation, f"Ours {number}")
        assign(ours.package, patient, by=ours.user)

    with CaptureQueriesContext(connection) as three:
        found = desk.ask(part("book-found"), q="ours").text

    assert found.count('name="patient"') == 3
    assert len(three) == len(one)


def test_arabic_page_has_no_english_names_of_rows(ours, desk):
    ours.patient.name_ar, ours.service.name_ar = "هدى", "نطق"
    ours.patient.record("name_ar", by=ours.user)
    ours.service.record("name_ar", by=ours.user)
    desk.user.language = Language.ARABIC
    desk.user.save()

    page = words(desk.ask(patient=ours.patient.pk).text)

    assert "هدى" in page
    assert "نطق" in page
    assert "Ours service" not in page
