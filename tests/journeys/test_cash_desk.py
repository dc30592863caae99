"""Stories 10 and 11 in a real browser: money is taken and a package sold by counted clicks, and by keys alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from admin_ext.roles import CASHIER
from clinic.billing.services import issue_invoice, line_for, record_payment
from clinic.consultations.services import ask_cashier, start_gopd
from clinic.enums import AppointmentStatus, BillTiming, ConsultationStatus, PaymentStatus, WorkflowType
from clinic.models import Appointment, Consultation, Invoice, PackagePurchase, Payment
from tests.browser import PHONE, press_until, settled
from tests.factories import (
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HAND = """
window.printed = 0;
window.print = () => window.printed++;
window.hand = {clicks: 0, keys: 0};
document.addEventListener("pointerdown", event => event.isTrusted && window.hand.clicks++, true);
document.addEventListener("keydown", event => event.isTrusted && window.hand.keys++, true);
"""


class Desk:
    """Huda's consultation and Omar's bill wait to be paid; Eman has just had a session, and has no package."""

    def __init__(self, person) -> None:
        self.person, organisation = person, person.organisation
        self.clinic = make_clinic(organisation, time_zone="UTC")
        self.doctor = make_provider(self.clinic, name="Reem", user=make_user(organisation, "reem", first_name="Reem"))
        self.service = make_service(
            self.doctor, name="General consultation", workflow_type=WorkflowType.GOPD_CONSULT,
            bill_timing=BillTiming.BEFORE, auto_assign_doctor=self.doctor,
        )  # fmt: skip
        self.physio = make_service(self.doctor, name="Physiotherapy", price=Decimal("120.00"))
        self.package = make_package((self.physio, 10), name="10 sessions")
        make_package((self.service, 3), name="Three visits")
        self.huda, self.omar, self.eman = (make_patient(organisation, name) for name in ("Huda", "Omar", "Eman"))
        self.visit, _ = start_gopd(self.huda, self.service, by=person, clinic=self.clinic)
        self.held = make_appointment(
            self.eman, self.physio, self.doctor, self.clinic, now() - timedelta(minutes=1),
            status=AppointmentStatus.COMPLETED, completed_at=now(),
        )  # fmt: skip
        self.bill = issue_invoice(self.omar, [line_for(self.physio)], by=person, clinic=self.clinic)

    @property
    def invoice(self) -> Invoice:
        return self.visit.invoices.get()


@pytest.fixture
def desk(sign_in):
    person = make_user(make_organisation(time_zone="UTC"), "laila", first_name="Laila", is_staff=True)
    person.groups.set(Group.objects.filter(name=CASHIER))
    sign_in(person)
    return Desk(person)


@pytest.fixture
def queue(page, desk):
    page.add_init_script(HAND)
    page.goto("/admin/cash/")
    settled(page)
    return page


def told(page, text):
    page.locator(".toast", has_text=text).wait_for()


def hand(page) -> tuple[int, int]:
    did = page.evaluate("window.hand")
    return did["clicks"], did["keys"]


def test_money_is_taken_and_printed_with_three_clicks(queue, desk):
    queue.get_by_role("link", name="Pay: Huda").click()
    queue.get_by_role("radio", name="Cash").click()
    queue.get_by_role("button", name="Pay and print").click()
    told(queue, "receipt 1. Nothing is left.")
    queue.wait_for_function("window.printed === 1")

    assert hand(queue) == (3, 0)
    queue.locator(".cash-line", has_text="Huda").wait_for(state="detached")
    payment = Payment.objects.get()
    assert (payment.invoice, payment.amount, payment.receipt_number) == (desk.invoice, Decimal("150.00"), 1)
    consultation = Consultation.objects.get()
    assert (consultation.status, consultation.doctor) == (ConsultationStatus.ACTIVE, desk.doctor)


def test_double_click_and_an_answer_that_is_lost_take_the_money_once(queue, desk):
    queue.get_by_role("link", name="Pay: Huda").click()
    settled(queue)
    queue.get_by_role("button", name="Pay without paper").dblclick()
    told(queue, "receipt 1.")
    assert desk.invoice.payments.count() == 1

    tab = queue.context.new_page()  # the console of a lost answer is not an error here
    tab.goto("/admin/cash/")
    tab.get_by_role("link", name="Pay: Omar").click()
    settled(tab)
    tab.route("**/cash/pay/**", lambda route: (route.fetch(), route.abort()))
    tab.get_by_role("button", name="Pay without paper").click()
    told(tab, "The server does not answer")
    tab.unroute("**/cash/pay/**")
    tab.get_by_role("button", name="Pay without paper").click()
    told(tab, "receipt 2.")

    assert [payment.receipt_number for payment in Payment.objects.order_by("pk")] == [1, 2]


def test_day_at_the_desk_goes_by_the_keys_alone_and_the_focus_stays(queue, desk):
    ask_cashier(desk.visit, by=desk.doctor.user)
    queue.evaluate("htmx.trigger(document.body, 'cash-changed')")
    queue.locator("article", has_text="Sent by Reem").wait_for()
    press_until(queue, "Tab", f"#invoice-{desk.bill.pk}")
    record_payment(desk.bill, method="card", amount=Decimal("20.00"), by=desk.person)
    queue.evaluate("htmx.trigger(document.body, 'cash-changed')")
    queue.locator("article", has_text="100.00 SAR").wait_for()
    queue.wait_for_function(f"document.activeElement.id === 'invoice-{desk.bill.pk}'")

    queue.keyboard.press("Enter")
    queue.wait_for_function("document.activeElement.matches('#pay [type=radio]')")
    queue.keyboard.press("ArrowRight")
    press_until(queue, "Tab", "#pay .button-main")
    queue.keyboard.press("Enter")
    told(queue, "receipt 2. Nothing is left.")
    queue.wait_for_function(f"document.activeElement.id === 'invoice-{desk.invoice.pk}'")

    queue.wait_for_function("window.printed === 1")
    assert hand(queue)[0] == 0
    assert [payment.method for payment in desk.bill.payments.order_by("pk")] == ["card", "card"]


def test_package_is_sold_its_first_session_used_and_all_of_it_undone(queue, desk):
    before = Appointment.objects.filter(pk=desk.held.pk).values().get()
    queue.get_by_role("link", name="Sell package: Eman").click()
    queue.wait_for_function("document.activeElement.id === 'sale-q'")
    queue.keyboard.type("phys")
    queue.get_by_text("Three visits").wait_for(state="detached")
    settled(queue)
    queue.get_by_text("10 sessions").click()
    queue.get_by_label("Physiotherapy · Reem").wait_for()
    assert queue.get_by_label("Physiotherapy · Reem").is_checked()
    settled(queue)
    queue.get_by_role("button", name="Pay and print").click()
    told(queue, "“10 sessions” is sold to Eman")
    queue.wait_for_function("window.printed === 1")

    clicks, keys = hand(queue)
    assert (clicks <= 5, keys) == (True, 4)
    purchase = PackagePurchase.objects.get()
    desk.held.refresh_from_db()
    assert (purchase.total_sessions, purchase.sessions_used, desk.held.session_number) == (10, 1, 1)
    assert Invoice.objects.get(lines__purchase=purchase).status == PaymentStatus.PAID

    queue.get_by_role("button", name="Undo").click()
    told(queue, "The sale is taken back.")
    assert Appointment.objects.filter(pk=desk.held.pk).values().get() == before
    assert sum(payment.amount for payment in Payment.objects.all()) == 0


def test_phone_takes_money_without_scrolling_sideways(queue, desk):
    queue.set_viewport_size({**PHONE, "width": 375})

    queue.get_by_role("link", name="Pay: Huda").click()
    queue.get_by_role("button", name="Pay and print").wait_for()

    assert queue.evaluate("document.documentElement.scrollWidth <= innerWidth")
