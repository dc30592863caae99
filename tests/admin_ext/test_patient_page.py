"""The patient's page: what is left of each package and what is booked, in a fixed number of questions."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.people.pages import age_text
from admin_ext.roles import CASHIER, FRONT_DESK
from clinic.enums import AppointmentStatus
from tests.admin_ext.world import buy, make_message
from tests.factories import BEFORE, NINE, make_appointment, make_package


@pytest.fixture(autouse=True)
def a_week_before():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def page_of(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)

    def page_of(patient, **query):
        return client.get(reverse("admin:patient", args=[patient.pk]), query)

    return page_of


def test_page_names_the_patient_in_both_languages_and_dials_the_phone(ours, page_of):
    ours.patient.name_ar = "هدى"
    ours.patient.born_on = date(2024, 1, 15)
    ours.patient.record("name_ar", "born_on", by=ours.user)

    page = page_of(ours.patient).text

    assert "<bdi>Ours patient</bdi>" in page
    assert "<bdi>هدى</bdi>" in page
    assert 'href="tel:+966501234567"><bdi dir="ltr">' in page
    assert "5 years" in page


def test_card_shows_what_is_left_and_the_next_session(ours, page_of):
    page = page_of(ours.patient).text

    assert "1 reserved" in page
    assert "3 free" in page
    assert "Next:" in page
    assert "Schedule remaining (3)" in page


def test_card_of_a_frozen_package_says_why_and_offers_nothing(ours, page_of):
    ours.purchase.status = "frozen"
    ours.purchase.record("status", by=ours.user)

    page = page_of(ours.patient).text

    assert "The package is frozen." in page
    assert "Schedule remaining" not in page


def test_expiry_is_marked_from_fourteen_days_before(ours, page_of):
    ours.purchase.expires_on = date(2030, 1, 15)
    ours.purchase.record("expires_on", by=ours.user)
    soon = page_of(ours.patient).text
    ours.purchase.expires_on = date(2030, 1, 16)
    ours.purchase.record("expires_on", by=ours.user)
    later = page_of(ours.patient).text

    assert "14 days left" in soon
    assert "days left" not in later


def test_cancelled_appointment_ahead_is_not_a_next_one(ours, page_of):
    ours.appointment.status = AppointmentStatus.CANCELLED_BY_PATIENT
    ours.appointment.record("status", by=ours.user)

    page = page_of(ours.patient)

    assert "Nothing is booked." in page.text
    assert list(page.context_data["past"]) == [ours.appointment]


def test_appointments_are_shown_ten_at_a_time(ours, page_of):
    for number in range(1, 12):
        make_appointment(ours.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=number))

    first, second = page_of(ours.patient), page_of(ours.patient, next=2)

    assert len(first.context_data["upcoming"]) == 10
    assert len(second.context_data["upcoming"]) == 2
    assert "1 of 2" in first.text


def test_messages_are_shown_with_what_became_of_them(ours, page_of):
    assert "Ours text" in page_of(ours.patient).text


def test_patient_of_another_organisation_is_not_found(theirs, page_of):
    assert page_of(theirs.patient).status_code == 404


def test_who_may_only_look_gets_no_buttons(ours, sign_in):
    page = sign_in(ours.organisation, CASHIER).get(reverse("admin:patient", args=[ours.patient.pk])).text

    assert "3 free" in page
    assert "Packages…" not in page
    assert "Schedule remaining" not in page


def test_page_asks_as_many_queries_for_three_of_everything_as_for_one(ours, page_of):
    with CaptureQueriesContext(connection) as one:
        page_of(ours.patient)
    for number in (1, 2):
        purchase = buy(make_package((ours.service, 4), name=f"Package {number}"), ours.patient, ours.user)
        appointment = make_appointment(
            ours.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=number),
            package_purchase=purchase, session_number=1,
        )  # fmt: skip
        make_message(appointment, "more")

    with CaptureQueriesContext(connection) as three:
        page_of(ours.patient)

    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("born_on", "text"),
    [
        (date(2029, 12, 8), "0 months"),
        (date(2029, 12, 7), "1 month"),
        (date(2027, 1, 8), "35 months"),
        (date(2027, 1, 7), "3 years"),
    ],
)
def test_age_counts_whole_months_until_three_then_whole_years(born_on, text):
    assert age_text(born_on, date(2030, 1, 7)) == text
