"""Auto-schedule of one purchase: the question, the plan, who may ask."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admin_ext.package_desk.proposal import whole_weeks
from admin_ext.roles import FRONT_DESK
from clinic.enums import PurchaseStatus
from clinic.models import Operation
from clinic.packages.services import assign
from tests.admin_ext.schedule import BODY, PAGES, PLAN
from tests.factories import (
    MONDAY,
    in_status,
    make_clinic,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_week,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


def test_page_without_a_question_proposes_the_clinics_and_days_that_suit(desk):
    page = desk.client.get(desk.address()).text

    assert f'id="clinic-{desk.ours.clinic.pk}" value="{desk.ours.clinic.pk}" checked' in page
    assert 'value="2030-01-01"' in page
    assert 'value="2030-04-01"' in page
    assert 'hx-trigger="load"' in page


def test_page_continues_with_the_clinic_and_provider_of_the_package_so_far(desk):
    other_clinic = make_clinic(desk.ours.organisation, "Second")
    other = make_provider(other_clinic, name="Other")
    desk.ours.service.providers.add(other)
    desk.ours.service.clinics.add(other_clinic)
    desk.book(desk.plan(last_day="2030-01-08"))

    page = desk.client.get(desk.address()).text

    assert f'id="provider-{desk.ours.provider.pk}" value="{desk.ours.provider.pk}" checked' in page
    assert f'id="provider-{other.pk}" value="{other.pk}" >' in page


def test_plan_shows_every_session_with_its_proof(desk):
    page = desk.ask().text

    assert "4 of 4 sessions" in page
    assert "proven: nobody can place more" in page
    assert "Book all 4 sessions" in page
    assert page.count('<li id="session-') == 4


def test_answer_can_be_shared_as_an_address(desk):
    first, second = (desk.ask().context_data["proposal"].plan.placed for _ in range(2))

    assert first == second
    assert "4 of 4" not in desk.ask(headers={}).text  # the page itself comes first and asks then
    assert 'hx-trigger="load"' in desk.ask(headers={}).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"provider": None}, "Choose at least one provider."),
        ({"clinic": None}, "Choose at least one clinic."),
        ({"weekday": None}, "Choose at least one day of the week."),
        ({"weekday": [8]}, "Choose days of the week among those shown."),
        ({"weekday": ["x"]}, "Choose days of the week among those shown."),
        ({"last_day": "2030-01-06"}, "This is before the first day."),
        ({"last_day": "2030-04-02"}, "The package ends on"),
        ({"first_day": "2029-12-31"}, "This day is over."),
        ({"first_day": "2030-13-45"}, "Enter a valid date."),
        ({"first_day": ""}, "This field is required."),
        ({"earliest": "18:00", "latest": "17:00"}, "This is not after the earliest time."),
        ({"earliest": "25:00"}, "Enter a valid time."),
        ({"per_day": 0}, "greater than or equal to 1"),
        ({"per_day": "9999999999999"}, "less than or equal to 6"),
        ({"per_week": -1}, "greater than or equal to 1"),
        ({"gap": 61}, "less than or equal to 60"),
        ({"per_day": 2, "gap": 3}, "Sessions on one day cannot be 3 days apart."),
    ],
)
def test_nonsense_is_answered_at_the_field_and_the_rest_is_kept(desk, changes, sentence):
    page = desk.ask(headers=BODY, **{"latest": "19:45", **changes}).text

    assert sentence in unescape(page)
    assert changes.get("latest", "19:45") in page
    assert "Book" not in page
    assert not desk.booked()


def test_provider_who_does_not_offer_the_service_is_refused(desk):
    stranger = make_provider(desk.ours.clinic, name="Stranger")
    make_service(stranger, name="Something else")

    page = desk.ask(headers=BODY, provider=stranger.pk).text

    assert "One of these providers gives nothing of this package." in page


@pytest.mark.parametrize(
    ("headers", "fields", "sentence"),
    [
        ({}, in_status(PurchaseStatus.FROZEN), "The package is frozen."),
        (PLAN, {"status": PurchaseStatus.CANCELLED}, "The package has been cancelled."),
        (BODY, {"expires_on": date(2029, 12, 1), "purchased_on": date(2029, 1, 1)}, "The last day of this package"),
    ],
)
def test_purchase_that_cannot_be_used_is_not_planned(desk, fields, sentence, headers):
    plan = desk.plan()
    for name, value in fields.items():
        setattr(desk.purchase, name, value)
    desk.purchase.record(*fields, by=desk.ours.user)

    asked, booked = desk.ask(headers=headers), desk.book(plan)

    assert 'hx-trigger="load"' not in asked.text
    assert "Book all" not in asked.text
    assert sentence in booked.text
    assert not desk.booked()


# The wall


@pytest.mark.parametrize("page", PAGES)
def test_purchase_of_another_organisation_is_not_found(desk, theirs, page):
    plan, address = desk.plan(), desk.address(page, theirs.purchase)
    answer = desk.client.get(address) if page == "auto_schedule" else desk.client.post(address, {"plan": plan})

    assert answer.status_code == 404
    assert "Theirs" not in answer.text


@pytest.mark.parametrize(("name", "headers"), [("clinic", {}), ("provider", PLAN), ("clinic", BODY)])
def test_clinic_or_provider_of_another_organisation_is_as_if_it_were_not_there(desk, theirs, name, headers):
    missing = desk.ask(headers=headers, **{name: [getattr(desk.ours, name).pk, 987654]}).text

    foreign = desk.ask(headers=headers, **{name: [getattr(desk.ours, name).pk, getattr(theirs, name).pk]}).text

    assert f"A {name} named in this address is no longer there" in foreign
    assert "Theirs" not in foreign
    assert without_signature(foreign) == without_signature(missing).replace("987654", str(getattr(theirs, name).pk))


def without_signature(page: str) -> str:
    return re.sub(r'value="[^"]{40,}"|csrf[^>]+>|X-CSRFToken[^}]+', "", page)


@pytest.mark.parametrize("gone", [987654, "x", "9" * 30])
def test_provider_who_is_no_longer_there_is_left_out_with_a_word(desk, gone):
    page = desk.ask(provider=[desk.ours.provider.pk, gone]).text

    assert "A provider named in this address is no longer there: planned without." in page
    assert "4 of 4 sessions" in page


def test_provider_who_is_no_longer_active_is_left_out_by_name(desk):
    left = make_provider(desk.ours.clinic, name="Left", active=False)
    desk.ours.service.providers.add(left)

    page = desk.ask(provider=[desk.ours.provider.pk, left.pk]).text

    assert "Left is no longer active: planned without." in page
    assert "4 of 4 sessions" in page


def test_address_of_which_nobody_is_left_asks_for_somebody_else(desk):
    page = desk.ask(headers=BODY, provider=987654).text

    assert "A provider named in this address is no longer there" in page
    assert "Choose at least one provider." in page


@pytest.mark.parametrize("extend", ["x", "-1", "367", "9" * 30, "1.5"])
def test_extension_that_makes_no_sense_is_left_out_with_a_word(desk, extend):
    page = desk.ask(extend=extend).text

    assert "The extension in this address is not a number of days up to 366: planned without." in page
    assert "4 of 4 sessions" in page
    assert "Booking this plan extends" not in page


def test_plan_of_one_purchase_books_no_other(desk):
    other = assign(desk.ours.package, make_patient(desk.ours.organisation, "Other"), by=desk.ours.user)

    answer = desk.book(desk.plan(), purchase=other)

    assert "made by somebody else, for another package" in answer.text
    assert Operation.objects.filter(organisation=desk.ours.organisation).count() == 1
    assert not other.appointments.exists()


def test_plan_of_one_person_books_for_no_other(desk, sign_in):
    colleague = sign_in(desk.ours.organisation, FRONT_DESK)

    answer = desk.book(desk.plan(), client=colleague)

    assert "made by somebody else" in answer.text
    assert not desk.booked()


@pytest.mark.parametrize("spoil", [lambda plan: "", lambda plan: plan[:-2], lambda plan: plan[::-1], lambda plan: "{}"])
def test_doctored_plan_books_nothing(desk, spoil):
    answer = desk.book(spoil(desk.plan()))

    assert "Press Auto-schedule for a new one." in answer.text
    assert not desk.booked()


# Booking


def test_names_are_escaped(desk):
    desk.ours.provider.name_en = "<script>alert(1)</script>"
    desk.ours.provider.record("name_en", by=desk.ours.user)

    assert "<script>alert(1)" not in desk.ask().text
    assert "<script>alert(1)" not in desk.ask(headers={}).text


def test_plan_asks_as_many_queries_for_three_providers_and_six_sessions_as_for_one_of_each(desk):
    with CaptureQueriesContext(connection) as one:
        desk.ask(headers=BODY)
    providers = [desk.ours.provider]
    for number in range(2):
        provider = make_provider(desk.ours.clinic, name=f"Provider {number}")
        desk.ours.service.providers.add(provider)
        make_week(provider, desk.ours.clinic, start=time(17), end=time(20))
        providers.append(provider)
    package = make_package((desk.ours.service, 12), name="Twelve")
    purchase = assign(package, desk.purchase.patient, by=desk.ours.user)

    with CaptureQueriesContext(connection) as three:
        answer = desk.ask(headers=BODY, purchase=purchase, provider=[row.pk for row in providers])

    assert "12 of 12 sessions" in answer.text
    assert len(three) == len(one)


def test_calendar_begins_its_weeks_as_the_organisation_does(desk):
    desk.ours.organisation.week_start = 7
    desk.ours.organisation.save()
    weeks = desk.ask().context_data["proposal"].weeks

    assert {week[0].date.isoweekday() for week in weeks} == {7}
    assert all(len(week) == 7 for week in weeks)
    assert weeks[0][0].date <= MONDAY < weeks[0][0].date + timedelta(7)


def test_times_that_come_once_are_not_called_every_week(desk):
    one_week = desk.ask(last_day="2030-01-10").context_data["proposal"]
    rhythm = desk.ask(weekday=[1, 3]).context_data["proposal"]

    assert (len(one_week.plan.placed), one_week.pattern) == (4, "")
    assert (rhythm.pattern, rhythm.is_every_week) == ("Monday 09:30", True)


def test_times_that_leave_out_a_week_are_not_called_every_week(desk):
    proposal = desk.ask(weekday=[1, 3]).context_data["proposal"]
    first, *_rest, last = proposal.plan.placed

    skipping = replace(proposal, plan=replace(proposal.plan, placed=(first, last)))

    assert last.day - first.day > timedelta(weeks=1)
    assert not skipping.is_every_week


@pytest.mark.parametrize(
    ("start", "first", "last"),
    [
        (7, date(2030, 1, 6), date(2030, 1, 19)),  # Sunday
        (1, date(2030, 1, 7), date(2030, 1, 20)),  # Monday
        (6, date(2030, 1, 5), date(2030, 1, 18)),  # Saturday
    ],
)
def test_whole_weeks_reach_from_their_first_day_to_their_last(start, first, last):
    days = whole_weeks(MONDAY, date(2030, 1, 16), start=start)

    assert (days[0], days[-1]) == (first, last)
    assert len(days) == 14
