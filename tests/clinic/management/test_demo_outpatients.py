"""Outpatients in the demo: gapless numbers, money that agrees, and a queue in which everything can be shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils.timezone import localdate

from clinic.billing.selectors import with_balances
from clinic.consultations.diagnoses import title_of
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, VisitStatus
from clinic.models import (
    Addendum,
    Consultation,
    DayClosing,
    DocumentNumber,
    Invoice,
    Payment,
    Provider,
    RefundRequest,
    RefusedAttempt,
    Visit,
)

pytestmark = [pytest.mark.any_engine, pytest.mark.django_db]

SUNDAY = date(2026, 11, 22)


def past(rows, moment):
    return rows.filter(**{f"{moment}__date__lt": SUNDAY})


def test_half_a_year_of_consultations_is_closed_and_written_in_two_languages(noor):
    closed = past(Consultation.objects.of(noor), "requested_at")

    assert closed.count() > 80
    assert set(closed.values_list("status", flat=True)) == {ConsultationStatus.CLOSED}
    assert localdate(closed.earliest("requested_at").requested_at) < SUNDAY - timedelta(days=150)
    assert closed.filter(findings="").count() == 0
    assert closed.filter(plan__contains="المراجعة").exists()
    assert all(title_of(code) for row in closed for code in row.diagnosis_codes)
    assert Addendum.objects.of(noor).exists()


def test_nobody_was_treated_before_what_is_paid_first(noor):
    paid_first = Consultation.objects.exclude(status=ConsultationStatus.PENDING).filter(bill_timing=BillTiming.BEFORE)

    statuses = set(paid_first.values_list("visit__payment_status", flat=True))

    assert statuses <= {PaymentStatus.PAID, PaymentStatus.WAIVED}


@pytest.mark.parametrize(
    ("model", "field", "kind"), [(Invoice, "number", "invoice"), (Payment, "receipt_number", "receipt")]
)
def test_documents_are_numbered_in_order_of_time_without_a_gap(model, field, kind, noor):
    moment = "issued_at" if model is Invoice else "taken_at"
    numbers = list(model.objects.of(noor).order_by(moment, "pk").values_list(field, flat=True))

    assert numbers == list(range(1, len(numbers) + 1))
    assert DocumentNumber.objects.get(organisation=noor, kind=kind).last == len(numbers)


def test_status_of_every_invoice_follows_its_payments(noor):
    left = {PaymentStatus.UNPAID: "all", PaymentStatus.PARTIAL: "some", PaymentStatus.PAID: "none"}

    for invoice in with_balances(Invoice.objects.of(noor)).filter(status__in=left):
        amount = "none" if not invoice.left else "all" if invoice.left == invoice.total else "some"
        assert amount == left[invoice.status], invoice.number


def test_closings_count_what_was_taken(noor):
    closings = DayClosing.objects.of(noor)

    assert closings.count() > 30
    for closing in closings:
        taken = closing.payments.aggregate(sum=Sum("amount"))["sum"]
        assert sum(map(Decimal, closing.sums.values())) == taken
        assert closing.cash_expected == Decimal(closing.sums["cash"])
        assert bool(closing.note) is (closing.cash_counted != closing.cash_expected)


def test_today_has_somebody_in_every_state_of_the_queue(noor):
    today = Visit.objects.of(noor).filter(opened_at__date=SUNDAY)
    consultations = Consultation.objects.filter(visit__in=today)

    assert set(today.values_list("payment_status", flat=True)) == {"unpaid", "partial", "paid"}
    assert set(today.values_list("status", flat=True)) == set(VisitStatus)
    assert set(consultations.values_list("status", flat=True)) == set(ConsultationStatus)
    assert today.filter(cashier_asked_by__provider__code="KHALID").count() == 1
    assert consultations.filter(status="active", version=1, doctor__code="KHALID").count() == 1
    assert consultations.filter(doctor=None, visit__payment_status="paid").count() >= 2


def test_there_is_something_to_decide_and_something_that_was_refused(noor):
    asked = RefundRequest.objects.of(noor).get()
    refused = RefusedAttempt.objects.of(noor).filter(by__provider__code="KHALID")

    assert (asked.status, asked.asked_by.username) == ("asked", "cashier")
    assert "Not paid: 150.00 SAR. Ask the cashier." in refused.values_list("message", flat=True)


def test_every_doctor_of_the_queue_can_sign_in(noor):
    doctors = Provider.objects.filter(consultations__organisation=noor).distinct()

    assert set(doctors.values_list("user__username", flat=True)) == {"doctor", "huda", "faisal"}
