"""Story 9 and the whole way of an outpatient in a real browser; two windows that write the same consultation."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.billing.selectors import to_be_paid
from clinic.billing.services import record_payment
from clinic.consultations.services import activate, close, start_gopd
from clinic.enums import BillTiming, ConsultationStatus, PaymentMethod, WorkflowType
from clinic.models import Appointment, Consultation, FollowUp, Policy, Visit
from tests.browser import PHONE, press_until, settled
from tests.factories import (
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTOSAVE = 5_000  # milliseconds
ARABIC_CONTROL_S = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'س', code: 'KeyS', ctrlKey: true}))"
IS_ABOVE_FOOT = """document.activeElement.closest('.room-foot') || document.activeElement.getBoundingClientRect().bottom
    <= document.querySelector('.room-foot').getBoundingClientRect().top"""
CLICKS = "window.clicks = 0; document.addEventListener('pointerdown', () => window.clicks++, true);"


class House:
    """Olaya, where Dr Reem sees outpatients who pay first; one who waits may stand in the queue before that."""

    def __init__(self, sign_in) -> None:
        self.sign_in, self.organisation = sign_in, make_organisation(time_zone="UTC")
        Policy.objects.filter(organisation=self.organisation).update(queues_before_payment=True)
        self.clinic = make_clinic(self.organisation, time_zone="UTC")
        self.desk, self.cashier, self.reem = (self.login(role) for role in (FRONT_DESK, CASHIER, PROVIDER))
        self.doctor = make_provider(self.clinic, name="Reem", user=self.reem)
        make_week(self.doctor, self.clinic)
        self.service = make_service(
            self.doctor, name="General consultation", workflow_type=WorkflowType.GOPD_CONSULT,
            bill_timing=BillTiming.BEFORE,
        )  # fmt: skip
        self.huda = make_patient(self.organisation, "Huda")

    def login(self, role):
        person = make_user(self.organisation, role.lower(), is_staff=True)
        person.groups.set(Group.objects.filter(name=role))
        return person

    def walks_in(self, timing=BillTiming.BEFORE) -> Visit:
        self.service.bill_timing = timing
        self.service.save()
        visit, _ = start_gopd(self.huda, self.service, by=self.desk, clinic=self.clinic, complaint="Cough")
        return visit

    @property
    def consultation(self) -> Consultation:
        return Consultation.objects.get()


@pytest.fixture
def house(sign_in):
    return House(sign_in)


def told(page, text):
    page.locator(".toast", has_text=text).wait_for()


def stands_on(page, selector):
    page.wait_for_function(f"document.activeElement.matches({selector!r})")


def test_unpaid_patient_is_sent_to_the_cashier_by_one_click_and_can_be_taken_once_paid(page, house):
    visit = house.walks_in()
    house.sign_in(house.reem)
    page.add_init_script(CLICKS)
    page.set_viewport_size(PHONE)
    page.goto("/admin/doctors-queue/")
    settled(page)

    page.get_by_role("button", name="Not paid: 150.00 SAR. Ask the cashier").click()
    page.get_by_text("With the cashier since").wait_for()

    assert page.evaluate("window.clicks") == 1
    stands_on(page, f"#cashier-{visit.pk}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Visit.objects.get(pk=visit.pk).cashier_asked_at
    assert house.consultation.status == ConsultationStatus.PENDING
    assert len(to_be_paid([house.clinic], at=now())) == 1

    record_payment(visit.invoices.get(), method=PaymentMethod.CASH, amount=Decimal("150.00"), by=house.cashier)
    page.get_by_role("button", name="Take: Huda").wait_for()


def test_second_window_of_the_same_consultation_shows_both_versions_and_loses_nothing(page, house):
    house.walks_in(BillTiming.AFTER)
    activate(house.consultation, by=house.reem)
    house.sign_in(house.reem)
    page.goto(f"/admin/consultations/{house.consultation.pk}/")
    second = page.context.new_page()  # the console of a refused request is not an error here
    second.clock.install()
    second.goto(page.url)

    page.get_by_label("Findings").fill("Wheeze")
    page.get_by_label("Plan").fill("Inhaler")
    page.keyboard.press("Control+s")
    page.locator("#room-state", has_text="Saved").wait_for()
    second.locator("#word-findings").fill("Rales")
    second.clock.fast_forward(AUTOSAVE)
    second.get_by_text("Written meanwhile").wait_for()
    assert second.locator(".clash blockquote").text_content() == "Wheeze"
    assert second.locator("#word-findings").input_value() == "Rales"
    assert second.locator("#word-plan").input_value() == "Inhaler"
    assert house.consultation.findings == "Wheeze"

    second.get_by_role("button", name="Keep both").click()
    second.locator("#room-state", has_text="Saved").wait_for()
    assert (house.consultation.findings, house.consultation.plan) == ("Wheeze\n\nRales", "Inhaler")


def test_wrong_vitals_are_told_at_their_fields_and_saving_goes_on(page, house):
    tab = in_the_room(page, house)

    tab.get_by_label("Temperature").fill("500")
    tab.get_by_label("Systolic").fill("80")
    tab.get_by_label("Diastolic").fill("120")
    tab.get_by_label("Findings").fill("Wheeze")
    tab.clock.fast_forward(AUTOSAVE)
    tab.locator("#wrong-temperature", has_text="not possible").wait_for()
    assert "not below" in tab.locator("#wrong-diastolic").text_content()
    assert house.consultation.findings == "Wheeze"

    tab.get_by_label("Temperature").fill("38")
    tab.get_by_label("Systolic").fill("120")
    tab.get_by_label("Diastolic").fill("80")
    tab.clock.fast_forward(AUTOSAVE)
    tab.locator("#room-state", has_text="Saved").wait_for()
    assert (house.consultation.temperature, house.consultation.systolic) == (38, 120)


def test_words_of_a_signed_out_doctor_stay_and_are_saved_after_signing_in_in_another_tab(page, house):
    tab = in_the_room(page, house)
    house.reem.set_password("a-long-password")
    house.reem.save()
    tab.context.clear_cookies(name="sessionid")

    tab.get_by_label("Findings").fill("Wheeze")
    tab.get_by_role("button", name="Close the consultation").click()
    tab.get_by_text("You are signed out.").wait_for()
    with tab.expect_popup() as popup:
        tab.get_by_role("link", name="Sign in", exact=True).click()
    login = popup.value
    login.get_by_label("Username").fill(house.reem.username)
    login.get_by_label("Password").fill("a-long-password")
    login.get_by_role("button", name="Log in").click()
    login.wait_for_url(lambda address: "login" not in address)

    tab.clock.fast_forward(AUTOSAVE)
    tab.locator("#room-state", has_text="Saved").wait_for()
    assert tab.get_by_text("You are signed out.").is_hidden()
    assert house.consultation.findings == "Wheeze"


def test_key_that_saves_is_found_on_an_arabic_keyboard_and_nothing_is_hidden_behind_the_foot(page, house):
    tab = in_the_room(page, house)
    tab.set_viewport_size({"width": 1366, "height": 500})

    tab.get_by_label("Findings").fill("Wheeze")
    tab.evaluate(ARABIC_CONTROL_S)
    tab.locator("#room-state", has_text="Saved").wait_for()
    assert house.consultation.findings == "Wheeze"

    for _ in range(4):
        tab.keyboard.press("Tab")
        assert tab.evaluate(IS_ABOVE_FOOT), tab.evaluate("document.activeElement.id")


def test_stale_tab_of_a_closed_consultation_leads_to_it_and_keeps_the_text(page, house):
    tab = in_the_room(page, house)
    close(house.consultation, by=house.reem)

    tab.get_by_label("Findings").fill("Wheeze")
    tab.clock.fast_forward(AUTOSAVE)
    with tab.expect_popup() as popup:
        tab.get_by_role("link", name="Open the closed consultation").click()

    popup.value.get_by_role("heading", name="Addenda").wait_for()
    assert tab.get_by_label("Findings").input_value() == "Wheeze"


def in_the_room(page, house):
    """A tab with the sheet of a consultation; its console may tell of what is refused, and the test moves its clock."""
    house.walks_in(BillTiming.AFTER)
    activate(house.consultation, by=house.reem)
    house.sign_in(house.reem)
    tab = page.context.new_page()
    tab.clock.install()
    tab.goto(f"/admin/consultations/{house.consultation.pk}/")
    return tab


def test_outpatient_goes_from_the_door_to_the_follow_up_by_keys_alone(page, house):
    walk_in(page, house)
    pay(page, house)
    write(page, house)
    book_a_follow_up(page)
    press_until(page, "Tab", "#close-consultation")
    page.keyboard.press("Enter")
    press_until(page, "Tab", ".close-dialog [name=anyway]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Addenda").wait_for()

    closed = house.consultation
    assert (closed.status, closed.doctor, closed.complaint) == (ConsultationStatus.CLOSED, house.doctor, "Cough")
    assert (closed.findings, closed.plan, closed.diagnosis_codes) == ("Wheeze on both sides", "Inhaler", ["J20.9"])
    assert FollowUp.objects.get().consultation == closed
    assert Appointment.objects.get().provider == house.doctor


def walk_in(page, house):
    house.sign_in(house.desk)
    page.goto("/admin/walk-in/")
    stands_on(page, "#book-q")
    page.keyboard.type("Hud")
    page.locator(".found-patient", has_text="Huda").wait_for()
    page.keyboard.press("Enter")
    page.locator(".book-patient", has_text="Huda").wait_for()
    settled(page)
    press_until(page, "Tab", "#walk-in-complaint")
    page.keyboard.type("Cough")
    press_until(page, "Tab", "[name=service]")
    page.keyboard.press("Space")
    settled(page)
    press_until(page, "Tab", "#walk-in-button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/**")


def pay(page, house):
    house.sign_in(house.cashier)
    page.goto("/admin/cash/")
    press_until(page, "Tab", "[id^=invoice-]")
    page.keyboard.press("Enter")
    stands_on(page, "#pay [type=radio]")
    press_until(page, "Tab", "#pay-form button.button-plain")
    page.keyboard.press("Enter")
    told(page, "receipt 1")


def write(page, house):
    house.sign_in(house.reem)
    page.goto("/admin/doctors-queue/")
    press_until(page, "Tab", "[id^=step-]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/consultations/**")
    stands_on(page, "#word-findings")
    page.keyboard.type("Wheeze on both sides")
    press_until(page, "Tab", "#code-search")
    page.keyboard.type("acute bronch")
    page.get_by_role("option", name="J20.9").wait_for()
    page.keyboard.press("Enter")
    page.locator("#codes li", has_text="J20.9").wait_for()
    press_until(page, "Tab", "#word-plan")
    page.keyboard.type("Inhaler")


def book_a_follow_up(page):
    press_until(page, "Tab", "#book-follow-up")
    page.keyboard.press("Enter")
    stands_on(page, "#book [type=radio]")
    press_until(page, "Tab", "[name=slot]")
    page.keyboard.press("Space")
    settled(page)
    press_until(page, "Tab", "#book-button")
    page.keyboard.press("Enter")
    told(page, "Booked: Huda")
    page.locator("#follow-ups .line").wait_for()
