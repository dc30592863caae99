"""Give money back: at once, or asked for by one person and decided by another."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from clinic.attempts import watched
from clinic.billing.entries import reason_refusals, trimmed
from clinic.billing.money import to_cents
from clinic.billing.refusals import (
    answer_refusals,
    asked_already_refusals,
    refund_refusals,
    second_person_refusals,
)
from clinic.billing.services.numbers import next_number
from clinic.billing.services.payments import the_same
from clinic.billing.standing import locked, settle
from clinic.enums import DocumentKind, PaymentKind, PaymentMethod, RefundRequestStatus
from clinic.errors import BillingRefused
from clinic.messaging.payment_receipts import tell_of_refund
from clinic.models import Clinic, Payment, RefundRequest, User
from clinic.retries import made_before, retried
from clinic.tenancy import own


@watched
@retried
@transaction.atomic
def refund(
    payment: Payment,
    *,
    amount: Decimal,
    by: User,
    reason: str,
    method: PaymentMethod | None = None,
    clinic: Clinic | None = None,
    request_key: UUID | None = None,
    at: datetime | None = None,
) -> Payment:
    """Give this amount of a payment back, the way it was paid unless `method` says otherwise; the refund.

    It is taken from the drawer of `clinic`, or of where the payment was taken. `request_key` names the form that asks
    for it: sent again, it gets the refund that it made. Raises BillingRefused for more than is left of the payment,
    and where a second person has to approve it, and InvalidEntry when the same form asks for something else now.
    """
    own(by, payment, clinic)
    invoice, reason, at = locked(payment.invoice), trimmed(reason), at or now()
    method = method or payment.method
    if made := made_before(Payment, request_key, refund_of=payment):
        return the_same(made, amount=amount, method=method, reason=reason)
    refusals = refund_refusals(payment, amount=amount, method=method, reason=reason)
    if refusals := refusals + second_person_refusals(invoice):
        raise BillingRefused(*refusals)
    payment.invoice = invoice
    return give_back(
        payment, amount, method=method, by=by, reason=reason, clinic=clinic, request_key=request_key, at=at
    )


@watched
@retried
@transaction.atomic
def ask_refund(
    payment: Payment,
    *,
    amount: Decimal,
    by: User,
    reason: str,
    method: PaymentMethod | None = None,
    clinic: Clinic | None = None,
    at: datetime | None = None,
) -> RefundRequest:
    """Ask for a refund that another person decides; nothing is given back yet. A payment has one request at a time.

    `clinic` is where the money will be given back, if not where the payment was taken.
    """
    organisation = own(by, payment, clinic)
    locked(payment.invoice)
    reason, at, method = trimmed(reason), at or now(), method or payment.method
    refusals = refund_refusals(payment, amount=amount, method=method, reason=reason)
    if refusals := refusals + asked_already_refusals(payment):
        raise BillingRefused(*refusals)
    request = RefundRequest(
        organisation=organisation, payment=payment, amount=to_cents(amount), method=method, reason=reason,
        clinic=clinic, asked_by=by, asked_at=at,
    )  # fmt: skip
    request.record(by=by, reason=reason, at=at)
    return request


@watched
@retried
@transaction.atomic
def approve_refund(request: RefundRequest, *, by: User, at: datetime | None = None) -> RefundRequest:
    """Give back what was asked for, by the one who asked and with this person's approval; the request with its refund.

    Raises BillingRefused without the permission, for who has asked, for a request that was answered, and when less is
    left of the payment by now.
    """
    request, at = taken_up(request, by=by), at or now()
    asked = {"amount": request.amount, "method": request.method, "reason": request.reason}
    if refusals := answer_refusals(request, by=by) or refund_refusals(request.payment, **asked):
        raise BillingRefused(*refusals)
    request.refund = give_back(
        request.payment, request.amount, method=request.method, by=request.asked_by, reason=request.reason,
        clinic=request.clinic, approved_by=by, at=at,
    )  # fmt: skip
    return answered(request, RefundRequestStatus.APPROVED, "refund", by=by, at=at)


@watched
@retried
@transaction.atomic
def refuse_refund(request: RefundRequest, *, by: User, answer: str, at: datetime | None = None) -> RefundRequest:
    """Say no to a request, and why; nothing is given back. Raises BillingRefused for whom may not answer it."""
    request, words = taken_up(request, by=by), trimmed(answer)
    if refusals := answer_refusals(request, by=by) or reason_refusals(words):
        raise BillingRefused(*refusals)
    request.answer = words
    return answered(request, RefundRequestStatus.REFUSED, "answer", by=by, at=at or now())


def taken_up(request: RefundRequest, *, by: User) -> RefundRequest:
    """The request as it is now, locked, its visit and invoice first."""
    own(by, request)
    invoice = locked(request.payment.invoice)
    rows = RefundRequest.objects.select_for_update(of=("self",)).select_related("payment", "asked_by", "clinic")
    row = rows.get(pk=request.pk)
    row.payment.invoice = invoice
    return row


def answered(
    request: RefundRequest, status: RefundRequestStatus, field: str, *, by: User, at: datetime
) -> RefundRequest:
    request.status, request.answered_by, request.answered_at = status, by, at
    request.record("status", "answered_by", "answered_at", field, by=by, at=at)
    return request


def give_back(
    payment: Payment,
    amount: Decimal,
    *,
    method: str,
    by: User,
    reason: str,
    clinic: Clinic | None,
    at: datetime,
    approved_by: User | None = None,
    request_key: UUID | None = None,
) -> Payment:
    """Write the refund of a payment whose invoice is locked, and what follows from it; the patient gets a receipt."""
    given_back = Payment.objects.create(
        organisation_id=payment.organisation_id, invoice=payment.invoice, kind=PaymentKind.REFUND, method=method,
        amount=-to_cents(amount), refund_of=payment, reason=reason, clinic=clinic or payment.clinic,
        taken_by=by, taken_at=at, approved_by=approved_by, request_key=request_key,
        receipt_number=next_number(payment.organisation, DocumentKind.RECEIPT),
    )  # fmt: skip
    settle(payment.invoice, by=approved_by or by, reason=reason, at=at)
    tell_of_refund(given_back, by=approved_by or by, at=at)
    return given_back
