"""One appointment in a real browser: its card, moving it, cancelling it, and two people who do so at once."""

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import FRONT_DESK
from clinic.enums import AppointmentStatus as Status
from clinic.enums import MessageKind, MessageStatus
from clinic.models import Message
from clinic.scheduling import booking
from tests.browser import PHONE, settled
from tests.factories import (
    SENT,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(sign_in):
    organisation = make_organisation(time_zone="UTC")
    person = make_user(organisation, "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return person


@pytest.fixture
def appointment(desk):
    """Huda's, with Sara tomorrow at ten."""
    clinic = make_clinic(desk.organisation, "Olaya", time_zone="UTC")
    providers = [make_provider(clinic, name=name) for name in ("Sara", "Lama")]
    for provider in providers:
        make_week(provider, clinic, start=time(9), end=time(17))
    ten = (now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    patient = make_patient(desk.organisation, "Huda Al-Salem")
    return make_appointment(patient, make_service(*providers), providers[0], clinic, ten)


@pytest.fixture
def clicks(page):
    """The number of clicks and of keys on the page so far."""
    page.add_init_script(
        "sessionStorage.did ??= '0';"
        "for (const what of ['pointerdown', 'keydown']) addEventListener(what, () => sessionStorage.did++, true)"
    )
    return lambda: int(page.evaluate("sessionStorage.did"))


def open_card(page, appointment):
    page.goto(f"/admin/patients/{appointment.patient_id}/")
    page.locator("#next a.line").click()
    page.locator("#appointment-card").wait_for()


def told(page, text):
    page.locator(".toast", has_text=text).wait_for()


def test_moved_with_three_clicks_and_taken_back_without_a_message(page, appointment, clicks):
    Message.objects.update(**SENT)
    was = appointment.starts_at
    open_card(page, appointment)
    page.get_by_role("link", name="Move…").click()
    page.locator(".proposal").first.click()
    told(page, "Huda Al-Salem: moved to")

    assert clicks() == 3
    appointment.refresh_from_db()
    assert (appointment.status, appointment.moves) == (Status.RESCHEDULED, 1)
    assert appointment.starts_at != was
    page.locator("#move").wait_for(state="hidden")
    page.locator("#next .status", has_text="Rescheduled").wait_for()

    page.get_by_role("button", name="Undo").click()
    told(page, "Huda Al-Salem: back to")

    appointment.refresh_from_db()
    assert (appointment.status, appointment.starts_at) == (Status.SCHEDULED, was)
    assert not Message.objects.filter(kind=MessageKind.MOVED, status=MessageStatus.QUEUED).exists()


def test_moved_with_four_keys(page, appointment, clicks):
    page.goto(f"/admin/patients/{appointment.patient_id}/")
    page.locator("#next a.line").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.ways-on')")
    page.keyboard.press("m")
    page.wait_for_function("document.activeElement.matches('.proposal')")
    second = page.locator(".proposal").nth(1).get_attribute("value")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement === document.querySelectorAll('.proposal')[1]")
    page.keyboard.press("Enter")
    told(page, "moved to")

    assert clicks() == 4
    appointment.refresh_from_db()
    assert f"{appointment.starts_at.isoformat()} {appointment.provider_id} {appointment.clinic_id}" == second


def test_any_other_day_is_looked_through_and_chosen(page, appointment):
    open_card(page, appointment)
    page.get_by_role("link", name="Move…").click()
    page.get_by_role("link", name="Another time…").click()
    page.get_by_role("link", name="Next day").click()
    page.get_by_role("link", name="Previous day").wait_for()
    settled(page)
    page.get_by_label("Provider").select_option("Lama")
    page.get_by_role("group", name="Sara, Olaya").wait_for(state="detached")
    settled(page)
    page.locator(".slot-button", has_text="15:30").click()
    told(page, "moved to")

    appointment.refresh_from_db()
    assert (appointment.provider.name_en, appointment.starts_at.hour, appointment.starts_at.minute) == ("Lama", 15, 30)


def test_who_comes_second_sees_both_versions_and_decides_anew(page, appointment, desk):
    nada = make_user(desk.organisation, "nada", first_name="Nada")
    open_card(page, appointment)
    page.get_by_role("link", name="Move…").click()
    page.locator(".proposal").nth(4).wait_for()
    booking.move(appointment, starts_at=appointment.starts_at + timedelta(days=2), by=nada)

    page.locator(".proposal").first.click()
    page.locator(".conflict").wait_for()
    assert page.get_by_text("Nada moved the appointment of Huda Al-Salem").is_visible()
    page.get_by_role("button", name="Move it to my time anyway").click()
    told(page, "moved to")

    appointment.refresh_from_db()
    assert appointment.moves == 2


def test_cancelled_with_two_clicks_from_its_card_and_brought_back(page, appointment, clicks):
    open_card(page, appointment)
    before = clicks()
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    told(page, "Cancelled by patient")

    assert clicks() - before == 2
    appointment.refresh_from_db()
    assert (appointment.status, appointment.cancellation_reason) == (Status.CANCELLED_BY_PATIENT, "Patient asked")

    page.locator("#called-off").wait_for()
    page.keyboard.press("Control+z")
    told(page, "Scheduled again")
    appointment.refresh_from_db()
    assert appointment.status == Status.SCHEDULED


def test_what_is_typed_into_the_notes_survives_a_step(page, appointment):
    open_card(page, appointment)
    page.get_by_label("Notes").fill("Brings the brother")
    page.get_by_role("button", name="Confirm").click()
    page.locator("#appointment-card .status-teal").wait_for()

    assert page.get_by_label("Notes").input_value() == "Brings the brother"
    page.get_by_role("button", name="Save the notes").click()
    told(page, "The notes are saved.")

    appointment.refresh_from_db()
    assert (appointment.status, appointment.notes) == (Status.CONFIRMED, "Brings the brother")


def test_double_click_on_a_step_takes_it_once(page, appointment):
    open_card(page, appointment)

    page.get_by_role("button", name="Confirm").dblclick()
    told(page, "confirmed")
    page.locator("#appointment-card .status-teal").wait_for()

    appointment.refresh_from_db()
    assert appointment.history.filter(status=Status.CONFIRMED).count() == 1


def test_phone_shows_card_page_and_dialogs_without_scrolling_sideways(page, appointment):
    page.set_viewport_size(PHONE)
    for address in ("", "move/", "cancel/"):
        page.goto(f"/admin/appointment/{appointment.pk}/{address}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    open_card(page, appointment)
    assert page.evaluate("document.querySelector('#modal-content').scrollWidth <= innerWidth")
