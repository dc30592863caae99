"""Booking in a real browser: from a slot of the calendar, by clicks that are counted, and by keys alone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import localdate

from admin_ext.roles import FRONT_DESK
from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES
from clinic.models import Appointment, Message, Patient
from clinic.packages.services import assign
from tests.browser import PHONE, press_until
from tests.factories import (
    RIYADH,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = """
window.hand = {clicks: 0, keys: 0};
document.addEventListener("pointerdown", event => event.isTrusted && window.hand.clicks++, true);
document.addEventListener("keydown", event => event.isTrusted && window.hand.keys++, true);
"""


class Desk:
    """Tomorrow, with Sara at work from nine to noon; Huda has three sessions left of her package of speech therapy."""

    def __init__(self, person) -> None:
        self.person, organisation = person, person.organisation
        self.day = localdate(datetime.now(UTC), RIYADH) + timedelta(days=1)
        self.clinic = make_clinic(organisation)
        self.sara = make_provider(self.clinic, name="Sara")
        make_week(self.sara, self.clinic, start=time(9), end=time(12))
        self.speech = make_service(self.sara)
        self.check = make_service(self.sara, name="Hearing check")
        self.huda = make_patient(organisation, "Huda Al-Salem")
        self.purchase = assign(make_package((self.speech, 3), name="3 sessions"), self.huda, by=person)

    def at(self, hour, minute=0) -> datetime:
        return datetime.combine(self.day, time(hour, minute), tzinfo=RIYADH)

    def open(self, page):
        page.add_init_script(COUNT)
        page.goto(f"/admin/calendar/?day={self.day}")
        page.wait_for_function("document.querySelector('#calendar.is-scripted')")

    def slot(self, page, hour="10:00"):
        return page.get_by_role("button", name=f"Sara, {hour}, free")

    def booked(self, statuses=LIVE_STATUSES) -> Appointment | None:
        return Appointment.objects.filter(booked_by=self.person, status__in=statuses).first()


@pytest.fixture
def desk(sign_in):
    person = make_user(make_organisation(), "mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return Desk(person)


def toast(page):
    return page.get_by_role("status").get_by_text("Booked:")


def used(page) -> tuple[int, int]:
    hand = page.evaluate("window.hand")
    return hand["clicks"], hand["keys"]


def test_known_patient_is_booked_from_a_slot_with_two_clicks_and_six_keys(page, desk):
    desk.open(page)

    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.get_by_text("3 of 3 left").wait_for()
    page.get_by_role("button", name="Book", exact=True).and_(page.locator("#book-button")).click()
    toast(page).wait_for()

    clicks, keys = used(page)
    assert clicks <= 2
    assert keys <= 6
    row = desk.booked()
    assert (row.patient, row.starts_at, row.session_number) == (desk.huda, desk.at(10), 1)
    assert Message.objects.filter(appointment=row).count() == 1
    page.locator(f"#appointment-{row.pk}").wait_for()
    page.locator("#book").wait_for(state="hidden")


def test_undo_in_the_toast_takes_the_booking_back(page, desk):
    desk.open(page)
    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-button'")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is taken back.").wait_for()
    desk.slot(page).wait_for()

    assert desk.booked() is None
    assert desk.booked(CANCELLED_STATUSES).patient == desk.huda


def test_new_patient_is_registered_while_booking_with_four_clicks_and_26_keys(page, desk):
    desk.open(page)

    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("Noura Al-Harbi")
    page.get_by_role("button", name="New patient “Noura Al-Harbi”").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-phone'")
    page.keyboard.type("0551112233")
    page.get_by_label("Hearing check").click()
    page.get_by_text("10:00–10:30").wait_for()
    page.locator("#book-button").click()
    toast(page).wait_for()

    clicks, keys = used(page)
    assert clicks <= 4
    assert keys <= 26
    patient = Patient.objects.get(name_en="Noura Al-Harbi")
    assert (desk.booked().patient, desk.booked().service, patient.phone.as_e164) == (
        patient, desk.check, "+966551112233"
    )  # fmt: skip


def test_new_patient_is_registered_and_booked_by_keys_alone(page, desk):
    desk.open(page)

    desk.slot(page).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("Noura Al-Harbi")
    page.get_by_role("button", name="New patient “Noura Al-Harbi”").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-phone'")
    page.keyboard.type("0551112233")
    press_until(page, "Tab", "[name=what]")
    page.keyboard.press("Space")
    page.get_by_text("10:00–10:30").wait_for()
    press_until(page, "Tab", "#book-button")
    page.keyboard.press("Enter")
    toast(page).wait_for()

    assert desk.booked().patient == Patient.objects.get(name_en="Noura Al-Harbi")
    assert used(page)[0] == 0


def test_known_phone_offers_the_file_that_exists_in_one_click(page, desk):
    desk.open(page)
    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("H. Salem")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-phone'")
    page.keyboard.type("0501234567")

    page.get_by_role("button", name="Huda Al-Salem").click()
    page.locator("#book-button").click()
    toast(page).wait_for()

    assert desk.booked().patient == desk.huda
    assert not Patient.objects.filter(name_en="H. Salem").exists()


def test_whole_booking_goes_by_keys_alone_and_the_focus_comes_back(page, desk):
    desk.open(page)
    desk.slot(page, "09:00").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("salem")
    page.get_by_role("button", name="Huda Al-Salem").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-button'")
    page.keyboard.press("Enter")
    toast(page).wait_for()

    assert desk.booked().starts_at == desk.at(9)
    page.wait_for_function("document.activeElement.closest('#diary')")
    assert used(page)[0] == 0


def test_time_taken_meanwhile_is_told_and_the_nearest_is_booked_by_one_click(page, desk):
    desk.open(page)
    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-button'")
    quick = make_patient(desk.person.organisation, "Quick")
    make_appointment(quick, desk.speech, desk.sara, desk.clinic, desk.at(10))

    page.locator("#book-button").click()
    page.get_by_text("This time is not free.").wait_for()
    page.get_by_role("button", name="Book 10:30").click()
    toast(page).wait_for()

    assert desk.booked().starts_at == desk.at(10, 30)


@pytest.mark.parametrize(("then", "booked_at"), [("", (11, 30)), ("10:30", (10, 30))])
def test_time_typed_is_booked_unless_a_listed_one_is_chosen_after_it(page, desk, then, booked_at):
    desk.open(page)
    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-button'")

    page.get_by_text("A time that is not listed").click()
    page.locator("#book-entered").fill(f"{desk.day}T11:30")
    page.locator("#book-chosen").get_by_text("11:30").wait_for()
    if then:
        page.get_by_role("radio", name=then).first.check()
    page.locator("#book-button").click()
    toast(page).wait_for()

    assert desk.booked().starts_at == desk.at(*booked_at)


def test_button_pressed_twice_books_once(page, desk):
    desk.open(page)
    desk.slot(page).click()
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'book-button'")

    page.locator("#book-button").dblclick()
    toast(page).wait_for()

    assert Appointment.objects.filter(patient=desk.huda).count() == 1


def test_page_books_without_a_calendar_and_leads_to_the_appointment(page, desk):
    page.goto("/admin/book/")
    page.wait_for_function("document.activeElement.id === 'book-q'")
    page.keyboard.type("huda")
    page.keyboard.press("Enter")
    page.get_by_text("3 of 3 left").wait_for()
    page.get_by_role("button", name="Next days").click()
    page.get_by_role("button", name="Previous days").wait_for()
    with page.expect_response("**/book/?**provider=**"):
        page.get_by_label("Provider").select_option("Sara")
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    page.locator(".slot").first.click()
    page.locator("#book-chosen").get_by_text("Sara · Olaya").wait_for()
    page.locator("#book-button").click()
    page.wait_for_url("**/appointment/**")

    assert page.get_by_text("Booked: Huda Al-Salem").is_visible()
    assert desk.booked().package_purchase == desk.purchase


@pytest.mark.parametrize("language", ["en", "ar"])
def test_phone_shows_the_page_without_scrolling_sideways(page, desk, language):
    page.set_viewport_size(PHONE)
    desk.person.language = language
    desk.person.save()

    for query in ("", f"?patient={desk.huda.pk}", "?new=1&name=Noura"):
        page.goto(f"/admin/book/{query}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query
