"""The visit around consultations: opened at the walk-in, sent to the cashier, closed when everything is done."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.attempts import watched
from clinic.consultations.clearance import waiting_lines
from clinic.consultations.refusals import moment_text
from clinic.consultations.services.locks import locked_visit
from clinic.enums import CLEARED_STATUSES, ConsultationStatus, RefusalCode, VisitStatus
from clinic.errors import ConsultationRefused, Refusal
from clinic.models import Appointment, Clinic, Consultation, InvoiceLine, Patient, User, Visit
from clinic.retries import retried
from clinic.tenancy import own


def visit_for(
    patient: Patient, clinic: Clinic, *, complaint: str, appointment: Appointment | None, by: User, at: datetime
) -> Visit:
    """The patient's open visit in the clinic, locked, or a new one; what is new is added to the open one.

    A visit of an earlier day in which nothing waits is closed first: its debts are no business of today's doctor.
    The caller holds the patient's lock.
    """
    visit = Visit.objects.filter(patient=patient, clinic=clinic, status=VisitStatus.OPEN).first()
    visit = visit and locked_visit(visit)
    if visit is not None and opened_before(visit, at) and not why_not_close(visit):
        end(visit, by=by, at=at)
    if visit is None or visit.status == VisitStatus.CLOSED:  # by us, or by whom the lock has waited for
        visit = Visit(
            organisation_id=patient.organisation_id, patient=patient, clinic=clinic, appointment=appointment,
            complaint=complaint, opened_by=by, opened_at=at,
        )  # fmt: skip
        visit.record(by=by, at=at)
        return visit
    add(visit, complaint=complaint, appointment=appointment, by=by, at=at)
    return visit


def opened_before(visit: Visit, at: datetime) -> bool:
    """Whether the visit is of an earlier day than `at`, on the clinic's calendar."""
    zone = visit.clinic.zone
    return visit.opened_at.astimezone(zone).date() < at.astimezone(zone).date()


def add(visit: Visit, *, complaint: str, appointment: Appointment | None, by: User, at: datetime) -> None:
    """Note a further complaint under those that are there, and the appointment where there is none."""
    new = {}
    if complaint and complaint not in visit.complaint.splitlines():
        new["complaint"] = f"{visit.complaint}\n{complaint}".strip()
    if appointment is not None and visit.appointment_id is None:
        new["appointment"] = appointment
    for name, value in new.items():
        setattr(visit, name, value)
    if new:
        visit.record(*new, by=by, at=at)


@watched
@retried
@transaction.atomic
def ask_cashier(visit: Visit, *, by: User, at: datetime | None = None) -> Visit:
    """Put the visit in front of the cashier's queue; asked again, it stays where it is.

    Raises ConsultationRefused when nothing is left to pay.
    """
    own(by, visit)
    visit = locked_visit(visit)
    if visit.payment_status in CLEARED_STATUSES:
        message = _("Everything in the visit of %(patient)s is paid.") % {"patient": visit.patient}
        raise ConsultationRefused(Refusal(RefusalCode.UNCHANGED, message, _("The consultation can begin.")))
    if visit.cashier_asked_at is None:
        visit.cashier_asked_by, visit.cashier_asked_at = by, at or now()
        visit.record("cashier_asked_by", "cashier_asked_at", by=by, at=visit.cashier_asked_at)
    return visit


def cashier_is_done(visit: Visit, *, by: User, at: datetime) -> None:
    """Take a cleared visit out of the front of the cashier's queue."""
    if visit.cashier_asked_at is not None:
        visit.cashier_asked_by, visit.cashier_asked_at = None, None
        visit.record("cashier_asked_by", "cashier_asked_at", by=by, at=at)


@watched
@retried
@transaction.atomic
def close_visit(visit: Visit, *, by: User, at: datetime | None = None) -> Visit:
    """End a visit in which nobody waits any more; what is owed for what was held may be paid later.

    Raises ConsultationRefused while a consultation goes on or waits, or an invoice still asks for one.
    """
    own(by, visit)
    visit = locked_visit(visit)
    if refusals := why_not_close(visit):
        raise ConsultationRefused(*refusals)
    return end(visit, by=by, at=at or now())


def why_not_close(visit: Visit) -> list[Refusal]:
    """All that keeps the visit open; empty when nobody waits in it."""
    if visit.status == VisitStatus.CLOSED:
        values = {"patient": visit.patient, "at": moment_text(visit.closed_at, visit)}
        message = _("The visit of %(patient)s was closed on %(at)s.") % values
        return [Refusal(RefusalCode.STATUS, message, _("Start a new visit."))]
    lines = list(waiting_lines(visit))
    unclosed = visit.consultations.exclude(status=ConsultationStatus.CLOSED).exclude(line__in=lines)
    return [goes_on(row) for row in unclosed.select_related("service", "doctor")] + [waits(line) for line in lines]


def goes_on(row: Consultation) -> Refusal:
    message = _("The doctor has not closed the consultation yet: %(service)s.") % {"service": row.service}
    if row.doctor is None or row.status == ConsultationStatus.PENDING:
        return Refusal(RefusalCode.STATUS, message, _("A doctor has to take it."))
    hint = _("Ask %(doctor)s to close it, or a manager to hand it over.") % {"doctor": row.doctor}
    return Refusal(RefusalCode.STATUS, message, hint)


def waits(line: InvoiceLine) -> Refusal:
    values = {"service": line.service, "number": line.invoice.number}
    message = _("%(service)s on invoice %(number)s has not been held.") % values
    return Refusal(RefusalCode.STATUS, message, _("Give back what was paid and void the invoice, or let it be held."))


def close_if_over(visit: Visit, *, by: User, at: datetime) -> None:
    """End the locked visit if it has seen a doctor and nothing in it is left to be done or to be paid."""
    if visit.payment_status in CLEARED_STATUSES and visit.consultations.exists() and not why_not_close(visit):
        end(visit, by=by, at=at)


def end(visit: Visit, *, by: User, at: datetime) -> Visit:
    visit.status, visit.closed_by, visit.closed_at = VisitStatus.CLOSED, by, at
    visit.record("status", "closed_by", "closed_at", by=by, at=at)
    return visit
