"""Questions about invoices: what they ask for, what was paid, what is left, and what they pay for."""

from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Round

from clinic.billing.balances import Balance, Standing, balance_in, status_of
from clinic.billing.money import ZERO, to_cents
from clinic.enums import ConsultationStatus, PaymentStatus
from clinic.models import Consultation, Invoice, InvoiceLine, Payment, Visit

AMOUNT = DecimalField(max_digits=12, decimal_places=2)
BEGUN = (ConsultationStatus.ACTIVE, ConsultationStatus.CLOSED)


def with_balances(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The same invoices with `total`, `paid` and `left` on each row, as in Balance, in cents; in the same query."""
    in_cents = Round(Sum("amount"), precision=2)  # SQLite adds fractions, and nothing would not be zero
    total, paid = (
        Coalesce(Subquery(rows.values("invoice").annotate(sum=in_cents).values("sum")), ZERO, output_field=AMOUNT)
        for rows in (
            InvoiceLine.objects.filter(invoice=OuterRef("pk")).order_by(),
            Payment.objects.filter(invoice=OuterRef("pk")).order_by(),
        )
    )
    settled = When(status__in=[PaymentStatus.VOID, PaymentStatus.WAIVED], then=Value(ZERO))
    left = Case(settled, default=Round(F("total") - F("paid"), precision=2), output_field=AMOUNT)
    return invoices.annotate(total=total, paid=paid).annotate(left=left)


def balance_of(invoice: Invoice) -> Balance:
    """What the invoice asks for, what was paid and what is left; one query. It must be in the database by now."""
    return standing_of(with_balances(Invoice.objects.filter(pk=invoice.pk)).get()).balance


def standing_of(invoice: Invoice) -> Standing:
    """The status that follows from an invoice's annotated sums, whatever its row says, and its balance; no query."""
    total, paid = to_cents(invoice.total), to_cents(invoice.paid)
    status = status_of(invoice, total=total, paid=paid)
    return Standing(status, balance_in(status, total=total, paid=paid))


def standings_of(visit: Visit) -> list[Standing]:
    """How each invoice of the visit stands that is not void; one query."""
    return [standing_of(row) for row in with_balances(visit.invoices.exclude(status=PaymentStatus.VOID))]


def visit_balance(visit: Visit) -> Balance:
    """What all invoices of the visit ask for that are not void, what was paid and what is left; one query."""
    balances = [standing.balance for standing in standings_of(visit)]
    return Balance(
        sum((one.total for one in balances), ZERO),
        sum((one.paid for one in balances), ZERO),
        sum((one.left for one in balances), ZERO),
    )


def refundable(payment: Payment) -> Decimal:
    """How much of the payment has not been given back; zero for a refund. One query."""
    given_back = payment.refunds.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return max(to_cents(payment.amount + given_back), ZERO)


def begun_consultations(invoice: Invoice) -> QuerySet[Consultation]:
    """The consultations that the invoice pays for and that a doctor has begun, closed ones among them."""
    return Consultation.objects.filter(line__invoice=invoice, status__in=BEGUN).order_by("pk")
