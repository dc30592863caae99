"""A letter as a channel gets it."""

from clinic.enums import Channel, Language, MessageKind
from clinic.messaging.channels import Letter


def make_letter(channel=Channel.EMAIL, **fields) -> Letter:
    values = {
        "key": "0b6d8f0e-6a53-4c0e-9d39-6f6f2f9f0c11", "kind": MessageKind.BOOKED, "channel": channel,
        "address": "huda@example.com" if channel == Channel.EMAIL else "+966501234567",
        "subject": "Your appointment is booked", "body": "Dear Huda,\n\nwe expect you.", "language": Language.ENGLISH,
    }  # fmt: skip
    return Letter(**{**values, **fields})
