"""Sell a package over the counter: the purchase, its invoice and the payment, all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from clinic.billing.entries import trimmed
from clinic.billing.refusals import another_invoice
from clinic.billing.selectors import balance_of
from clinic.billing.services import issue_invoice, line_for, record_payment
from clinic.billing.services.payments import the_same
from clinic.enums import ChangeKind, OperationKind, PaymentMethod
from clinic.errors import InvalidEntry
from clinic.models import Appointment, Change, Clinic, Invoice, Operation, Package, PackagePurchase, Patient, Payment
from clinic.models.people import User
from clinic.operations import begin, note
from clinic.packages.selectors import local_day
from clinic.packages.services.assigning import assign
from clinic.packages.services.covering import cover
from clinic.packages.standing import state_of
from clinic.retries import made_before, retried
from clinic.tenancy import own


@dataclass(frozen=True)
class Sale:
    """What a sale wrote; no payment where nothing was paid yet. Undoing `operation` takes all of it back."""

    purchase: PackagePurchase
    invoice: Invoice
    payment: Payment | None
    operation: Operation


@retried
@transaction.atomic
def sell(
    package: Package,
    patient: Patient,
    *,
    by: User,
    clinic: Clinic,
    method: PaymentMethod,
    amount: Decimal | None = None,
    session_for: Appointment | None = None,
    reference: str = "",
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> Sale:
    """Sell the package to the patient and take `amount` for it, all of its price where none is given.

    `session_for` is an appointment of today, which gets the first session: used if it was held, reserved if not yet.
    `request_key` names the form that asks for it: sent again, it gets the sale that it made.
    Raises PackageRefused where the package cannot be assigned or has no session for that appointment, BillingRefused
    for an amount beyond the price, and InvalidEntry when the same form takes another amount now.
    """
    own(by, package, patient, clinic, session_for)
    at = at or now()
    package = Package.objects.select_for_update(no_key=True).get(pk=package.pk)
    if made := made_before(PackagePurchase, request_key, patient=patient, package=package):
        return the_same_sale(sale_of(made), request_key, method=method, amount=amount, reference=trimmed(reference))
    operation = begin(OperationKind.SALE, by=by, at=at)
    purchase = assign(package, patient, by=by, at=at, request_key=request_key, operation=operation)
    if session_for is not None:
        purchase = cover(purchase, session_for, by=by, at=at)
    invoice = issue_invoice(patient, [line_for(purchase)], by=by, clinic=clinic, request_key=request_key, at=at)
    amount = purchase.price if amount is None else amount
    if amount:
        record_payment(
            invoice, method=method, amount=amount, by=by, clinic=clinic, reference=reference, request_key=request_key,
            at=at,
        )  # fmt: skip
    facts = {"invoice": invoice.pk, "appointment": session_for and session_for.pk}
    note(operation, ChangeKind.ASSIGNED, purchase, before={}, after={**state_of(purchase), **facts})
    return sale_of(purchase)


def the_same_sale(sale: Sale, request_key: UUID | None, *, method: str, amount: Decimal | None, reference: str) -> Sale:
    """What the form sold when it was sent before; InvalidEntry when it takes another amount now, or in another way."""
    amount = sale.purchase.price if amount is None else amount
    if paid := made_before(Payment, request_key, invoice=sale.invoice):
        the_same(paid, amount=amount, method=method, reference=reference)
    elif amount:
        raise InvalidEntry(another_invoice(sale.invoice, balance_of(sale.invoice)))
    return sale


def sale_to_undo(invoice: Invoice, *, at: datetime) -> Operation | None:
    """The sale of this day that issued the invoice, as long as it has not been taken back; one query."""
    sales = Operation.objects.filter(
        kind=OperationKind.SALE, undone_at=None, changes__purchase__invoice_lines__invoice=invoice
    )
    operation = sales.first()
    today = local_day(invoice.organisation, at)
    return operation if operation and local_day(invoice.organisation, operation.at) == today else None


def sale_of(purchase: PackagePurchase) -> Sale:
    """The sale that made this purchase. Raises Change.DoesNotExist for one that was assigned without being sold."""
    sold = Change.objects.filter(purchase=purchase, operation__kind=OperationKind.SALE, kind=ChangeKind.ASSIGNED)
    change = sold.select_related("operation", "purchase__package", "purchase__patient").get()
    invoice = Invoice.objects.get(pk=change.after["invoice"])
    payment = invoice.payments.order_by("pk").first()
    return Sale(change.purchase, invoice, payment, change.operation)
