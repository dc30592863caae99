"""Why a consultation cannot be begun, written or closed: one function for each rule."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.billing.money import money_text
from clinic.billing.selectors import visit_balance
from clinic.consultations.access import Doctor, doctor_of
from clinic.consultations.clearance import is_cleared
from clinic.enums import ConsultationStatus, PaymentStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal
from clinic.models import Consultation, User, Visit


def why_not_begin(consultation: Consultation, user: User) -> list[Refusal]:
    """All that keeps this person from beginning the consultation, or from taking it; empty when nothing does."""
    doctor = doctor_of(user)
    free = consultation.status == ConsultationStatus.ACTIVE and consultation.doctor_id is None
    begun = [] if free else list(begun_already(consultation))
    return begun or [*not_paid(consultation), *not_theirs(consultation, doctor)]


def why_not_write(consultation: Consultation, doctor: Doctor | None) -> list[Refusal]:
    """All that keeps the doctor from writing into the consultation or closing it; empty when nothing does."""
    return [*not_theirs(consultation, doctor), *not_active(consultation)]


def begun_already(row: Consultation) -> Iterator[Refusal]:
    if row.status == ConsultationStatus.CLOSED:
        yield closed_for_ever(row)
    elif row.status == ConsultationStatus.ACTIVE:
        values = {"patient": row.patient, "doctor": row.doctor, "at": moment_text(row.activated_at, row)}
        message = _("%(doctor)s has been seeing %(patient)s since %(at)s.") % values
        yield Refusal(RefusalCode.STATUS, message, _("Take the next in the queue."))


def not_active(row: Consultation) -> Iterator[Refusal]:
    if row.status == ConsultationStatus.CLOSED:
        yield closed_for_ever(row)
    elif row.status == ConsultationStatus.PENDING:
        message = _("The consultation of %(patient)s has not begun.") % {"patient": row.patient}
        yield Refusal(RefusalCode.STATUS, message, _("Begin it from your queue."))


def closed_for_ever(row: Consultation) -> Refusal:
    values = {"patient": row.patient, "at": moment_text(row.closed_at, row)}
    message = _("The consultation of %(patient)s was closed on %(at)s and stays as it is.") % values
    return Refusal(RefusalCode.STATUS, message, _("Write an addendum."))


def not_paid(row: Consultation) -> Iterator[Refusal]:
    if is_cleared(row):
        return
    if row.line is not None and row.line.invoice.status == PaymentStatus.VOID:
        message = _("Invoice %(number)s for it is void.") % {"number": row.line.invoice.number}
        yield Refusal(RefusalCode.UNPAID, message, _("Ask the front desk for a new one."))
    else:
        yield still_owed(row.visit)


def still_owed(visit: Visit) -> Refusal:
    message = _("Not paid: %(amount)s.") % {"amount": amount_owed(visit)}
    return Refusal(RefusalCode.UNPAID, message, _("Ask the cashier."))


def amount_owed(visit: Visit) -> str:
    """What is left to pay of the visit with its currency, as in 150.00 SAR; one query."""
    return money_text(visit_balance(visit).left, visit.organisation.currency)


def not_theirs(row: Consultation, doctor: Doctor | None) -> Iterator[Refusal]:
    if doctor is None:
        yield Refusal(RefusalCode.PERMISSION, _("Only a doctor can do this."), _("Log in as a doctor of the clinic."))
    elif row.doctor_id is not None and not doctor.has(row):
        message = _("%(patient)s is the patient of %(doctor)s.") % {"patient": row.patient, "doctor": row.doctor}
        yield Refusal(RefusalCode.PERMISSION, message, _("Take the next in the queue."))
    elif row.doctor_id is None and not doctor.may_take(row):
        message = _("%(doctor)s does not work in %(clinic)s.") % {"doctor": doctor.provider, "clinic": row.clinic}
        yield Refusal(RefusalCode.PERMISSION, message, _("Choose the queue of your own clinic."))


def written_meanwhile(row: Consultation) -> ChangedMeanwhile:
    """Who has written into the consultation since, and when; one query. `row` carries what stands there now."""
    last = row.history.select_related("history_user").order_by("-history_id").first()
    values = {
        "name": (last and last.history_user) or pgettext("who did it", "Somebody"),
        "at": moment_text(last.history_date, row) if last else "",
    }
    message = _("%(name)s has written other words into this consultation (%(at)s).") % values
    refusal = Refusal(RefusalCode.CHANGED, message, _("Compare both versions, then save what is right."))
    return ChangedMeanwhile(refusal)


def moment_text(moment: datetime, row: Consultation | Visit) -> str:
    """The moment on the wall of the clinic."""
    return date_format(moment.astimezone(row.clinic.zone), "DATETIME_FORMAT")
