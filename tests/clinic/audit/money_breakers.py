"""Money as it must never stand, written past every service and guard."""

from datetime import timedelta

from clinic.enums import PaymentKind, RefundRequestStatus
from clinic.models import Charge, DocumentNumber, Invoice, InvoiceLine, RefundRequest, Visit
from tests.factories import NINE, make_invoice, make_payment

NEXT_DAY = NINE + timedelta(days=1)


def paid_and_yet_not(ours):
    Invoice.objects.filter(pk=ours.invoice.pk).update(status="unpaid")
    return ours.invoice.pk


def paid_too_much(ours):
    make_payment(ours.invoice, "0.01")
    return ours.invoice.pk


def visit_beside_its_invoices(ours):
    Visit.objects.filter(pk=ours.visit.pk).update(payment_status="partial")
    return ours.visit.pk


def given_back_too_much(ours):
    give_back(ours, "-300.01")
    return ours.payment.pk


def approved_for_something_else(ours):
    RefundRequest.objects.filter(pk=ours.refund_request.pk).update(
        status=RefundRequestStatus.APPROVED, answered_at=NINE, refund=give_back(ours, "-20.00")
    )
    return ours.refund_request.pk


def give_back(ours, amount):
    return make_payment(ours.invoice, amount, kind=PaymentKind.REFUND, refund_of=ours.payment)


def fee_paid_before_its_invoice(ours):
    invoice = make_invoice(ours.patient, ours.clinic)
    ask_for(ours, invoice, charge=ours.charge)
    Charge.objects.filter(pk=ours.charge.pk).update(status="paid", settled_at=NEXT_DAY, invoice=invoice)
    return ours.charge.pk


def fee_paid_without_an_invoice(ours):
    Charge.objects.filter(pk=ours.charge.pk).update(status="paid", settled_at=NEXT_DAY)
    return ours.charge.pk


def asked_for_twice(ours):
    for invoice in (ours.invoice, make_invoice(ours.patient, ours.clinic)):
        ask_for(ours, invoice, purchase=ours.purchase)
    return ours.purchase.pk


def ask_for(ours, invoice, **row):
    InvoiceLine.objects.create(
        organisation=ours.organisation, invoice=invoice, description_en="It", unit_price=1, amount=1, **row
    )


def closed_without_counting(ours):
    make_payment(make_invoice(ours.patient, ours.clinic), "1.50", closing=ours.closing)
    return ours.closing.pk


def invoice_after_a_gap(ours):
    return make_invoice(ours.patient, ours.clinic, number=3).pk


def receipt_after_a_gap(ours):
    return make_payment(make_invoice(ours.patient, ours.clinic), "1.00", receipt_number=3).pk


def number_without_a_document(ours):
    counter = DocumentNumber.objects.get(organisation=ours.organisation, kind="receipt")
    counter.last = 2
    counter.save()
    return counter.pk


BREAKERS = {
    "invoice_status_is_what_was_paid": (paid_and_yet_not, "Says “Unpaid”; its payments say “Paid”."),
    "invoice_is_paid_once": (paid_too_much, "Asks for 300.00; 300.01 is paid."),
    "visit_is_paid_as_its_invoices": (visit_beside_its_invoices, "Says “Partly paid”; its invoices say “Paid”."),
    "payment_is_given_back_once": (given_back_too_much, "Brought 300.00, of which 300.01 was given back."),
    "refund_is_what_was_approved": (
        approved_for_something_else, "Is “Approved”, but receipt 2 is of something else."
    ),
    "charge_is_settled_with_its_invoice": (
        fee_paid_before_its_invoice,
        "Is “Paid”, but invoice 2, on which it stands, is “Unpaid” or does not ask for it.",
    ),
    "charge_is_paid_on_an_invoice": (fee_paid_without_an_invoice, "Is paid, but on no invoice."),
    "package_is_asked_for_once": (asked_for_twice, "Is on 2 invoices."),
    "closing_counts_its_receipts": (
        closed_without_counting, "Expects 300.00 in cash; its receipts say 301.50."
    ),
    "invoice_follows_the_one_before": (invoice_after_a_gap, "Has number 3, and the one before is missing."),
    "receipt_follows_the_one_before": (receipt_after_a_gap, "Has number 3, and the one before is missing."),
    "last_number_is_given": (number_without_a_document, "The last receipt has number 1, but 2 was given."),
}  # fmt: skip
