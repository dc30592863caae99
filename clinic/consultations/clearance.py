"""Whether the gate is open: what is billed before is cleared by its visit, and by the invoice that names it."""

from django.db.models import Q, QuerySet

from clinic.enums import CLEARED_STATUSES, BillTiming, ConsultationStatus, PaymentStatus, WorkflowType
from clinic.models import Consultation, InvoiceLine, Visit

OWN_INVOICE = Q(line__isnull=True) | Q(line__invoice__status__in=CLEARED_STATUSES)

#: Of consultations: may it be active, as far as the money goes?
CLEARED = Q(bill_timing=BillTiming.AFTER) | (Q(visit__payment_status__in=CLEARED_STATUSES) & OWN_INVOICE)


def is_cleared(consultation: Consultation) -> bool:
    """Whether the money allows it to begin, as the tables stand now; one query."""
    return Consultation.objects.filter(CLEARED, pk=consultation.pk).exists()


def waiting_lines(visit: Visit) -> QuerySet[InvoiceLine]:
    """What the visit is asked to pay for and has no consultation of yet, or one that nobody has begun; oldest first.

    Lines of void invoices are left out. Rows come with their service, its doctor, the invoice and the consultation.
    """
    outpatients = Q(service__workflow_type=WorkflowType.GOPD_CONSULT) | Q(consultation__isnull=False)
    lines = InvoiceLine.objects.filter(outpatients, invoice__visit=visit)
    unbegun = Q(consultation__isnull=True) | Q(consultation__status=ConsultationStatus.PENDING)
    return (
        lines.filter(unbegun)
        .exclude(invoice__status=PaymentStatus.VOID)
        .select_related("invoice", "service__auto_assign_doctor", "consultation__doctor")
        .order_by("pk")
    )
