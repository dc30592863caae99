"""Issue invoices, make them void, and waive what is left of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from clinic.attempts import watched
from clinic.billing.asking import asking_refusals, locked_lines, total_of
from clinic.billing.entries import trimmed
from clinic.billing.lines import Line, contents
from clinic.billing.refusals import another_invoice, void_refusals, waiver_refusals
from clinic.billing.selectors import balance_of
from clinic.billing.services.numbers import next_number
from clinic.billing.signals import invoice_voided, payment_received
from clinic.billing.standing import is_cleared, locked, locked_visit, settle
from clinic.enums import DocumentKind, PaymentStatus
from clinic.errors import BillingRefused, InvalidEntry
from clinic.models import Clinic, Invoice, InvoiceLine, Patient, User, Visit
from clinic.retries import made_before, retried
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def issue_invoice(
    patient: Patient,
    lines: Sequence[Line],
    *,
    by: User,
    clinic: Clinic,
    visit: Visit | None = None,
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> Invoice:
    """Ask the patient to pay for these lines, in the organisation's currency and under its next number.

    An invoice over nothing is paid at once. `request_key` names the form that asks for it: sent again, it gets the
    invoice that it made. Raises BillingRefused for a line that cannot be asked for, or is asked for already, and
    InvalidEntry when the same form asks for something else now.
    """
    organisation = own(by, patient, clinic, visit)
    own(by, *(row for line in lines for row in (line.service, line.purchase, line.charge)))
    visit, lines, at = locked_visit(visit), locked_lines(lines), at or now()
    if made := made_before(Invoice, request_key, patient=patient, clinic=clinic):
        return the_same_invoice(made, lines, visit=visit)
    if refusals := asking_refusals(patient, lines, clinic=clinic, visit=visit, currency=organisation.currency):
        raise BillingRefused(*refusals)
    invoice = Invoice(
        organisation=organisation, patient=patient, clinic=clinic, visit=visit, currency=organisation.currency,
        status=PaymentStatus.UNPAID if total_of(lines) else PaymentStatus.PAID, issued_by=by, issued_at=at,
        number=next_number(organisation, DocumentKind.INVOICE), request_key=request_key,
    )  # fmt: skip
    invoice.record(by=by, at=at)
    write_lines(invoice, lines, by=by, at=at)
    settle(invoice, by=by, at=at)
    if invoice.status == PaymentStatus.PAID:
        payment_received.send(Invoice, invoice=invoice, payment=None, by=by, at=at)
    return invoice


def the_same_invoice(made: Invoice, lines: Sequence[Line], *, visit: Visit | None) -> Invoice:
    """What the form made when it was sent before; InvalidEntry when it asks for other lines, or in another visit."""
    written = made.lines.select_related("service", "purchase", "charge")
    if made.visit_id != (visit and visit.pk) or contents(written) != contents(lines):
        raise InvalidEntry(another_invoice(made, balance_of(made)))
    return made


def write_lines(invoice: Invoice, lines: Sequence[Line], *, by: User, at: datetime) -> None:
    """Write the lines in this order; the fees among them stand on this invoice from now on."""
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organisation_id=invoice.organisation_id, invoice=invoice, service=line.service, purchase=line.purchase,
            charge=line.charge, description_en=line.description_en, description_ar=line.description_ar,
            quantity=line.quantity, unit_price=line.unit_price, amount=line.amount,
        )
        for line in lines
    )  # fmt: skip
    for charge in (line.charge for line in lines if line.charge):
        charge.invoice = invoice
        charge.record("invoice", by=by, at=at)


@watched
@retried
@transaction.atomic
def void(invoice: Invoice, *, by: User, reason: str, at: datetime | None = None) -> Invoice:
    """Take the invoice back: it asks for nothing, keeps its number, and stays so; its fees are open again.

    Raises BillingRefused while something is paid on it, and once what it pays for has begun.
    """
    own(by, invoice)
    invoice, reason, at = locked(invoice, with_packages=True), trimmed(reason), at or now()
    if refusals := void_refusals(invoice, balance_of(invoice), reason=reason):
        raise BillingRefused(*refusals)
    was_cleared = is_cleared(invoice.visit)
    invoice.voided_by, invoice.voided_at, invoice.reason = by, at, reason
    settle(invoice, "voided_by", "voided_at", "reason", by=by, at=at, reason=reason)
    invoice_voided.send(Invoice, invoice=invoice, by=by, at=at)
    if is_cleared(invoice.visit) and not was_cleared:
        payment_received.send(Invoice, invoice=invoice, payment=None, by=by, at=at)
    return invoice


@watched
@retried
@transaction.atomic
def waive(invoice: Invoice, *, by: User, reason: str, at: datetime | None = None) -> Invoice:
    """Forgive what is left of the invoice: what waited for the payment need not wait any more.

    Raises BillingRefused without the permission or a reason, and when nothing is left.
    """
    own(by, invoice)
    invoice, reason, at = locked(invoice), trimmed(reason), at or now()
    if refusals := waiver_refusals(invoice, by=by, reason=reason):
        raise BillingRefused(*refusals)
    invoice.waived_by, invoice.waived_at, invoice.reason = by, at, reason
    settle(invoice, "waived_by", "waived_at", "reason", by=by, at=at, reason=reason)
    payment_received.send(Invoice, invoice=invoice, payment=None, by=by, at=at)
    return invoice
