"""What is left to do in a visit, in the order in which it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from admin_ext.columns import clock, left_to_right_text, money_text
from admin_ext.reception.words import doctor_words
from clinic.enums import CLEARED_STATUSES, ConsultationStatus, VisitStatus
from clinic.models import Consultation, InvoiceLine, Visit


@dataclass(frozen=True)
class Step:
    """One sentence; `note` says more about it. `is_payment` is what the cashier does."""

    text: str
    note: str = ""
    icon: str = "stethoscope"
    is_payment: bool = False


def steps_of(visit: Visit, consultations: list[Consultation], unbegun: list[InvoiceLine], left: Decimal) -> list[Step]:
    """Empty when everything is done. `unbegun` are services without a consultation yet, `left` is to be paid."""
    if visit.status == VisitStatus.CLOSED and not left:
        return []
    return [*payment(visit, left), *(unpaid(line) for line in unbegun), *treatment(visit, consultations)]


def payment(visit: Visit, left: Decimal) -> Iterator[Step]:
    if left:
        asked = at_clock(visit.cashier_asked_at, visit) if visit.cashier_asked_at else ""
        note = _("The cashier was asked at %(time)s.") % {"time": asked} if asked else ""
        text = _("%(amount)s to be paid") % {"amount": money_text(left, visit.organisation.currency)}
        yield Step(text, note, "payments", is_payment=True)


def unpaid(row: InvoiceLine | Consultation) -> Step:
    return Step(_("%(service)s: as soon as it is paid") % {"service": row.service})


def treatment(visit: Visit, consultations: list[Consultation]) -> Iterator[Step]:
    for row in consultations:
        values = {"service": row.service, "doctor": doctor_words(row.doctor, visit.clinic)}
        if row.status == ConsultationStatus.PENDING and visit.payment_status not in CLEARED_STATUSES:
            yield unpaid(row)
        elif row.status == ConsultationStatus.PENDING or (row.status == ConsultationStatus.ACTIVE and not row.version):
            since = _("since %(time)s") % {"time": at_clock(row.requested_at, visit)}
            yield Step(_("%(service)s: waits for %(doctor)s") % values, since)
        elif row.status == ConsultationStatus.ACTIVE:
            since = _("since %(time)s") % {"time": at_clock(row.activated_at, visit)}
            yield Step(_("%(service)s: with %(doctor)s") % values, since)


def at_clock(moment, visit: Visit) -> str:
    return left_to_right_text(clock(moment, visit.clinic.zone))
