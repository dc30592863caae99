"""The main job in a real browser: from a patient to a fully booked package, by mouse and by keyboard alone."""

from datetime import time

import pytest
from django.contrib.auth.models import Group

from admin_ext.roles import FRONT_DESK
from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES
from clinic.models import Appointment, Package, PackagePurchase
from clinic.packages.services import assign
from clinic.scheduling.planning import plan
from tests.browser import PHONE, press_until
from tests.factories import (
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


@pytest.fixture
def desk(sign_in):
    """The front desk of two clinics with three speech therapists, a package of ten sessions, and a patient."""
    organisation = make_organisation()
    olaya, rawdah = make_clinic(organisation, "Olaya"), make_clinic(organisation, "Rawdah")
    providers = [
        make_provider(olaya, name="Sara"),
        make_provider(olaya, name="Lama"),
        make_provider(rawdah, name="Reem"),
    ]
    for provider in providers:
        make_week(provider, provider.clinics.get(), start=time(9), end=time(17))
    make_package((make_service(*providers), 10), name="10 speech sessions")
    person = make_user(organisation, "mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    sign_in(person)
    return person


@pytest.fixture
def ten_sessions(desk):
    return Package.objects.get(organisation=desk.organisation)


@pytest.fixture
def huda(desk):
    return make_patient(desk.organisation, "Huda Al-Salem", name_ar="هدى السالم", file_number="F-1001")


def sessions_of(patient, statuses=LIVE_STATUSES):
    return Appointment.objects.filter(patient=patient, status__in=statuses).order_by("starts_at")


def test_main_job_by_mouse(page, desk, huda):
    page.goto("/admin/packages/desk/")
    page.get_by_label("Name, phone or file number").fill("huda al")
    page.get_by_role("link", name="Huda Al-Salem").click()
    page.get_by_role("button", name="Assign & use 10 speech sessions").click()
    page.get_by_label("Rawdah").uncheck()
    page.get_by_label("Reem").wait_for(state="detached")
    page.get_by_label("Lama").uncheck()
    page.get_by_role("button", name="Auto-schedule").click()
    page.get_by_text("proven: nobody can place more").wait_for()
    page.get_by_role("button", name="Book all 10 sessions").click()
    page.wait_for_url("**/operations/**")

    booked = list(sessions_of(huda))
    assert [row.session_number for row in booked] == list(range(1, 11))
    assert {row.provider.name_en for row in booked} == {"Sara"}
    assert page.get_by_role("heading", name="10 sessions booked for Huda Al-Salem").is_visible()

    page.get_by_text("Undo…").click()
    page.get_by_role("button", name="Take these 10 appointments back").click()
    page.get_by_text("10 appointments are cancelled.").wait_for()

    assert not sessions_of(huda).exists()
    assert sessions_of(huda, CANCELLED_STATUSES).count() == 10


def test_main_job_by_keyboard_alone(page, desk, huda):
    page.goto("/admin/packages/desk/")
    page.wait_for_function("document.activeElement.id === 'desk-q'")
    page.keyboard.type("F-1001")
    page.locator(".found-patient").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.choice button')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('[name=purchase]:checked')")
    press_until(page, "Tab", "[name=clinic]")
    press_until(page, "Tab", "[name=provider]")
    page.keyboard.press("Space")
    press_until(page, "Tab", "[name=go]")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Book all 10 sessions").wait_for()
    press_until(page, "Tab", ".summary .button-main", most=120)
    page.keyboard.press("Enter")
    page.wait_for_url("**/operations/**")

    assert sessions_of(huda).count() == 10
    assert "Lama" not in {row.provider.name_en for row in sessions_of(huda)}

    press_until(page, "Tab", ".undo summary")
    page.keyboard.press("Enter")
    press_until(page, "Tab", ".undo button")
    page.keyboard.press("Enter")
    page.get_by_text("10 appointments are cancelled.").wait_for()

    assert not sessions_of(huda).exists()


def test_remaining_sessions_are_booked_from_the_patients_page_in_three_clicks(page, desk, huda, ten_sessions):
    assign(ten_sessions, huda, by=desk)
    page.goto(f"/admin/patients/{huda.pk}/")

    page.get_by_role("link", name="Schedule remaining (10)").click()
    page.locator(".other").first.click()
    page.get_by_text("New time").first.wait_for()
    assert page.evaluate("document.activeElement.matches('.other')")
    page.get_by_role("button", name="Book all 10 sessions").click()
    page.wait_for_url("**/operations/**")

    assert sessions_of(huda).count() == 10


def test_dialog_gives_the_focus_back_to_the_button_that_opened_it(page, desk, huda):
    page.goto(f"/admin/patients/{huda.pk}/")
    page.get_by_role("button", name="Packages…").click()
    page.locator("#modal-content .desk").wait_for()
    page.wait_for_function("document.querySelector('#modal-content').contains(document.activeElement)")

    page.keyboard.press("Escape")

    page.locator("#modal-content .desk").wait_for(state="hidden")
    page.wait_for_function("document.activeElement.matches('button[aria-haspopup=dialog]')")


def test_desk_opened_over_the_appointments_finds_the_patient(page, desk, huda):
    page.goto("/admin/clinic/appointment/")
    page.get_by_role("button", name="Book a package…").click()
    page.wait_for_function("document.activeElement.id === 'desk-q'")
    page.keyboard.type("salem")
    page.get_by_role("link", name="Huda Al-Salem").wait_for()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Packages of Huda Al-Salem").wait_for()
    assert page.url.endswith("/admin/clinic/appointment/?day=today")


def test_button_pressed_twice_assigns_once(page, desk, huda):
    page.goto(f"/admin/packages/desk/?patient={huda.pk}")

    page.get_by_role("button", name="Assign & use 10 speech sessions").dblclick()
    page.get_by_text("is assigned").wait_for()

    assert PackagePurchase.objects.filter(patient=huda).count() == 1


def test_somebody_faster_changes_the_plan_and_no_session_is_lost(page, desk, huda, ten_sessions):
    purchase = assign(ten_sessions, huda, by=desk)
    page.goto(f"/admin/purchases/{purchase.pk}/schedule/")
    page.get_by_role("button", name="Book all 10 sessions").wait_for()
    planned = plan(purchase, providers=None, first_day=purchase.purchased_on, last_day=purchase.expires_on).placed[0]
    somebody = make_patient(desk.organisation, "Quick")
    make_appointment(somebody, planned.item.service, planned.provider, planned.clinic, planned.starts_at)

    page.get_by_role("button", name="Book all 10 sessions").click()
    page.get_by_text("1 session of this plan no longer fits.").wait_for()
    assert not sessions_of(huda).exists()
    page.get_by_role("button", name="Book all 10 sessions").click()
    page.wait_for_url("**/operations/**")

    assert sessions_of(huda).count() == 10


def test_address_of_the_question_can_be_reloaded_and_gone_back_from(page, desk, huda, ten_sessions):
    purchase = assign(ten_sessions, huda, by=desk)
    page.goto(f"/admin/purchases/{purchase.pk}/schedule/")
    page.get_by_role("button", name="Book all 10 sessions").wait_for()
    page.get_by_label("Sessions a week").fill("2")
    page.get_by_role("button", name="Auto-schedule").click()
    page.wait_for_url("**per_week=2**")

    page.reload()
    page.get_by_role("button", name="Book all 10 sessions").wait_for()
    assert page.get_by_label("Sessions a week").input_value() == "2"

    page.go_back()
    page.get_by_role("button", name="Book all 10 sessions").wait_for()
    assert page.get_by_label("Sessions a week").input_value() == ""


def test_time_that_was_taken_stays_when_a_wish_changes_and_back_shows_the_booking(page, desk, huda, ten_sessions):
    purchase = assign(ten_sessions, huda, by=desk)
    page.goto(f"/admin/purchases/{purchase.pk}/schedule/")
    page.get_by_role("button", name="for session 1", exact=False).first.click()
    page.get_by_text("New time").wait_for()

    page.get_by_label("Sessions a week").fill("2")
    page.get_by_role("button", name="Auto-schedule").click()
    page.wait_for_url("**per_week=2**chosen=**")
    page.get_by_text("Chosen", exact=True).wait_for()
    page.get_by_role("button", name="Book all 10 sessions").click()
    page.wait_for_url("**/operations/**")
    page.go_back()

    page.get_by_role("heading", name="10 sessions are booked, nothing is left to plan").wait_for()
    page.get_by_role("link", name="Look at the booking, or undo it").click()
    page.get_by_role("heading", name="10 sessions booked for Huda Al-Salem").wait_for()


def test_phone_shows_every_page_without_scrolling_sideways(page, desk, huda, ten_sessions):
    purchase = assign(ten_sessions, huda, by=desk)
    page.set_viewport_size(PHONE)
    addresses = [
        f"/admin/patients/{huda.pk}/", f"/admin/packages/desk/?patient={huda.pk}",
        f"/admin/purchases/{purchase.pk}/schedule/", "/admin/schedule/everyone/",
    ]  # fmt: skip

    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
