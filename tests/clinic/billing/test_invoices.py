"""Invoices: lines, numbers, what they ask for and when they ask no more."""

from decimal import Decimal

from clinic.billing.selectors import balance_of


def test_an_invoice_is_paid_when_nothing_is_left(desk):
    invoice = desk.invoice()
    assert desk.statuses(invoice) == ("unpaid", "unpaid")

    first = desk.pay(invoice, "50.00")
    assert desk.statuses(invoice) == ("partial", "partial")
    second = desk.pay(invoice, "100.00")

    assert desk.statuses(invoice) == ("paid", "paid")
    assert (invoice.number, first.receipt_number, second.receipt_number) == (1, 1, 2)
    assert balance_of(invoice).left == Decimal(0)
