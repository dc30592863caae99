"""Repeating by a rule: its dates are shown, and booked all or none, within one's own organisation."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.roles import FRONT_DESK
from clinic.enums import OperationKind
from clinic.models import Appointment, Operation, Series
from clinic.packages.services import assign
from tests.admin_ext.repeating import DATES, HOUR, WEEK, SeriesDesk, form_of, states
from tests.factories import NINE, make_appointment, make_closure, make_patient


@pytest.fixture
def desk(a_week_before, ours, sign_in):
    return SeriesDesk(ours, sign_in(ours.organisation, FRONT_DESK))


def test_what_is_left_of_a_package_goes_on_as_it_went(desk):
    page = desk.ask()

    sent = form_of(page.text)
    assert (sent["weekday"], sent["start"], sent["count"]) == (["1"], ["10:00"], ["3"])
    assert (sent["first_on"], sent["provider"]) == (["2030-01-14"], [str(desk.ours.provider.pk)])
    assert states(page) == ["Free", "Free", "Free"]
    assert "Book 3 sessions" in page.text


def test_sessions_shown_are_booked_and_the_way_leads_to_what_was_done(desk):
    answer = desk.send(desk.ask())

    operation = Operation.objects.get(kind=OperationKind.SERIES_BOOKED)
    assert answer.headers["HX-Redirect"] == reverse("admin:operation", args=[operation.public_id])
    assert [row.starts_at for row in desk.booked()] == [NINE + HOUR + n * WEEK for n in (1, 2, 3)]
    assert [row.session_number for row in desk.booked()] == [2, 3, 4]


def test_a_taken_date_is_shown_with_its_reason_and_booked_at_the_nearest_time(desk):
    desk.book(NINE + HOUR + 2 * WEEK, patient=make_patient(desk.ours.organisation, "Omar"))

    page = desk.ask()
    desk.send(page)

    assert states(page) == ["Free", "Taken", "Free"]
    assert "is already booked" in page.text
    assert "1 at another time" in page.text
    assert desk.booked()[1].starts_at == NINE + HOUR + 2 * WEEK - timedelta(minutes=30)


def test_another_alternative_is_taken_when_it_is_chosen(desk):
    make_closure(desk.ours.organisation, first_on=(NINE + 2 * WEEK).date())
    page = desk.ask()
    shown = re.findall(r'name="on-2030-01-21" id="[^"]+" value="([^"]+)"', page.text)

    desk.send(page, **{"on-2030-01-21": unescape(shown[1])})

    assert states(page) == ["Free", "Closed", "Free"]
    assert len(shown) == 3
    assert desk.booked()[1].starts_at == datetime.fromisoformat(shown[1].partition(" ")[0])


def test_a_date_is_left_out(desk):
    desk.send(desk.ask(), **{"on-2030-01-21": ""})

    assert [row.series_on.isoformat() for row in desk.booked()] == ["2030-01-14", "2030-01-28"]
    assert Series.objects.latest("pk").exceptions == ["2030-01-21"]


def test_a_time_taken_meanwhile_books_nothing_and_names_it_with_new_alternatives(desk):
    page = desk.ask()
    desk.book(NINE + HOUR + 2 * WEEK, patient=make_patient(desk.ours.organisation, "Omar"))

    answer = desk.send(page)

    assert desk.booked() == []
    assert not Operation.objects.filter(kind=OperationKind.SERIES_BOOKED).exists()
    assert "Nothing has been booked." in answer.text
    assert "Huda, 21 Jan 2030, 10:00" in answer.text
    assert states(answer) == ["Free", "Taken", "Free"]


def test_a_rule_changed_after_its_dates_were_shown_is_shown_before_it_is_booked(desk):
    answer = desk.send(desk.ask(), count="2")

    assert "The rule has changed." in answer.text
    assert desk.booked() == []


def test_the_form_sent_twice_books_once_and_another_rule_of_it_books_another_series(desk):
    page = desk.ask(count="1")

    for _ in range(2):
        desk.send(page)
    other = desk.client.get(reverse("admin:repeat"), {**form_of(page.text), "weekday": "2"})
    desk.send(other, request_key=form_of(page.text)["request_key"])

    assert [row.starts_at for row in desk.booked()] == [NINE + HOUR + WEEK, NINE + HOUR + WEEK + timedelta(days=1)]


def test_dates_beyond_what_was_bought_are_said_and_not_booked(desk):
    page = desk.ask(count="5")

    assert states(page) == ["Free", "Free", "Free", "No session left", "No session left"]
    assert "Book 3 sessions" in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weekday": ""}, "Choose days of the week"),
        ({"ends": "until"}, "on which day"),
        ({"ends": "until", "until": "2030-01-02"}, "before the first day"),
        ({"first_on": "2029-01-01"}, "This day is over"),
        ({"start": "nine"}, "valid time"),
        ({"count": "500"}, "less than or equal to 104"),
    ],
)
def test_a_rule_that_makes_no_sense_says_what_is_wrong(desk, changes, said):
    sent = {**form_of(desk.ask().text), **changes}

    answer = desk.client.get(reverse("admin:repeat"), sent, headers=DATES)

    assert said in answer.text
    assert "Book" not in answer.text


def test_what_was_chosen_on_the_booking_page_is_repeated(desk):
    page = desk.client.get(
        reverse("admin:repeat"),
        {
            "patient": desk.patient.pk, "service": desk.ours.service.pk, "provider": desk.ours.provider.pk,
            "clinic": desk.ours.clinic.pk, "starts_at": (NINE + timedelta(days=2)).isoformat(),
        },
    )  # fmt: skip

    sent = form_of(page.text)
    assert (sent["weekday"], sent["start"], sent["first_on"]) == (["3"], ["09:00"], ["2030-01-09"])
    assert sent["count"] == ["10"]


def test_without_a_service_there_is_nothing_to_repeat(desk):
    answer = desk.client.get(reverse("admin:repeat"), {"patient": desk.patient.pk})

    assert answer.url == reverse("admin:book")


def test_only_a_package_whose_sessions_have_a_pattern_goes_on_from_the_patients_page(desk):
    repeat = f"{reverse('admin:repeat')}?purchase={desk.purchase.pk}"
    other = make_patient(desk.ours.organisation, "Omar")
    fresh = assign(desk.ours.package, other, by=desk.ours.user)

    assert repeat in desk.client.get(reverse("admin:patient", args=[desk.patient.pk])).text
    page = desk.client.get(reverse("admin:patient", args=[other.pk])).text
    assert reverse("admin:auto_schedule", args=[fresh.pk]) in page
    assert reverse("admin:repeat") not in page


@pytest.mark.parametrize("field", ["patient", "service", "purchase", "appointment"])
def test_nobody_repeats_what_belongs_to_others(desk, theirs, field):
    query = {"patient": desk.patient.pk, "service": desk.ours.service.pk, field: getattr(theirs, field).pk}

    assert desk.client.get(reverse("admin:repeat"), query).status_code == 404


@pytest.mark.parametrize("field", ["provider", "clinic"])
def test_nobody_repeats_with_providers_or_at_clinics_of_others(desk, theirs, field):
    sent = {**form_of(desk.ask().text), field: getattr(theirs, field).pk}

    answer = desk.client.post(reverse("admin:repeat"), sent, headers=DATES)

    assert "Select a valid choice" in answer.text
    assert desk.booked() == []


def test_a_time_with_a_provider_of_others_is_not_found(desk, theirs):
    sent = {**form_of(desk.ask().text), "on-2030-01-21": f"{NINE.isoformat()} {theirs.provider.pk}"}

    assert desk.client.post(reverse("admin:repeat"), sent, headers=DATES).status_code == 404
    assert desk.booked() == []


def test_the_page_asks_as_often_for_one_date_as_for_three(desk):
    make_appointment(
        make_patient(desk.ours.organisation, "Omar"), desk.ours.service, desk.ours.provider, desk.ours.clinic,
        NINE + HOUR + WEEK,
    )  # fmt: skip
    desk.ask()
    asked = []

    for count in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert len(states(desk.ask(count=count))) == count
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_rule_far_away_is_refused_in_words(desk):
    assert "This day is too far away." in desk.ask(first_on="9999-12-31").text


def test_a_provider_whose_key_is_written_otherwise_is_no_choice(desk):
    page = desk.ask()
    chosen = f"2030-01-21T10:00:00+03:00 0{desk.ours.provider.pk}"

    assert desk.send(page, **{"on-2030-01-21": chosen}).status_code == 404
    assert not Appointment.objects.filter(series__isnull=False).exists()
