"""What patients are told of the money they have paid."""

from datetime import datetime
from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.utils import translation

from clinic.currencies import currency_name
from clinic.enums import MessageKind
from clinic.messaging.expiry import of_use_until
from clinic.messaging.services import destination_of, written_once
from clinic.messaging.words import day, first_name, rendered
from clinic.models import Message, Payment, User
from clinic.plain_text import one_line
from clinic.tenancy import own

KIND = MessageKind.RECEIPT


def tell_of_payment(payment: Payment, *, left: Decimal, by: User, at: datetime) -> Message:
    """Write the receipt of a payment into the outbox, once; `left` is what is still to be paid of its invoice."""
    own(by, payment)
    patient = payment.invoice.patient
    destination = destination_of(patient)
    subject, body = receipt_words(payment, left=left, channel=destination.channel)
    return written_once({
        "organisation_id": payment.organisation_id, "patient": patient, "kind": KIND,
        **destination.fields, "language": patient.language, "subject": subject, "body": body,
        "queued_at": at, "due_at": at,
        "expires_at": of_use_until(KIND, due_at=at),
        "dedupe_key": f"{KIND}:payment-{payment.pk}",
    })  # fmt: skip


def receipt_words(payment: Payment, *, left: Decimal, channel: str = "") -> tuple[str, str]:
    """The subject and the text in the patient's language, with nothing in them of what was paid for."""
    patient, clinic = payment.invoice.patient, payment.clinic
    with translation.override(patient.language):
        return rendered(KIND, patient.language, {
            "first_name": first_name(patient), "clinic": one_line(clinic.name_in(patient.language)),
            "amount": amount_text(payment.amount), "left": amount_text(left),
            "currency": currency_name(payment.invoice.currency), "number": payment.receipt_number,
            "day": day(payment.taken_at.astimezone(clinic.zone)),
        }, channel=channel, organisation=payment.organisation_id)  # fmt: skip


def amount_text(amount: Decimal) -> str:
    """With two decimals, as in the active language; nothing for nothing."""
    return floatformat(amount, 2) if amount else ""
