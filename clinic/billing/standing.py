"""Keeping an invoice, its fees and its visit at what the payments make of them, in one transaction.

The lock order of money: the visit, then fees and packages by their keys, then the invoice, then consultations, and the
counters of document numbers last.
"""

from datetime import datetime

from clinic.billing.balances import status_of, visit_status
from clinic.billing.selectors import balance_of, standings_of
from clinic.enums import CLEARED_STATUSES, ChargeStatus, PaymentStatus
from clinic.models import Charge, Invoice, InvoiceLine, PackagePurchase, User, Visit

FEE_STATUS = {PaymentStatus.PAID: ChargeStatus.PAID, PaymentStatus.WAIVED: ChargeStatus.WAIVED}


def locked_visit(visit: Visit | None) -> Visit | None:
    return visit and Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)


def locked(invoice: Invoice, *, with_packages: bool = False) -> Invoice:
    """The invoice as it is now, locked, its visit and fees first; patient and clinic loaded.

    `with_packages`: the packages that it asks for as well, so that no session of them is used meanwhile.
    """
    visit = locked_visit(invoice.visit)
    list(Charge.objects.select_for_update().filter(invoice=invoice).order_by("pk"))
    if with_packages:
        bought = InvoiceLine.objects.filter(invoice=invoice, purchase__isnull=False).values("purchase")
        list(PackagePurchase.objects.select_for_update(no_key=True).filter(pk__in=bought).order_by("pk"))
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "clinic")
    row = rows.get(pk=invoice.pk)
    row.visit = visit
    return row


def settle(invoice: Invoice, *fields: str, by: User, at: datetime, reason: str = "") -> Invoice:
    """Write `fields` of the locked invoice with the status that follows, then its fees and its visit; the invoice."""
    balance = balance_of(invoice)
    status = status_of(invoice, total=balance.total, paid=balance.paid)
    if fields or status != invoice.status:
        invoice.status = status
        invoice.record("status", *fields, by=by, reason=reason, at=at)
    settle_fees(invoice, by=by, at=at, reason=reason)
    if invoice.visit is not None:
        settle_visit(invoice.visit, by=by, at=at, reason=reason)
    return invoice


def settle_fees(invoice: Invoice, *, by: User, at: datetime, reason: str) -> None:
    """The fees on the invoice are paid or waived with it, and open again when it is not; a void one lets them go."""
    void = invoice.status == PaymentStatus.VOID
    for charge in Charge.objects.filter(invoice=invoice).select_related("appointment").order_by("pk"):
        status = fee_status(charge, invoice)
        if charge.status == status and not void:
            continue
        is_open = status == ChargeStatus.OPEN
        charge.status, charge.invoice = status, None if void else invoice
        charge.settled_by, charge.settled_at = (None, None) if is_open else (by, at)
        charge.reason = "" if is_open else reason
        charge.record("status", "invoice", "settled_by", "settled_at", "reason", by=by, reason=reason, at=at)


def fee_status(charge: Charge, invoice: Invoice) -> ChargeStatus:
    """As its invoice says; a fee whose appointment was waived is not open again when its money is given back."""
    otherwise = ChargeStatus.WAIVED if charge.appointment.waived_at else ChargeStatus.OPEN
    return FEE_STATUS.get(invoice.status, otherwise)


def settle_visit(visit: Visit, *, by: User, at: datetime, reason: str = "") -> None:
    """Write how far the locked visit is paid, if that has changed."""
    status = visit_status(standings_of(visit))
    if status != visit.payment_status:
        visit.payment_status = status
        visit.record("payment_status", by=by, reason=reason, at=at)


def is_cleared(visit: Visit | None) -> bool:
    return visit is not None and visit.payment_status in CLEARED_STATUSES
