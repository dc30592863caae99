"""Outpatients as they must never stand, written past every service and guard."""

from datetime import timedelta

from clinic.enums import BillTiming, WorkflowType
from clinic.models import Consultation, FollowUp, Invoice, InvoiceLine, Payment, Service, Visit
from tests.clinic.audit.bare import bare
from tests.factories import NINE, make_appointment, make_invoice, make_patient

MINUTE = timedelta(minutes=1)


def begun_unpaid(ours):
    bare(Payment)
    Payment.objects.filter(organisation=ours.organisation).update(taken_at=NINE + MINUTE)
    bare(Consultation)
    Consultation.objects.filter(pk=ours.closed_consultation.pk).update(bill_timing=BillTiming.AFTER)
    return ours.consultation.pk


def paid_for_nothing(ours):
    Service.objects.filter(pk=ours.line.service_id).update(workflow_type=WorkflowType.GOPD_CONSULT)
    bare(Consultation)
    ours.consultation.delete()
    return ours.line.pk


def paid_for_elsewhere(ours):
    other = make_invoice(ours.patient, ours.clinic).lines.get()
    Invoice.objects.filter(pk=other.invoice_id).update(status="waived", waived_at=NINE - MINUTE)
    bare(InvoiceLine)
    InvoiceLine.objects.filter(pk=other.pk).update(service=ours.consultation.service)
    bare(Consultation)
    Consultation.objects.filter(pk=ours.consultation.pk).update(line=other)
    return ours.consultation.pk


def treated_in_a_closed_visit(ours):
    Visit.objects.filter(pk=ours.visit.pk).update(status="closed", closed_at=NINE)
    return ours.consultation.pk


def open_for_nobody(ours):
    Consultation.objects.filter(pk=ours.consultation.pk).update(status="closed", closed_at=NINE)
    return ours.visit.pk


def followed_by_another(ours):
    lina = make_patient(ours.organisation, "Lina")
    booked = make_appointment(lina, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=5))
    FollowUp.objects.filter(pk=ours.follow_up.pk).update(appointment=booked)
    return ours.follow_up.pk


BREAKERS = {
    "consultation_began_when_it_was_paid": (
        begun_unpaid, "Began before its invoice (number {invoice}) was paid."
    ),
    "paid_service_has_its_consultation": (
        paid_for_nothing, "Is paid on invoice {invoice}, and has no consultation."
    ),
    "consultation_is_paid_for_in_its_own_visit": (
        paid_for_elsewhere, "Is paid for by invoice {newest_invoice}, which is not of its visit."
    ),
    "closed_visit_has_nobody_waiting": (
        treated_in_a_closed_visit, "Is “Active”, but its visit (number {visit}) is closed."
    ),
    "visit_ends_when_everything_is_done": (
        open_for_nobody, "Is open, though all 2 of its consultations are closed and everything is paid."
    ),
    "follow_up_is_the_same_patients": (
        followed_by_another, "Is appointment number {last}, which is another patient's."
    ),
}  # fmt: skip


def numbers(ours) -> dict[str, int]:
    """What the sentences may name."""
    return {
        "visit": ours.visit.pk,
        "invoice": ours.invoice.number,
        "newest_invoice": Invoice.objects.of(ours.organisation).latest("number").number,
    }
