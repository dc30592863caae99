"""A letter as a channel gets it, and the row that it was made of."""

from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.messaging.channels import Letter
from clinic.models import Message
from tests.factories import NINE


def make_letter(channel=Channel.EMAIL, **fields) -> Letter:
    values = {
        "key": "0b6d8f0e-6a53-4c0e-9d39-6f6f2f9f0c11", "kind": MessageKind.BOOKED, "channel": channel,
        "address": "huda@example.com" if channel == Channel.EMAIL else "+966501234567",
        "subject": "Your appointment is booked", "body": "Dear Huda,\n\nwe expect you.", "language": Language.ENGLISH,
    }  # fmt: skip
    return Letter(**{**values, **fields})


def make_message(appointment, **fields) -> Message:
    values = {
        "organisation": appointment.organisation, "patient": appointment.patient, "appointment": appointment,
        "kind": MessageKind.BOOKED, "channel": Channel.SMS, "address": "+966501234567", "language": Language.ENGLISH,
        "body": "We expect you.", "starts_at": appointment.starts_at, "due_at": NINE, "queued_at": NINE,
        "status": MessageStatus.QUEUED, "dedupe_key": f"{appointment.pk}:{Message.objects.count()}",
    }  # fmt: skip
    return Message.objects.create(**{**values, **fields})
