"""A patient's way through the outpatient clinic as it stands in the tables: a row in each of them, all agreeing."""

from datetime import timedelta
from decimal import Decimal

from clinic.enums import BillTiming, ConsultationStatus, DocumentKind, PaymentMethod, PaymentStatus, RefusalCode
from clinic.models import (
    Addendum,
    Consultation,
    DayClosing,
    FollowUp,
    Invoice,
    InvoiceLine,
    RefundRequest,
    RefusedAttempt,
    Visit,
)
from tests.factories import BEFORE, MONDAY, NINE, make_payment, make_visit, next_number

PRICE = Decimal("150.00")


def make_outpatient(patient, service, doctor, clinic, *, by, follow_up, word="", at=NINE) -> dict[str, object]:
    """A paid visit with a consultation that goes on and an earlier one that is closed, the refund that is asked for,
    the cashier's closing of the day: the rows by name. Every text contains `word`.
    """
    mine = {"organisation": patient.organisation}
    visit = make_visit(
        patient, clinic, payment_status=PaymentStatus.PAID, complaint=f"{word} cough", opened_by=by, opened_at=at
    )
    invoice = invoice_of_two(visit, service, word, by=by, at=at)
    first, second = invoice.lines.order_by("pk")
    closing = close_day(clinic, word, by=by, at=at)
    earlier = at - timedelta(hours=1)
    payment = make_payment(invoice, "300.00", taken_by=by, taken_at=earlier, reference=f"{word} slip", closing=closing)
    going_on = treat(visit, first, doctor, word, at=at)
    closed = over(treat(visit, second, doctor, word, at=earlier), at=at)
    return {
        "visit": visit, "invoice": invoice, "line": first, "payment": payment, "closing": closing,
        "consultation": going_on, "closed_consultation": closed,
        "refund_request": RefundRequest.objects.create(
            **mine, payment=payment, amount=50, method=PaymentMethod.CASH, reason=f"{word} too much",
            clinic=visit.clinic, asked_by=by, asked_at=at,
        ),
        "addendum": Addendum.objects.create(
            **mine, consultation=closed, text=f"{word} addendum", written_by=by, written_at=at
        ),
        "follow_up": FollowUp.objects.create(**mine, consultation=closed, appointment=follow_up),
        "attempt": RefusedAttempt.objects.create(
            **mine, by=by, at=BEFORE, door="clinic_consultation_change POST", target=f"{word} consultation",
            code=RefusalCode.UNPAID, message=f"{word} not paid",
        ),
    }  # fmt: skip


def invoice_of_two(visit: Visit, service, word: str, *, by, at) -> Invoice:
    mine = {"organisation": visit.organisation}
    invoice = Invoice.objects.create(
        **mine, patient=visit.patient, clinic=visit.clinic, visit=visit, currency="SAR", status=PaymentStatus.PAID,
        number=next_number(visit.organisation, DocumentKind.INVOICE), issued_by=by, issued_at=at,
        reason=f"{word} invoice",
    )  # fmt: skip
    for _ in range(2):
        InvoiceLine.objects.create(
            **mine, invoice=invoice, service=service, description_en=f"{word} treatment", description_ar=f"{word} ar",
            unit_price=PRICE, amount=PRICE,
        )  # fmt: skip
    return invoice


def close_day(clinic, word: str, *, by, at) -> DayClosing:
    return DayClosing.objects.create(
        organisation=clinic.organisation, cashier=by, clinic=clinic, closed_on=MONDAY, closed_at=at,
        sums={PaymentMethod.CASH: "300.00"}, cash_expected=2 * PRICE, cash_counted=2 * PRICE, note=f"{word} counted",
    )  # fmt: skip


def treat(visit: Visit, line: InvoiceLine, doctor, word: str, *, at) -> Consultation:
    """An active consultation of a service that is billed before."""
    return Consultation.objects.create(
        organisation=visit.organisation, visit=visit, patient=visit.patient, clinic=visit.clinic, doctor=doctor,
        service=line.service, line=line, bill_timing=BillTiming.BEFORE, status=ConsultationStatus.ACTIVE,
        requested_at=at, activated_at=at, complaint=f"{word} complaint", findings=f"{word} findings",
        diagnosis=f"{word} diagnosis", diagnosis_codes=["J20.9"], plan=f"{word} plan",
    )  # fmt: skip


def over(consultation: Consultation, *, at) -> Consultation:
    consultation.status, consultation.closed_at = ConsultationStatus.CLOSED, at
    consultation.save()
    return consultation
