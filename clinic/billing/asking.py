"""The rows that an invoice is about to ask for: locked, read again, and why they cannot be asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.billing.lines import LONGEST, Line
from clinic.billing.money import MOST, ZERO, amount_refusals, money_text
from clinic.enums import ChargeStatus, PaymentStatus, RefusalCode, VisitStatus
from clinic.errors import Refusal
from clinic.models import Charge, Clinic, Invoice, PackagePurchase, Patient, Visit

MOST_AT_ONCE = 999


def locked_lines(lines: Sequence[Line]) -> list[Line]:
    """The same lines with their fees and packages as they are now, locked in the order of their keys.

    Their invoices are read afterwards: joined, PostgreSQL would show them as they were before it waited for the lock.
    """
    charges = Charge.objects.select_for_update().order_by("pk")
    fees = charges.in_bulk([line.charge.pk for line in lines if line.charge])
    purchases = PackagePurchase.objects.select_for_update(no_key=True).order_by("pk")
    bought = purchases.in_bulk([line.purchase.pk for line in lines if line.purchase])
    return [
        replace(
            line,
            charge=line.charge and fees[line.charge.pk],
            purchase=line.purchase and bought[line.purchase.pk],
        )
        for line in lines
    ]


def asking_refusals(
    patient: Patient, lines: Sequence[Line], *, clinic: Clinic, visit: Visit | None, currency: str
) -> list[Refusal]:
    """Why the patient cannot be asked to pay for these locked lines; empty when that is possible."""
    refusals = [refusal for line in lines for refusal in line_refusals(patient, line, currency)]
    if not lines:
        message = _("An invoice needs something to pay for.")
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Choose a service, a package or a fee.")))
    if visit is not None and (visit.patient_id, visit.clinic_id) != (patient.pk, clinic.pk):
        message = _("This visit is another patient's, or in another clinic.")
        refusals.append(Refusal(RefusalCode.WRONG_PATIENT, message, _("Open the visit again.")))
    if visit is not None and visit.status == VisitStatus.CLOSED:
        message = _("This visit is over.")
        refusals.append(Refusal(RefusalCode.STATUS, message, _("Let the patient in again, or leave the visit out.")))
    if named_twice([line.charge for line in lines]) or named_twice([line.purchase for line in lines]):
        message = _("The same fee or package is on the invoice twice.")
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Leave one of them out.")))
    if not refusals and total_of(lines) > MOST:
        message = _("The invoice is over more than %(most)s.") % {"most": money_text(MOST, currency)}
        refusals.append(Refusal(RefusalCode.AMOUNT, message, _("Look at the prices and quantities.")))
    return refusals


def total_of(lines: Sequence[Line]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def named_twice(rows: Sequence[Charge | PackagePurchase | None]) -> bool:
    keys = [row.pk for row in rows if row is not None]
    return len(keys) > len(set(keys))


def line_refusals(patient: Patient, line: Line, currency: str) -> Iterator[Refusal]:
    if not 0 < len(line.description_en.strip()) <= LONGEST or len(line.description_ar) > LONGEST:
        message = _("A line of an invoice is described in 1 to %(count)d letters.") % {"count": LONGEST}
        yield Refusal(RefusalCode.INVALID, message, _("Write what it is for."))
    if not 1 <= line.quantity <= MOST_AT_ONCE:
        message = _("A line of an invoice is for 1 to %(count)d of a thing.") % {"count": MOST_AT_ONCE}
        yield Refusal(RefusalCode.INVALID, message, _("Write how many."))
    yield from amount_refusals(line.unit_price, least=ZERO)
    if line.charge is not None:
        yield from fee_refusals(patient, line, line.charge, currency)
    if line.purchase is not None:
        yield from package_refusals(patient, line.purchase)


def fee_refusals(patient: Patient, line: Line, charge: Charge, currency: str) -> Iterator[Refusal]:
    values = {"amount": money_text(charge.amount, currency), "number": charge.invoice}
    if charge.patient_id != patient.pk:
        yield Refusal(RefusalCode.WRONG_PATIENT, _("This fee is another patient's."), _("Choose one of the patient's."))
    if charge.status != ChargeStatus.OPEN:
        values["status"] = ChargeStatus(charge.status).label
        message = _("The fee of %(amount)s is not to be paid any more: %(status)s.") % values
        yield Refusal(RefusalCode.STATUS, message, _("Leave it out."))
    elif charge.invoice is not None:
        message = _("The fee of %(amount)s is on invoice %(number)s already.") % values
        yield Refusal(RefusalCode.STATUS, message, _("Take the payment for that invoice."))
    elif line.amount != charge.amount:
        message = _("The fee is %(amount)s by now.") % values
        yield Refusal(RefusalCode.CHANGED, message, _("Look at it again before you go on."))


def package_refusals(patient: Patient, purchase: PackagePurchase) -> Iterator[Refusal]:
    if purchase.patient_id != patient.pk:
        message = _("This package is another patient's.")
        yield Refusal(RefusalCode.WRONG_PATIENT, message, _("Choose one of the patient's."))
    asked = Invoice.objects.filter(lines__purchase=purchase).exclude(status=PaymentStatus.VOID).first()
    if asked is not None:
        message = _("The package is on invoice %(number)s already.") % {"number": asked}
        yield Refusal(RefusalCode.STATUS, message, _("Take the payment for that invoice."))
