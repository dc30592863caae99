"""What is asked, paid and left, and which status follows from it: arithmetic without a query."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from clinic.billing.money import ZERO
from clinic.enums import PaymentStatus
from clinic.models import Invoice


@dataclass(frozen=True)
class Balance:
    """What the lines ask for, what the payments have brought, refunds taken off, and what the patient still owes.

    Nothing is left of an invoice that is void or waived; of any other, `left` is `total` minus `paid`.
    """

    total: Decimal
    paid: Decimal
    left: Decimal


@dataclass(frozen=True)
class Standing:
    """An invoice's status and balance, as its visit counts them."""

    status: PaymentStatus
    balance: Balance


def status_of(invoice: Invoice, *, total: Decimal, paid: Decimal) -> PaymentStatus:
    """How far the invoice is paid; a waiver lasts, whatever a second person lets be given back after it."""
    if invoice.voided_at is not None:
        return PaymentStatus.VOID
    if invoice.waived_at is not None:
        return PaymentStatus.WAIVED
    if paid >= total:
        return PaymentStatus.PAID
    return PaymentStatus.PARTIAL if paid > 0 else PaymentStatus.UNPAID


def balance_in(status: str, *, total: Decimal, paid: Decimal) -> Balance:
    settled = status in (PaymentStatus.VOID, PaymentStatus.WAIVED)
    return Balance(total, paid, ZERO if settled else total - paid)


def visit_status(standings: Collection[Standing]) -> PaymentStatus:
    """How far everything is paid that the visit's invoices, none of them void, ask for.

    All waived: waived. Nothing left: paid. Something paid: partly paid. Unpaid otherwise, and without an invoice.
    """
    if not standings:
        return PaymentStatus.UNPAID
    if all(one.status == PaymentStatus.WAIVED for one in standings):
        return PaymentStatus.WAIVED
    if not any(one.balance.left for one in standings):
        return PaymentStatus.PAID
    return PaymentStatus.PARTIAL if any(one.balance.paid > 0 for one in standings) else PaymentStatus.UNPAID
