"""How a consultation comes to be and begins: with the payment that clears it, or when a doctor takes it."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from clinic.attempts import watched
from clinic.consultations.access import doctor_of
from clinic.consultations.clearance import waiting_lines
from clinic.consultations.offered import working, working_doctor
from clinic.consultations.refusals import still_owed, why_not_begin
from clinic.consultations.services.locks import locked_visit, locked_with_visit
from clinic.enums import CLEARED_STATUSES, BillTiming, ConsultationStatus
from clinic.errors import ConsultationRefused
from clinic.models import Consultation, Invoice, InvoiceLine, Provider, User, Visit
from clinic.retries import retried
from clinic.tenancy import own

S = ConsultationStatus


@watched
@retried
@transaction.atomic
def open_after_payment(visit: Visit, *, by: User, at: datetime | None = None) -> list[Consultation]:
    """Open what the cleared visit has paid for: the consultations that are new or have begun, in order of the lines.

    Each is active for the service's own doctor, or pending until a doctor takes it. Called with the payment, in its
    transaction; again, it opens nothing more. Raises ConsultationRefused as long as something is left to pay.
    """
    own(by, visit)
    visit, at = locked_visit(visit), at or now()
    if visit.payment_status not in CLEARED_STATUSES:
        raise ConsultationRefused(still_owed(visit))
    return [row for line in waiting_lines(visit) if (row := open_line(line, visit, by=by, at=at))]


def open_line(line: InvoiceLine, visit: Visit, *, by: User, at: datetime) -> Consultation | None:
    """The consultation that the line has paid for, if it is new or begins now.

    One that was held in the queue before gets the doctor whom it was held for, as long as he or she still works here.
    """
    held = getattr(line, "consultation", None)
    if held is None:
        return ask_for(line, visit, BillTiming(line.service.bill_timing), cleared=True, by=by, at=at)
    doctor = working(held.doctor, visit.clinic)
    if doctor is None:
        if held.doctor_id is not None:
            held.doctor = None
            held.record("doctor", by=by, at=at)
        return None
    return begin(held, doctor, by=by, at=at)


def ask_for(
    line: InvoiceLine, visit: Visit, timing: BillTiming, *, cleared: bool, by: User, at: datetime, complaint: str = ""
) -> Consultation:
    """A new consultation of the line's service, for the doctor whom the service names if that one works here.

    Billed after, it is active at once; billed before, once it is cleared and has a doctor, and pending until then.
    """
    doctor = working_doctor(line.service, visit.clinic)
    row = Consultation(
        organisation_id=visit.organisation_id, visit=visit, patient_id=visit.patient_id, clinic=visit.clinic,
        service=line.service, doctor=doctor, line=line, bill_timing=timing, complaint=complaint or visit.complaint,
        requested_by=by, requested_at=at,
    )  # fmt: skip
    if timing == BillTiming.AFTER or (cleared and doctor is not None):
        row.status, row.activated_by, row.activated_at = S.ACTIVE, by, at
    row.record(by=by, at=at)
    return row


@watched
@retried
@transaction.atomic
def activate(consultation: Consultation, *, by: User, at: datetime | None = None) -> Consultation:
    """Begin the consultation as the doctor `by`, who takes it where it is nobody's yet; one doctor only can.

    One that is billed after is active already: it is taken. Raises ConsultationRefused with all that is in the way:
    not paid, another doctor's, not of this doctor's clinic, begun or closed already.
    """
    row = locked_with_visit(consultation, by=by)
    if refusals := why_not_begin(row, by):
        raise ConsultationRefused(*refusals)
    return begin(row, doctor_of(by).provider, by=by, at=at or now())


def begin(row: Consultation, doctor: Provider, *, by: User, at: datetime) -> Consultation:
    """Make the locked consultation the doctor's own, and active if it is pending."""
    row.doctor = doctor
    changed = ["doctor"]
    if row.status == S.PENDING:
        row.status, row.activated_by, row.activated_at = S.ACTIVE, by, at
        changed += ["status", "activated_by", "activated_at"]
    row.record(*changed, by=by, at=at)
    return row


def withdraw_places(invoice: Invoice, *, by: User, at: datetime) -> None:
    """Take what the invoice asked for and nobody has begun out of the queue; its history keeps who did it and when.

    The caller holds the visit's lock. A place in a queue is no treatment: nothing has been written in it.
    """
    for row in Consultation.objects.select_for_update(of=("self",)).filter(line__invoice=invoice, status=S.PENDING):
        row._history_user, row._history_date = by, at
        row.delete()
