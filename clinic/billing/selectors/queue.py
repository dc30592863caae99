"""The cashier's queue: who is to pay what, those who stand at the counter first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from clinic.billing.money import ZERO, to_cents
from clinic.billing.selectors.invoices import with_balances
from clinic.enums import OWED_STATUSES, ChargeStatus, VisitStatus
from clinic.models import Charge, Clinic, Invoice, Patient, Visit

MOST = 200  # of invoices and of fees, the newest


@dataclass
class Due:
    """What a patient is to pay: for a visit, or without one. Invoices carry `total`, `paid` and `left`."""

    patient: Patient
    clinic: Clinic
    visit: Visit | None = None
    invoices: list[Invoice] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        owed = (to_cents(invoice.left) for invoice in self.invoices)
        return sum(owed, ZERO) + sum((charge.amount for charge in self.charges), ZERO)

    @property
    def since(self) -> datetime:
        """When the oldest of it was asked for."""
        return min(invoice.issued_at for invoice in self.invoices) if self.invoices else self.charges[0].raised_at

    @property
    def asked_at(self) -> datetime | None:
        """When somebody who treats has sent the patient to the cashier."""
        return self.visit.cashier_asked_at if self.visit else None

    def place(self, at: datetime) -> tuple[int, float]:
        """Sent by a doctor: the longest wait first. Here today: likewise. All others: the newest debt first."""
        if self.asked_at is not None:
            return 0, self.asked_at.timestamp()
        zone = self.clinic.zone
        is_here = self.visit is not None and self.visit.status == VisitStatus.OPEN
        if is_here or self.since.astimezone(zone).date() == at.astimezone(zone).date():
            return 1, self.since.timestamp()
        return 2, -self.since.timestamp()


def to_be_paid(clinics: Collection[Clinic], *, at: datetime, patient: Patient | None = None) -> list[Due]:
    """Who is to pay in these clinics, or what this one patient is to pay there; those to be served next come first.

    Open invoices by visit, and open fees that are on no invoice yet, which stand beside the patient's visit if there
    is one. At most MOST of each. Two queries.
    """
    invoices = with_balances(Invoice.objects.filter(clinic__in=clinics, status__in=OWED_STATUSES))
    charges = Charge.objects.filter(
        appointment__clinic__in=clinics, status=ChargeStatus.OPEN, invoice=None
    ).select_related("patient", "appointment__clinic", "appointment__service", "organisation")
    if patient is not None:
        invoices, charges = invoices.filter(patient=patient), charges.filter(patient=patient)
    dues = sorted(by_visit(newest(invoices)), key=lambda due: due.place(at))
    return sorted(with_fees(dues, charges.order_by("-raised_at", "-pk")[:MOST]), key=lambda due: due.place(at))


def newest(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return invoices.select_related("patient", "clinic", "visit").order_by("-issued_at", "-pk")[:MOST]


def by_visit(invoices: Iterable[Invoice]) -> list[Due]:
    """One for each visit, and one for what a patient is to pay without any; oldest invoice first."""
    dues: dict[tuple[int, int | None], Due] = {}
    for invoice in invoices:
        key = (invoice.patient_id, invoice.visit_id)
        due = dues.setdefault(key, Due(invoice.patient, invoice.clinic, invoice.visit))
        due.invoices.insert(0, invoice)
    return list(dues.values())


def with_fees(dues: list[Due], charges: Iterable[Charge]) -> list[Due]:
    """The same with each fee beside the first of what its patient is to pay, oldest fee first."""
    first = {due.patient.pk: due for due in reversed(dues)}
    for charge in charges:
        due = first.get(charge.patient_id)
        if due is None:
            due = first[charge.patient_id] = Due(charge.patient, charge.appointment.clinic)
            dues.append(due)
        due.charges.insert(0, charge)
    return dues
