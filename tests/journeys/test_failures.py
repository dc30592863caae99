"""Requests that fail in a real browser: they are said, and words typed on a card are not lost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import FRONT_DESK
from clinic.scheduling.booking.notes import write_notes
from tests.factories import (
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFRESH = 16_000  # milliseconds: the board has asked for itself once more


@pytest.fixture
def desk(sign_in):
    person = make_user(make_organisation(time_zone="UTC"), "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return person


@pytest.fixture
def appointment(desk):
    clinic = make_clinic(desk.organisation, "Olaya", time_zone="UTC")
    provider = make_provider(clinic, name="Sara")
    patient = make_patient(desk.organisation, "Huda")
    ten = (now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    return make_appointment(patient, make_service(provider), provider, clinic, ten)


@pytest.fixture
def tab(page):
    """A page whose console may tell of the failures that are wanted here."""
    return page.context.new_page()


@pytest.fixture
def card(tab, appointment):
    tab.goto(f"/admin/patients/{appointment.patient_id}/")
    tab.locator("#next a.line").click()
    tab.wait_for_function("document.activeElement.closest('.ways-on')")
    return tab.locator("#appointment-card")


def errors(tab):
    return tab.get_by_role("alert").locator(".toast p")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (None, "The server does not answer. Nothing was saved. Try again."),
        (500, "Something went wrong on the server. Nothing was saved. Try again."),
        (404, "This is gone"),
    ],
)
def test_step_that_fails_is_said_on_the_card(tab, card, status, sentence):
    tab.route("**/step/**", lambda route: route.fulfill(status=status) if status else route.abort())

    card.get_by_role("button", name="Confirm").click()

    errors(tab).get_by_text(sentence).wait_for()
    card.get_by_role("button", name="Confirm").click()
    assert errors(tab).count() == 1


def test_step_after_signing_in_anew_in_another_tab_offers_the_page_anew(tab, card, appointment):
    tab.context.clear_cookies(name="csrftoken")

    card.get_by_role("button", name="Confirm").click()
    errors(tab).get_by_text("You have signed in anew since").wait_for()
    tab.get_by_role("button", name="Reload").click()

    tab.wait_for_url(f"**/admin/patients/{appointment.patient_id}/")
    errors(tab).wait_for(state="detached")


def test_board_that_gets_no_answer_says_so_once_until_it_gets_one(tab, appointment):
    tab.clock.install()
    tab.goto("/admin/", wait_until="networkidle")
    tab.locator("#board").wait_for()

    tab.context.set_offline(True)
    with tab.expect_event("requestfailed"):
        tab.clock.fast_forward(REFRESH)
    errors(tab).get_by_text("The server does not answer.", exact=True).wait_for()
    tab.get_by_role("alert").get_by_role("button", name="Close").click()
    with tab.expect_event("requestfailed"):
        tab.clock.fast_forward(REFRESH)
    assert errors(tab).count() == 0

    tab.context.set_offline(False)
    with tab.expect_event("requestfinished"):
        tab.clock.fast_forward(REFRESH)
    tab.context.set_offline(True)
    tab.clock.fast_forward(REFRESH)
    errors(tab).wait_for()


@pytest.mark.parametrize("way", ["Escape", "Close", "Move…", "outside"])
def test_words_typed_on_the_card_are_saved_before_it_goes(tab, card, appointment, way):
    card.get_by_label("Notes").fill("Brings the brother")

    if way == "Escape":
        tab.keyboard.press("Escape")
    elif way == "Close":
        card.get_by_role("button", name="Close").click()
    elif way == "outside":
        tab.mouse.click(5, 5)
    else:
        card.get_by_role("link", name=way).click()
    tab.get_by_text("The notes are saved.").wait_for()
    card.wait_for(state="hidden")

    assert tab.locator("#move").count() == (way == "Move…")
    appointment.refresh_from_db()
    assert appointment.notes == "Brings the brother"


def test_card_whose_words_cannot_be_saved_stays_open_with_them(tab, card):
    tab.route("**/notes/", lambda route: route.abort())
    card.get_by_label("Notes").fill("Brings the brother")

    tab.keyboard.press("Escape")
    errors(tab).get_by_text("Nothing was saved").wait_for()

    assert card.get_by_label("Notes").input_value() == "Brings the brother"
    assert card.is_visible()


def test_words_that_somebody_else_has_written_meanwhile_are_shown_before_the_card_goes(tab, card, appointment, desk):
    write_notes(appointment, by=desk, reason="", notes="Needs a ramp")
    card.get_by_label("Notes").fill("Brings the brother")

    tab.keyboard.press("Escape")
    card.get_by_text("Needs a ramp").wait_for()

    assert card.get_by_label("Notes").input_value() == "Brings the brother"
