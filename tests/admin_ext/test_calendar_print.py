"""The calendar on paper: one sheet for each provider, nothing that need not be on it, and a record that it was made."""

import re
from datetime import time, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from admin_ext.roles import FRONT_DESK
from clinic.enums import AppointmentStatus
from clinic.models import Organisation, User
from clinic.scheduling.printing import record_print
from tests.factories import (
    MONDAY,
    NINE,
    make_appointment,
    make_clinic,
    make_hours,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

QUERIES = 11

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_week_before")]


@pytest.fixture
def clinic():
    return make_clinic(make_organisation())


@pytest.fixture
def service(clinic):
    """Given by two providers: Sara has two appointments on Monday, Lama one."""
    sara, lama = make_provider(clinic, name="Dr Sara"), make_provider(clinic, name="Lama")
    service = make_service(sara, lama)
    for provider, start, name in (
        (sara, NINE, "Huda"),
        (sara, NINE + timedelta(hours=1), "Nora"),
        (lama, NINE, "Omar"),
    ):
        make_hours(provider, clinic, start=time(9), end=time(12))
        patient = make_patient(clinic.organisation, name, file_number=f"F-{name}", name_ar="هدى", notes="private")
        make_appointment(patient, service, provider, clinic, start, notes="clinical", reason="pain")
    return service


@pytest.fixture
def desk(clinic, service, sign_in):
    return sign_in(clinic.organisation, FRONT_DESK)


def printed(client, **query):
    return client.get(reverse("admin:calendar_print"), {"day": "2030-01-07", **query})


def sheets(response) -> list[str]:
    return re.findall(r'<section class="sheet">.*?</section>', response.text, re.DOTALL)


def test_every_provider_has_a_sheet_with_the_appointments_of_the_day(desk):
    first, second = sheets(printed(desk))

    assert re.findall(r"<h1>.*?>(.*?)<", first) == ["Dr Sara"]
    assert re.findall(r'class="patient"><bdi>(.*?)</bdi>', first) == ["Huda", "Nora"]
    assert re.findall(r'class="patient"><bdi>(.*?)</bdi>', second) == ["Omar"]
    assert '<bdi dir="ltr">09:00–09:30</bdi>' in first
    assert "F-Huda" in first


@pytest.mark.parametrize("day", ["x", "2030-02-30"])
def test_paper_of_a_day_that_cannot_be_read_is_not_todays(day, desk):
    assert printed(desk, day=day).status_code == 404


def test_sheet_says_no_more_than_is_needed(desk):
    response = printed(desk)

    for word in ("clinical", "private", "pain", "+966"):
        assert word not in response.text
    assert "nav-sidebar" not in response.text


def test_sheet_says_who_printed_it_and_when(desk):
    User.objects.filter(pk=desk.user.pk).update(first_name="Mona", last_name="Saleh")

    response = printed(desk)

    assert response.text.count("Printed by <bdi>Mona Saleh</bdi>") == 2
    assert "Tue 1 Jan" in response.text


def test_cancelled_appointments_are_not_printed(desk, clinic, service):
    provider = service.providers.get(name_en="Lama")
    patient = make_patient(clinic.organisation, "Gone")
    later = NINE + timedelta(hours=1)
    make_appointment(patient, service, provider, clinic, later, status=AppointmentStatus.CANCELLED_BY_CLINIC)

    assert "Gone" not in printed(desk).text


def test_that_it_was_printed_is_recorded_once_and_nothing_for_an_empty_day(desk, clinic):
    printed(desk)
    printed(desk, day="2030-01-09")

    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (desk.user, clinic.organisation)
    assert entry.get_change_message() == "Printed the calendar of 7 January 2030: 3 appointments."


def test_week_of_a_provider_has_a_sheet_for_each_day(desk, clinic, service):
    sara = service.providers.get(name_en="Dr Sara")
    make_appointment(make_patient(clinic.organisation, "Wed"), service, sara, clinic, NINE + timedelta(days=2))

    monday, wednesday = sheets(printed(desk, view="week", provider=sara.pk))

    assert "Monday 7 January 2030" in monday
    assert "Wednesday 9 January 2030" in wednesday


def test_arabic_sheet_runs_from_the_right_with_arabic_names(desk):
    User.objects.filter(pk=desk.user.pk).update(language="ar")

    response = printed(desk)

    assert 'lang="ar" dir="rtl"' in response.text
    assert "<bdi>هدى</bdi>" in response.text


def test_day_with_nobody_says_that_there_is_nothing_to_print(desk):
    assert "there is nothing to print" in printed(desk, day="2030-01-09").text


def test_script_in_a_name_is_only_text(desk, clinic, service):
    provider = service.providers.get(name_en="Lama")
    patient = make_patient(clinic.organisation, "<script>alert(1)</script>")
    make_appointment(patient, service, provider, clinic, NINE + timedelta(hours=2))

    page = printed(desk).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_nothing_of_another_organisation_is_printed(desk, theirs):
    assert "Theirs" not in printed(desk).text
    assert printed(desk, provider=theirs.provider.pk).status_code == 404


def test_print_of_a_person_without_an_organisation_is_not_recorded(clinic):
    nobody = make_user(None, "nobody")

    with pytest.raises(type(clinic.organisation).DoesNotExist):
        record_print(MONDAY, MONDAY, appointments=1, by=nobody)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_print_costs_the_same_number_of_queries_whatever_the_rows(
    desk, clinic, service, django_assert_num_queries, rows
):
    provider = service.providers.get(name_en="Lama")
    for n in range(rows):
        patient = make_patient(clinic.organisation, f"Patient {n}")
        make_appointment(patient, service, provider, clinic, NINE + timedelta(minutes=30 * n), lane=1)
    ContentType.objects.get_for_model(Organisation)  # what Django remembers from the first print on

    with django_assert_num_queries(QUERIES):
        response = printed(desk)

    assert len(sheets(response)) == 2
