"""Auto-schedule of one purchase: the question, the plan, another time, the booking, the way back."""

import re
from datetime import date, datetime, time, timedelta
from html import unescape
from itertools import product

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from admin_ext.package_desk.proposal import whole_weeks
from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import LIVE_STATUSES, AppointmentStatus, MessageKind, PurchaseStatus
from clinic.models import Appointment, Message, Operation
from clinic.packages.services import assign
from tests.factories import (
    BEFORE,
    MONDAY,
    make_appointment,
    make_clinic,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_week,
)

PLAN = {"HX-Request": "true", "HX-Target": "plan"}
BODY = {"HX-Request": "true", "HX-Target": "auto-schedule"}
PAGES = ["auto_schedule", "swap_session", "book_plan"]
ANSWER = {
    "asked": 1, "first_day": "2030-01-07", "last_day": "2030-02-28", "weekday": [1, 2, 3, 4, 5, 6, 7], "per_day": 1,
    "gap": 1, "keep_provider": "on", "keep_time": "on", "keep_order": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def a_week_before():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def desk(ours, sign_in):
    """The front desk, with a patient who has four free sessions and a provider who works every day."""
    make_week(ours.provider, ours.clinic, start=time(17), end=time(20))
    patient = make_patient(ours.organisation, "Huda")
    purchase = assign(ours.package, patient, by=ours.user)
    return Desk(sign_in(ours.organisation, FRONT_DESK), ours, purchase)


class Desk:
    def __init__(self, client, ours, purchase):
        self.client, self.ours, self.purchase = client, ours, purchase

    def address(self, page="auto_schedule", purchase=None):
        return reverse(f"admin:{page}", args=[(purchase or self.purchase).pk])

    def ask(self, headers=PLAN, purchase=None, **changes):
        query = {"clinic": self.ours.clinic.pk, "provider": self.ours.provider.pk, **ANSWER, **changes}
        query = {name: value for name, value in query.items() if value is not None}
        return self.client.get(f"{self.address(purchase=purchase)}?{urlencode(query, doseq=True)}", headers=headers)

    def plan(self, **changes):
        return signed(self.ask(**changes).text)

    def book(self, plan, purchase=None, client=None):
        address = self.address("book_plan", purchase)
        return (client or self.client).post(address, {"plan": plan}, headers=PLAN)

    def swap(self, plan, number, to):
        return self.client.post(self.address("swap_session"), {"plan": plan, "number": number, "to": to}, headers=PLAN)

    def booked(self):
        rows = Appointment.objects.filter(package_purchase=self.purchase, status__in=LIVE_STATUSES)
        return list(rows.order_by("starts_at"))


def signed(page: str) -> str:
    return re.search(r'name="plan" id="signed-plan" value="([^"]+)"', page)[1]


def others(page: str) -> list[tuple[int, str]]:
    return [(int(n), unescape(to)) for n, to in re.findall(r'"number": "(\d+)", "to": "([^"]+)"', page)]


# The question


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
    ("fields", "sentence"),
    [
        ({"status": PurchaseStatus.FROZEN}, "The package is frozen."),
        ({"status": PurchaseStatus.CANCELLED}, "The package has been cancelled."),
        ({"expires_on": date(2029, 12, 1), "purchased_on": date(2029, 1, 1)}, "The last day of this package"),
    ],
)
@pytest.mark.parametrize("headers", [{}, PLAN, BODY])
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


