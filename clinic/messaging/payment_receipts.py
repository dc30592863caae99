"""What patients are told of the money they have paid, and of what was given back to them."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.utils import translation

from clinic.currencies import currency_name
from clinic.enums import MessageKind
from clinic.messaging.expiry import of_use_until
from clinic.messaging.services import destination_of, written_once
from clinic.messaging.texts.words import Facts, day, first_name, ours, rendered
from clinic.models import Message, Payment, User
from clinic.plain_text import one_line
from clinic.tenancy import own

KIND = MessageKind.RECEIPT
REFUND = "refund"  # our words for a refund; an organisation's own words for a receipt thank for a payment


def tell_of_payment(payment: Payment, *, left: Decimal, by: User, at: datetime) -> Message:
    """Write the receipt of a payment into the outbox, once; `left` is what is still to be paid of its invoice."""
    return tell_of(payment, lambda channel: receipt_words(payment, left=left, channel=channel), by=by, at=at)


def tell_of_refund(refund: Payment, *, by: User, at: datetime) -> Message:
    """Write the receipt of a refund into the outbox, once."""
    return tell_of(refund, lambda channel: refund_words(refund, channel=channel), by=by, at=at)


def tell_of(payment: Payment, words: Callable[[str], tuple[str, str]], *, by: User, at: datetime) -> Message:
    own(by, payment)
    patient = payment.invoice.patient
    destination = destination_of(patient)
    subject, body = words(destination.channel)
    return written_once({
        "organisation_id": payment.organisation_id, "patient": patient, "kind": KIND,
        **destination.fields, "language": patient.language, "subject": subject, "body": body,
        "queued_at": at, "due_at": at,
        "expires_at": of_use_until(KIND, due_at=at),
        "dedupe_key": f"{KIND}:payment-{payment.pk}",
    })  # fmt: skip


def receipt_words(payment: Payment, *, left: Decimal, channel: str = "") -> tuple[str, str]:
    """The subject and the text in the patient's language, with nothing in them of what was paid for."""
    language = payment.invoice.patient.language
    with translation.override(language):
        facts = {**facts_of(payment), "left": amount_text(left)}
        return rendered(KIND, language, facts, channel=channel, organisation=payment.organisation_id)


def refund_words(refund: Payment, *, channel: str = "") -> tuple[str, str]:
    """The same of a refund. Nothing of what is left: whether that is still owed is decided after it."""
    language = refund.invoice.patient.language
    with translation.override(language):
        return ours(REFUND, language, channel, facts_of(refund) | {"of": refund.refund_of.receipt_number})


def facts_of(payment: Payment) -> Facts:
    patient, clinic = payment.invoice.patient, payment.clinic
    return {
        "first_name": first_name(patient), "clinic": one_line(clinic.name_in(patient.language)),
        "amount": amount_text(abs(payment.amount)), "currency": currency_name(payment.invoice.currency),
        "number": payment.receipt_number, "day": day(payment.taken_at.astimezone(clinic.zone)),
    }  # fmt: skip


def amount_text(amount: Decimal) -> str:
    """With two decimals, as in the active language; nothing for nothing."""
    return floatformat(amount, 2) if amount else ""
