"""What a cashier has taken since the day was last closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from clinic.billing.money import ZERO
from clinic.enums import PaymentMethod
from clinic.models import Clinic, Payment, User


@dataclass(frozen=True)
class Takings:
    """The sum of each method, refunds taken off, the number of receipts, and when the first was written."""

    sums: dict[PaymentMethod, Decimal]
    number: int
    since: datetime | None

    @property
    def cash(self) -> Decimal:
        """What should lie in the drawer beyond the change that it began with; below zero after many refunds."""
        return self.sums[PaymentMethod.CASH]

    @property
    def total(self) -> Decimal:
        return sum(self.sums.values(), ZERO)


def unclosed_payments(cashier: User, clinic: Clinic, *, at: datetime) -> QuerySet[Payment]:
    """The payments and refunds of this cashier in this clinic, until `at`, that no closing counts; oldest first."""
    payments = Payment.objects.filter(taken_by=cashier, clinic=clinic, closing=None, taken_at__lte=at)
    return payments.order_by("taken_at", "pk")


def taken_today(cashier: User, clinic: Clinic, *, at: datetime) -> Takings:
    """What the next closing of this cashier in this clinic will count, were it at `at`; one query."""
    return takings_of(unclosed_payments(cashier, clinic, at=at))


def takings_of(payments: Iterable[Payment]) -> Takings:
    """The sums of these payments, in order of their moments."""
    rows = list(payments)
    sums = {method: sum((row.amount for row in rows if row.method == method), ZERO) for method in PaymentMethod}
    return Takings(sums, len(rows), rows[0].taken_at if rows else None)