@pytest.mark.parametrize("name", ["clinic", "provider"])
def test_clinic_or_provider_of_another_organisation_is_not_found(desk, theirs, name):
    answers = [desk.ask(headers=headers, **{name: getattr(theirs, name).pk}) for headers in ({}, PLAN, BODY)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


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


@pytest.mark.parametrize(("role", "page"), [*product([PROVIDER, CASHIER], PAGES)])
def test_only_who_may_book_in_bulk_comes_in(desk, sign_in, role, page):
    client = sign_in(desk.ours.organisation, role)
    answer = (client.get if page == "auto_schedule" else client.post)(desk.address(page))

    assert answer.status_code == 403


# Booking


def test_book_all_books_the_plan_and_leads_to_what_was_booked(desk):
    answer = desk.book(desk.plan())

    booked = desk.booked()
    operation = booked[0].operation
    assert [row.session_number for row in booked] == [1, 2, 3, 4]
    assert {row.operation for row in booked} == {operation}
    assert answer.headers["HX-Redirect"] == reverse("admin:operation", args=[operation.public_id])
    assert Message.objects.filter(patient=desk.purchase.patient, kind=MessageKind.PLANNED).count() == 1


def test_book_all_pressed_twice_books_once_and_shows_the_same_result(desk):
    plan = desk.plan()

    first, second = desk.book(plan), desk.book(plan)

    assert second.headers["HX-Redirect"] == first.headers["HX-Redirect"]
    assert len(desk.booked()) == 4


def test_booking_is_never_done_by_a_link(desk):
    assert desk.client.get(desk.address("book_plan"), {"plan": desk.plan()}).status_code == 405
    assert not desk.booked()


def take(desk, starts_at):
    """Somebody else is faster."""
    quick = make_patient(desk.ours.organisation, "Quick")
    make_appointment(quick, desk.ours.service, desk.ours.provider, desk.ours.clinic, starts_at)


def test_plan_that_has_changed_books_nothing_and_shows_the_new_times_marked(desk):
    plan = desk.plan()
    before = re.findall(r'<li id="session-\d+" class="session ([^"]*)"', desk.ask().text)
    take(desk, first_time(desk))

    answer = desk.book(plan)

    assert "1 session of this plan no longer fits." in answer.text
    assert "4 of 4 sessions" in answer.text
    assert answer.text.count('<li id="session-') == 4
    assert answer.text.count("New time") == 1
    assert before == ["", "", "", ""]
    assert not desk.booked()


def first_time(desk) -> datetime:
    """The start of the first session of the plan."""
    page = desk.ask()
    return page.context_data["proposal"].plan.placed[0].starts_at


def test_new_plan_after_a_change_can_be_booked(desk):
    plan = desk.plan()
    take(desk, first_time(desk))

    desk.book(signed(desk.book(plan).text))

    assert len(desk.booked()) == 4


def test_sessions_booked_elsewhere_meanwhile_leave_a_smaller_plan(desk):
    plan = desk.plan()
    desk.book(desk.plan(first_day="2030-02-01", last_day="2030-02-02"))

    answer = desk.book(plan)

    assert "2 of 2 sessions" in answer.text
    assert len(desk.booked()) == 2


# Another time


def test_another_time_is_taken_with_one_click_and_then_booked(desk):
    page = desk.ask().text
    number, to = others(page)[0]

    answer = desk.swap(signed(page), number, to)
    desk.book(signed(answer.text))

    assert "New time" in answer.text
    wanted = datetime.fromisoformat(to.split("@")[0])
    assert wanted in [row.starts_at for row in desk.booked()]
    assert len(desk.booked()) == 4


def test_another_time_that_was_not_offered_is_refused_and_the_plan_stays(desk):
    page = desk.ask().text
    number, to = others(page)[0]
    doctored = to.replace("2030-01", "2030-03")

    for row, time_asked in [(number, doctored), (99, to), (-1, to), ("x", to), (number, "")]:
        answer = desk.swap(signed(page), row, time_asked)
        assert "This time is no longer free." in answer.text
        assert "4 of 4 sessions" in answer.text


def test_swap_keeps_the_ways_out(desk):
    page = desk.ask(last_day="2030-01-08").text

    answer = desk.swap(signed(page), *others(page)[0])

    assert "2 of 4 sessions" in answer.text
    assert "Look until the package" in answer.text


# What does not fit


def test_what_does_not_fit_is_explained_and_a_way_out_keeps_its_promise(desk):
    page = desk.ask(last_day="2030-01-08").text
    button = r'<a class="button-plain" href="([^"]+)">[^<]*<span class="gain">(\d+) more'
    way, gained = re.search(button, page).groups()

    taken = desk.client.get(unescape(way), headers=PLAN).text

    assert "2 of 4 sessions" in page
    assert "Without a time" in page
    assert f"{2 + int(gained)} of 4 sessions" in taken


def test_extended_plan_says_so_and_extends_when_it_is_booked(desk):
    answer = desk.ask(extend=7, last_day="2030-04-05", first_day="2030-04-02")
    desk.book(signed(answer.text))

    desk.purchase.refresh_from_db()
    assert "Booking this plan extends the package by 7 days" in answer.text
    assert desk.purchase.expires_on == date(2030, 4, 8)
    assert len(desk.booked()) == 4


# Looking at it and undoing it


def operation_of(desk):
    desk.book(desk.plan())
    return desk.booked()[0].operation


def test_result_shows_what_was_booked_and_what_is_told(desk):
    page = desk.client.get(reverse("admin:operation", args=[operation_of(desk).public_id])).text

    assert "4 sessions booked for <bdi>Huda</bdi>" in page
    assert "1 message queued" in page
    assert page.count('class="line"') == 4
    assert "Cancel 4 appointments" in page


def test_undo_cancels_everything_once(desk):
    operation = operation_of(desk)
    address = reverse("admin:undo_operation", args=[operation.public_id])

    first = desk.client.post(address, follow=True).text
    second = desk.client.post(address, follow=True).text

    assert not desk.booked()
    assert "4 appointments are cancelled." in first
    assert "already been undone" in second
    assert "Undo…" not in second


def test_undo_says_what_it_could_not_undo(desk):
    operation = operation_of(desk)
    begun = desk.booked()[0]
    begun.status = AppointmentStatus.IN_PROGRESS
    begun.record("status", by=desk.ours.user)

    page = desk.client.post(reverse("admin:undo_operation", args=[operation.public_id]), follow=True).text

    assert desk.booked() == [begun]
    assert "3 appointments are cancelled." in page
    assert "1 could not be undone" in page


@pytest.mark.parametrize("page", ["operation", "undo_operation"])
def test_operation_of_another_organisation_is_not_found(desk, theirs, page):
    address = reverse(f"admin:{page}", args=[theirs.operation.public_id])
    answer = desk.client.get(address) if page == "operation" else desk.client.post(address)

    theirs.operation.refresh_from_db()
    assert answer.status_code == 404
    assert theirs.operation.undone_at is None


def test_undo_is_never_done_by_a_link_nor_by_who_may_only_look(desk, sign_in):
    operation = operation_of(desk)
    address = reverse("admin:undo_operation", args=[operation.public_id])

    assert desk.client.get(address).status_code == 405
    assert sign_in(desk.ours.organisation, CASHIER).post(address).status_code == 403
    assert len(desk.booked()) == 4


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
