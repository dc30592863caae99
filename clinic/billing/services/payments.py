"""Take money for an invoice."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from clinic.attempts import watched
from clinic.billing.entries import trimmed
from clinic.billing.money import to_cents
from clinic.billing.refusals import another_amount, payment_refusals
from clinic.billing.selectors import balance_of
from clinic.billing.services.numbers import next_number
from clinic.billing.signals import payment_received
from clinic.billing.standing import locked, settle
from clinic.enums import DocumentKind, PaymentMethod
from clinic.errors import BillingRefused, InvalidEntry
from clinic.messaging.payment_receipts import tell_of_payment
from clinic.models import Clinic, Invoice, Payment, User
from clinic.retries import made_before, retried
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def record_payment(
    invoice: Invoice,
    *,
    method: PaymentMethod,
    amount: Decimal,
    by: User,
    clinic: Clinic | None = None,
    reference: str = "",
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> Payment:
    """Take this amount for the invoice, at `clinic` or where it was issued; the patient gets a receipt.

    What waits for the payment is begun in the same transaction. `request_key` names the form that asks for it: sent
    again, it gets the payment that it made. Raises BillingRefused for what is no amount, or more than is left, and
    InvalidEntry when the same form asks for something else now.
    """
    organisation = own(by, invoice, clinic)
    invoice, reference, at = locked(invoice), trimmed(reference), at or now()
    if made := made_before(Payment, request_key, invoice=invoice):
        return the_same(made, amount=amount, method=method, reference=reference)
    balance = balance_of(invoice)
    if refusals := payment_refusals(invoice, balance, amount=amount, method=method, reference=reference):
        raise BillingRefused(*refusals)
    payment = Payment.objects.create(
        organisation=organisation, invoice=invoice, method=method, amount=to_cents(amount), reference=reference,
        clinic=clinic or invoice.clinic, taken_by=by, taken_at=at, request_key=request_key,
        receipt_number=next_number(organisation, DocumentKind.RECEIPT),
    )  # fmt: skip
    settle(invoice, by=by, at=at)
    payment_received.send(Payment, invoice=invoice, payment=payment, by=by, at=at)
    tell_of_payment(payment, left=balance.left - amount, by=by, at=at)
    return payment


def the_same(made: Payment, *, amount: Decimal, method: str, reference: str = "", reason: str = "") -> Payment:
    """What the form made when it was sent before; InvalidEntry when anything that was written in it is another now."""
    if (abs(made.amount), made.method, made.reference, made.reason) != (amount, method, reference, reason):
        raise InvalidEntry(another_amount(made))
    return made
