"""A plan for one purchase: booked, changed meanwhile, with another time, undone."""

import re
from datetime import date, datetime
from html import unescape

import pytest
from django.urls import reverse

from clinic.enums import MessageKind, PurchaseStatus
from clinic.models import Message, PackagePurchase
from tests.admin_ext.schedule import BODY, PLAN, operation_of, others, signed
from tests.factories import (
    make_appointment,
    make_patient,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


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


@pytest.mark.parametrize("headers", [{}, PLAN, BODY])
def test_address_of_a_plan_that_is_booked_shows_the_booking_calmly(desk, headers):
    operation = operation_of(desk)

    page = desk.ask(headers=headers).text

    assert "4 sessions are booked, nothing is left to plan" in page
    assert "4 planned together on" in page
    assert reverse("admin:operation", args=[operation.public_id]) in page
    assert reverse("admin:patient", args=[desk.purchase.patient_id]) in page
    for row in operation.appointments.all():
        assert f'href="{reverse("admin:appointment", args=[row.pk])}"' in page
    assert 'role="alert"' not in page
    assert "No session of this package is left" not in page


def test_address_of_a_plan_whose_booking_was_undone_plans_again(desk):
    desk.client.post(reverse("admin:undo_operation", args=[operation_of(desk).public_id]))

    assert "4 of 4 sessions" in desk.ask().text


def test_package_with_all_sessions_held_offers_a_new_one(desk):
    PackagePurchase.objects.filter(pk=desk.purchase.pk).update(sessions_used=4, status=PurchaseStatus.COMPLETED)

    page = desk.ask(headers={}).text

    assert "Every session of this package has been held" in page
    assert f"{reverse('admin:package_desk')}?patient={desk.purchase.patient_id}" in page


def test_package_with_nothing_left_says_so_in_quiet_words(desk):
    operation_of(desk)

    page = desk.client.get(reverse("admin:patient", args=[desk.purchase.patient_id])).text

    assert '<span class="quiet-text">No session of this package is left' in page


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
