"""What can be done with an invoice after it was issued, the receipt of a payment, and the closing of a day."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER
from clinic.enums import PaymentMethod, PaymentStatus, RefundRequestStatus
from clinic.models import DayClosing, Payment, RefundRequest
from tests.admin_ext.cash import CashDesk
from tests.admin_ext.toasts import toast_of
from tests.factories import make_clinic, make_invoice, make_payment


@pytest.fixture
def cash(today_at_nine, ours, sign_in):
    return CashDesk(ours, sign_in(ours.organisation, CASHIER))


@pytest.fixture
def manager(today_at_nine, ours, sign_in):
    return CashDesk(ours, sign_in(ours.organisation, MANAGER))


def refund(cash, payment, **values):
    sent = {"amount": "50.00", "method": "cash", "reason": "Paid twice", "request_key": uuid4(), **values}
    return cash.post("refund", payment.pk, **sent)


def paid(cash, amount="150.00", **fields) -> Payment:
    """A payment of an invoice that no doctor has begun to work for."""
    invoice = cash.invoice("150.00", status=PaymentStatus.PAID)
    return make_payment(invoice, amount, taken_by=cash.user, **fields)


def test_the_invoice_shows_its_lines_payments_and_what_the_role_may_do(cash, manager):
    payment = paid(cash, "100.00")
    invoice = payment.invoice
    type(invoice).objects.filter(pk=invoice.pk).update(status=PaymentStatus.PARTIAL)

    for_cashier, for_manager = cash.page("invoice", invoice.pk), manager.page("invoice", invoice.pk)

    assert "Treatment" in for_cashier
    assert f"receipt {payment.receipt_number}" in for_cashier
    assert "50.00 SAR" in for_cashier
    addresses = {page: cash.address(page, invoice.pk) for page in ("take_payment", "waive_invoice", "void_invoice")}
    addresses["refund"] = cash.address("refund", payment.pk)
    assert {page for page, address in addresses.items() if address in for_cashier} == {"take_payment", "refund"}
    assert {page for page, address in addresses.items() if address in for_manager} == {"waive_invoice"}


@pytest.mark.parametrize("payments", [1, 3])
def test_the_invoice_costs_the_same_number_of_queries_whatever_the_rows(cash, payments, django_assert_num_queries):
    invoice = make_invoice(cash.ours.patient, cash.ours.clinic, *["30.00"] * payments)
    for _ in range(payments):
        make_payment(invoice, "10.00", taken_by=cash.user)

    with django_assert_num_queries(INVOICE_QUERIES):
        cash.page("invoice", invoice.pk)


INVOICE_QUERIES = 10  # six of them are the person's


def test_the_manager_waives_what_is_left_and_says_why(manager):
    invoice = manager.sent()

    missing = manager.post("waive_invoice", invoice.pk, reason="")
    answer = manager.post("waive_invoice", invoice.pk, reason="Cannot pay")

    assert "id_reason_error" in missing.content.decode()
    assert "is waived" in toast_of(answer)["text"]
    invoice.refresh_from_db()
    assert (invoice.status, invoice.reason, invoice.waived_by) == (PaymentStatus.WAIVED, "Cannot pay", manager.user)
    assert invoice.visit.payment_status == PaymentStatus.WAIVED
    assert "Cannot pay" in manager.page("invoice", invoice.pk)


def test_the_manager_voids_an_invoice_that_nothing_is_paid_on(manager):
    invoice = manager.invoice()

    manager.post("void_invoice", invoice.pk, reason="Wrong patient")

    invoice.refresh_from_db()
    assert (invoice.status, invoice.voided_by) == (PaymentStatus.VOID, manager.user)


def test_voiding_what_is_paid_is_refused_and_the_reason_kept(manager):
    payment = paid(manager)

    answer = manager.post("void_invoice", payment.invoice_id, reason="Wrong patient")

    shown = answer.content.decode()
    assert "Give the money back first." in shown
    assert 'value="Wrong patient"' in shown
    payment.invoice.refresh_from_db()
    assert payment.invoice.status == PaymentStatus.PAID


def test_money_is_given_back_once_and_its_receipt_printed(cash):
    payment, key = paid(cash), uuid4()

    answers = [refund(cash, payment, request_key=key) for _ in range(2)]

    given = payment.refunds.get()
    assert (given.amount, given.method, given.reason) == (Decimal("-50.00"), PaymentMethod.CASH, "Paid twice")
    assert [f"receipt {given.receipt_number}." in toast_of(answer)["text"] for answer in answers] == [True, True]
    assert reverse("admin:receipt", args=[given.pk]) in answers[0].headers["HX-Trigger"]
    assert "can still be given back" in cash.page("refund", payment.pk, htmx=True)


def test_what_is_given_back_is_asked_for_again_and_the_toast_leads_to_the_invoice(cash):
    payment = paid(cash)

    toast = toast_of(refund(cash, payment, amount="150.00"))

    invoice = payment.invoice
    said = f"Invoice {invoice.number} asks for \u2066150.00 SAR\u2069 again: waive or void it if it is not owed."
    assert said in toast["text"]
    assert (toast["more"], toast["words"]["more"]) == (cash.address("invoice", invoice.pk), "Open the invoice")


def test_money_is_given_back_where_the_cashier_stands(cash):
    payment, malaz = paid(cash), make_clinic(cash.ours.organisation, "Malaz")
    cash.page("cash_desk", clinic=malaz.pk)

    refund(cash, payment)

    assert (payment.clinic, payment.refunds.get().clinic) == (cash.ours.clinic, malaz)


def test_more_than_was_paid_is_refused_and_the_input_kept(cash):
    payment = paid(cash)

    shown = refund(cash, payment, amount="150.01").content.decode()

    assert "can be given back." in shown
    assert 'value="150.01"' in shown
    assert 'value="Paid twice"' in shown
    assert not payment.refunds.exists()


def test_refund_of_what_a_doctor_has_begun_is_asked_for_and_decided_by_somebody_else(cash, manager):
    RefundRequest.objects.all().delete()
    payment = cash.ours.payment  # its consultations are active and closed
    assert "a second person approves it" in cash.page("refund", payment.pk, htmx=True)

    asked = refund(cash, payment)
    request = RefundRequest.objects.get()
    assert "A manager decides." in toast_of(asked)["text"]
    assert not payment.refunds.exists()
    assert "refund asked for" in cash.page("invoice", payment.invoice_id)
    assert "Paid twice" in manager.page("refund_requests")

    answer = manager.post("answer_refund", request.pk, verb="approve", answer="")

    given = payment.refunds.get()
    assert (given.amount, given.taken_by, given.approved_by) == (Decimal("-50.00"), cash.user, manager.user)
    assert f"receipt {given.receipt_number}" in toast_of(answer)["text"]
    assert "print-paper" not in answer.headers["HX-Trigger"]
    assert "Approved" in manager.page("refund_requests")


def test_refund_of_an_invoice_waived_in_part_is_asked_for_as_well(cash, manager):
    payment = paid(cash, "100.00")
    type(payment.invoice).objects.update(status=PaymentStatus.WAIVED, waived_at=payment.taken_at)
    assert "has been waived. Ask for the refund" in cash.page("refund", payment.pk, htmx=True)

    asked = refund(cash, payment)

    assert "A manager decides." in toast_of(asked)["text"]
    assert not payment.refunds.exists()


def test_the_manager_refuses_a_refund_and_says_why(manager):
    request = manager.ours.refund_request

    missing = manager.post("answer_refund", request.pk, verb="refuse", answer="")
    manager.post("answer_refund", request.pk, verb="refuse", answer="It was treated")

    assert "This needs a reason." in missing.content.decode()
    request.refresh_from_db()
    assert (request.status, request.answer) == (RefundRequestStatus.REFUSED, "It was treated")
    assert "It was treated" in manager.page("refund_requests")


def test_who_asks_does_not_answer(manager):
    request = manager.ours.refund_request
    RefundRequest.objects.filter(pk=request.pk).update(asked_by=manager.user)

    assert "somebody else has to decide" in manager.page("answer_refund", request.pk, htmx=True)
    answer = manager.post("answer_refund", request.pk, verb="approve")

    assert answer.status_code == 200
    request.refresh_from_db()
    assert request.status == RefundRequestStatus.ASKED


def test_an_answer_that_is_none_is_not_found(manager, theirs):
    assert manager.post("answer_refund", manager.ours.refund_request.pk, verb="pay").status_code == 404
    assert manager.post("answer_refund", theirs.refund_request.pk, verb="approve").status_code == 404


def test_roles_that_may_not_do_not(cash, manager, sign_in, ours):
    desk = CashDesk(ours, sign_in(ours.organisation, FRONT_DESK))
    payment, invoice = paid(cash), cash.invoice()

    refused = [
        desk.pay(invoice), manager.pay(invoice), refund(manager, payment), cash.post("waive_invoice", invoice.pk),
        cash.post("void_invoice", invoice.pk), cash.post("answer_refund", ours.refund_request.pk, verb="approve"),
        manager.post("close_day", cash_counted="0"), desk.post("sell_package", patient=ours.patient.pk),
    ]  # fmt: skip

    assert [answer.status_code for answer in refused] == [403] * len(refused)


def test_the_receipt_says_everything_in_two_languages_side_by_side(cash):
    patient = cash.patient("Salma", name_ar="سلمى", file_number="F-77")
    invoice = make_invoice(patient, cash.ours.clinic, "100.00", "50.00")
    make_payment(invoice, "30.00", taken_by=cash.user)
    payment = make_payment(invoice, "100.00", PaymentMethod.CARD, taken_by=cash.user, reference="slip 1")
    make_payment(invoice, "20.00", taken_by=cash.user)

    shown = cash.page("receipt", payment.pk)

    for words in ("Receipt", "Salma", "سلمى", "F-77", "slip 1", str(cash.user), "Card", "2030-01-07 09:00"):
        assert words in shown
    sums = [f"{amount} SAR" for amount in ("150.00", "30.00", "100.00", "20.00")]  # total, before, now, left
    assert [words for words in sums if words not in shown] == []
    assert shown.count('lang="ar"') > 10


def test_the_receipt_of_a_refund_says_so(cash):
    payment = paid(cash)
    refund(cash, payment)

    shown = cash.page("receipt", payment.refunds.get().pk)

    assert "Refund receipt" in shown
    assert "Given back now" in shown
    assert "Paid twice" in shown


def test_the_receipt_is_printed_by_itself_where_it_was_asked_for(cash):
    payment = paid(cash)

    assert " data-print" in cash.page("receipt", payment.pk, print="1")
    assert " data-print" not in cash.page("receipt", payment.pk)
    assert "<html" not in cash.page("receipt", payment.pk, htmx=True)


def test_closing_the_day_counts_what_was_taken_by_each_method(cash):
    paid(cash, "150.00")
    paid(cash, "80.00", method=PaymentMethod.CARD)
    assert "80.00 SAR" in cash.page("close_day", htmx=True)

    refused = cash.post("close_day", cash_counted="140.00", note="")
    assert "write why they differ" in refused.content.decode()
    assert 'value="140.00"' in refused.content.decode()

    answer = cash.post("close_day", cash_counted="140.00", note="Change was missing")

    closing = DayClosing.objects.exclude(pk=cash.ours.closing.pk).get()
    assert answer.headers["HX-Redirect"] == reverse("admin:day_closing", args=[closing.pk])
    assert (closing.cash_expected, closing.cash_counted) == (Decimal("150.00"), Decimal("140.00"))
    sheet = cash.page("day_closing", closing.pk)
    assert "10.00 SAR\N{POP DIRECTIONAL ISOLATE} missing" in sheet
    assert "Change was missing" in sheet
    assert sheet.count("Huda") == 2


def test_what_was_taken_in_a_clinic_that_is_closed_by_now_can_be_closed(cash):
    malaz = make_clinic(cash.ours.organisation, "Malaz", active=False)
    paid(cash, "80.00", clinic=malaz)

    assert f"?clinic={malaz.pk}" in cash.page("close_day", htmx=True)
    assert "80.00 SAR" in cash.page("close_day", htmx=True, clinic=malaz.pk)
    paid(cash, "80.00")
    for _ in range(2):
        cash.client.post(f"{cash.address('close_day')}?clinic={malaz.pk}", {"cash_counted": "80.00", "note": ""})

    closing = DayClosing.objects.exclude(pk=cash.ours.closing.pk).get()
    assert (closing.clinic, closing.cash_expected) == (malaz, Decimal("80.00"))


def test_a_day_on_which_nothing_was_taken_is_not_closed(cash):
    answer = cash.post("close_day", cash_counted="0.00")

    assert "Nothing has been taken here since the last closing." in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_sheet_costs_the_same_number_of_queries_whatever_the_rows(cash, rows, django_assert_num_queries):
    for _ in range(rows):
        make_payment(cash.invoice(), taken_by=cash.user, closing=cash.ours.closing)

    with django_assert_num_queries(SHEET_QUERIES):
        cash.page("day_closing", cash.ours.closing.pk)


SHEET_QUERIES = 7  # six of them are the person's


@pytest.mark.parametrize("rows", [1, 3])
def test_refund_requests_cost_the_same_number_of_queries_whatever_the_rows(manager, rows, django_assert_num_queries):
    for _ in range(rows):
        RefundRequest.objects.create(
            organisation=manager.ours.organisation, payment=paid(manager), amount=5, method="cash", reason="Twice",
            asked_by=manager.ours.user, asked_at=manager.ours.refund_request.asked_at,
        )  # fmt: skip

    with django_assert_num_queries(REQUEST_QUERIES):
        manager.page("refund_requests")


REQUEST_QUERIES = 7  # six of them are the person's
