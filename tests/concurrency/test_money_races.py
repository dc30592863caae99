"""Cashiers at the same invoice, fee or drawer at once: money is taken once, and no number is missing."""

from decimal import Decimal
from uuid import UUID

import pytest

from clinic.billing.selectors import balance_of
from clinic.billing.services import issue_invoice, line_for, raise_fee, record_payment
from clinic.enums import AppointmentStatus, ChargeKind
from clinic.models import DayClosing, Invoice, Message, Payment
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, make_appointment, make_visit

pytestmark = pytest.mark.concurrency


class Till:
    """One desk of the clinic with an invoice of 150.00 in a visit."""

    def __init__(self, desk):
        self.desk, self.user = desk, desk.user
        self.patient = desk.patients(1)[0]
        self.visit = make_visit(self.patient, desk.clinic)

    def invoice(self):
        return issue_invoice(
            self.patient, [line_for(self.desk.service)], by=self.user, clinic=self.desk.clinic, visit=self.visit,
            at=BEFORE,
        )  # fmt: skip

    def paid(self):
        return record_payment(self.invoice(), method="cash", amount=Decimal("150.00"), by=self.user, at=BEFORE)

    def fee(self):
        missed = make_appointment(
            self.patient, self.desk.service, self.desk.providers[0], self.desk.clinic, status=AppointmentStatus.NO_SHOW
        )
        return raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=Decimal("50.00"), by=self.user, at=BEFORE)

    def statuses(self, invoice):
        invoice.refresh_from_db()
        self.visit.refresh_from_db()
        return str(invoice.status), str(self.visit.payment_status)


@pytest.fixture
def till(clinic):
    return Till(clinic())


def key(number):
    return str(UUID(int=number))


def numbers(model, field):
    return list(model.objects.order_by(field).values_list(field, flat=True))


def test_without_locks_the_same_invoice_is_paid_more_than_once(till):
    invoice = till.invoice()
    entry = {"invoice": invoice.pk, "amount": "150.00", "by": till.user.pk}

    seen = race("money_racers.look", [{"invoice": invoice.pk}] * 4)
    race("money_racers.write", [{**entry, "receipt_number": number} for number in range(1, 5)])

    assert {outcome.result for outcome in seen} == {"150.00"}
    assert balance_of(invoice).paid == Decimal("600.00")


def test_form_sent_twenty_times_at_once_takes_one_payment(till):
    invoice = till.invoice()
    entry = {"invoice": invoice.pk, "amount": "50.00", "by": till.user.pk, "request_key": key(1)}

    outcomes = race("money_racers.pay", [entry] * 20)

    assert tally(outcomes) == {"won": 20}
    assert {outcome.result for outcome in outcomes} == {1}
    assert (Payment.objects.count(), Message.objects.count()) == (1, 1)
    assert balance_of(invoice).paid == Decimal("50.00")
    assert till.statuses(invoice) == ("partial", "partial")


def test_twenty_cashiers_who_take_the_whole_sum_at_once_take_it_once(till):
    invoice = till.invoice()
    entry = {"invoice": invoice.pk, "amount": "150.00", "by": till.user.pk}

    outcomes = race("money_racers.pay", [{**entry, "request_key": key(number)} for number in range(1, 21)])

    assert tally(outcomes) == {"won": 1, "BillingRefused": 19}
    assert balance_of(invoice).paid == Decimal("150.00")
    assert till.statuses(invoice) == ("paid", "paid")


def test_receipts_of_twenty_cashiers_at_once_have_no_gap_where_some_are_refused(till):
    invoice = till.invoice()
    entries = [
        {"invoice": invoice.pk, "amount": "10.00" if number % 2 else "900.00", "by": till.user.pk}
        for number in range(20)
    ]

    outcomes = race("money_racers.pay", entries)

    assert tally(outcomes) == {"won": 10, "BillingRefused": 10}
    assert numbers(Payment, "receipt_number") == list(range(1, 11))
    assert sorted(outcome.result for outcome in outcomes if not outcome.error) == list(range(1, 11))


def test_invoices_of_twenty_desks_at_once_have_no_gap(till):
    entry = {"clinic": till.desk.clinic.pk, "by": till.user.pk, "service": till.desk.service.pk}

    outcomes = race("money_racers.issue", [{**entry, "patient": patient.pk} for patient in till.desk.patients(20)])

    assert tally(outcomes) == {"won": 20}
    assert numbers(Invoice, "number") == list(range(1, 21))


def test_a_fee_that_ten_desks_ask_for_at_once_is_on_one_invoice(till):
    charge = till.fee()
    entry = {"patient": till.patient.pk, "clinic": till.desk.clinic.pk, "by": till.user.pk, "charge": charge.pk}

    outcomes = race("money_racers.issue", [entry] * 10)

    charge.refresh_from_db()
    assert tally(outcomes) == {"won": 1, "BillingRefused": 9}
    assert charge.invoice == Invoice.objects.get()


def test_no_more_is_given_back_at_once_than_was_paid(till):
    payment = till.paid()
    entry = {"payment": payment.pk, "amount": "40.00", "by": till.user.pk}

    outcomes = race("money_racers.refund", [entry] * 10)

    assert tally(outcomes) == {"won": 3, "BillingRefused": 7}
    assert balance_of(payment.invoice).paid == Decimal("30.00")
    assert till.statuses(payment.invoice) == ("partial", "partial")


def test_an_invoice_is_paid_or_void_and_never_both(till):
    invoices = [till.invoice() for _ in range(6)]
    entries = [
        entry
        for invoice in invoices
        for entry in (
            {"invoice": invoice.pk, "amount": "150.00", "by": till.user.pk},
            {"invoice": invoice.pk, "by": till.user.pk},
        )
    ]

    outcomes = race("money_racers.pay_or_void", entries)

    assert tally(outcomes) == {"won": 6, "BillingRefused": 6}
    for invoice in Invoice.objects.all():
        assert (invoice.status, balance_of(invoice).paid) in (("paid", Decimal("150.00")), ("void", Decimal("0.00")))


def test_a_day_that_is_closed_twice_at_once_counts_each_receipt_once(till):
    till.paid()

    outcomes = race("money_racers.close_day", [
        {"by": till.user.pk, "clinic": till.desk.clinic.pk, "counted": "150.00"}
    ] * 4)  # fmt: skip

    assert tally(outcomes) == {"won": 1, "BillingRefused": 3}
    assert DayClosing.objects.get().payments.count() == 1
