"""The rows that somebody tries to get at: a patient in every state of a consultation and of its money."""

from datetime import timedelta
from types import SimpleNamespace

from clinic.enums import BillTiming, ConsultationStatus, DocumentKind, PaymentMethod, PaymentStatus, WorkflowType
from clinic.models import Consultation, Invoice, InvoiceLine, RefundRequest, Visit
from tests.admin_ext.world import make_world
from tests.factories import (
    NINE,
    make_patient,
    make_payment,
    make_provider,
    make_service,
    make_user,
    make_visit,
    next_number,
)
from tests.outpatients import PRICE

BEGUN = NINE + timedelta(minutes=5)
FREE, MINE, OTHERS = None, "doctor", "other_doctor"

# state: the invoice, the consultation, and whose it is
STATES = {
    "unpaid": (PaymentStatus.UNPAID, ConsultationStatus.PENDING, MINE),
    "void": (PaymentStatus.VOID, ConsultationStatus.PENDING, MINE),
    "paid": (PaymentStatus.PAID, ConsultationStatus.PENDING, FREE),
    "mine": (PaymentStatus.PAID, ConsultationStatus.ACTIVE, MINE),
    "other doctor's": (PaymentStatus.PAID, ConsultationStatus.ACTIVE, OTHERS),
    "closed": (PaymentStatus.PAID, ConsultationStatus.CLOSED, MINE),
}
FOREIGN = "other organisation's"


def make_subjects() -> dict[str, SimpleNamespace]:
    """By state, a namespace of everything an address or a form can name; two organisations of them."""
    ours, theirs = make_world("Ours"), make_world("Theirs")
    ours.doctor, ours.other_doctor = ours.provider, make_provider(ours.clinic)
    for world in (ours, theirs):
        world.colleague = make_provider(world.clinic, user=make_user(world.organisation))
        world.gopd = make_service(
            world.provider, name="General consultation", workflow_type=WorkflowType.GOPD_CONSULT,
            bill_timing=BillTiming.BEFORE,
        )  # fmt: skip
    subjects = {state: SimpleNamespace(**{**vars(ours), **rows_in(ours, *parts)}) for state, parts in STATES.items()}
    return {**subjects, FOREIGN: theirs}


def rows_in(ours, money: PaymentStatus, treatment: ConsultationStatus, doctor: str | None) -> dict[str, object]:
    patient = make_patient(ours.organisation)
    cleared = PaymentStatus.PAID if money == PaymentStatus.PAID else PaymentStatus.UNPAID
    visit = make_visit(patient, ours.clinic, payment_status=cleared)
    voided = {"voided_at": NINE} if money == PaymentStatus.VOID else {}
    invoice = Invoice.objects.create(
        organisation=ours.organisation, patient=patient, clinic=ours.clinic, visit=visit, currency="SAR",
        number=next_number(ours.organisation, DocumentKind.INVOICE), issued_at=NINE, status=money, **voided,
    )  # fmt: skip
    InvoiceLine.objects.create(
        organisation=ours.organisation, invoice=invoice, service=ours.gopd, description_en="General consultation",
        unit_price=PRICE, amount=PRICE,
    )  # fmt: skip
    payment = make_payment(invoice, taken_by=ours.user) if money == PaymentStatus.PAID else None
    return {
        "patient": patient, "visit": visit, "invoice": invoice, "payment": payment, "line": invoice.lines.get(),
        "consultation": consultation_of(visit, ours, treatment, getattr(ours, doctor) if doctor else None),
        "refund_request": payment and RefundRequest.objects.create(
            organisation=ours.organisation, payment=payment, amount=PRICE, method=PaymentMethod.CASH,
            reason="Paid twice", asked_by=ours.user, asked_at=NINE,
        ),
    }  # fmt: skip


def consultation_of(visit: Visit, ours, status: ConsultationStatus, doctor) -> Consultation:
    line = InvoiceLine.objects.get(invoice__visit=visit)
    begun = {} if status == ConsultationStatus.PENDING else {"status": "active", "activated_at": BEGUN}
    row = Consultation.objects.create(
        organisation=visit.organisation, visit=visit, patient=visit.patient, clinic=visit.clinic, doctor=doctor,
        service=ours.gopd, line=line, bill_timing=BillTiming.BEFORE, requested_at=NINE, findings="As found", **begun,
    )  # fmt: skip
    if status == ConsultationStatus.CLOSED:
        row.status, row.closed_at = status, BEGUN
        row.save()
    return row
