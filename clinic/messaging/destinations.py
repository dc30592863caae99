"""Where a patient is written to."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from clinic.enums import Channel, MessageStatus
from clinic.messaging.channels import is_set_up
from clinic.messaging.reasons import NO_GATEWAY, as_kept, told
from clinic.models import Patient


@dataclass(frozen=True)
class Destination:
    """`error` is why the patient cannot be written to, as messages keep it."""

    channel: Channel
    address: str
    error: str = ""

    @property
    def obstacle(self) -> str:
        """The same in the language of whoever reads it; empty where there is none."""
        return told(self.error)

    @property
    def fields(self) -> dict[str, object]:
        """What a message to it has; one that cannot be sent is skipped, and says why."""
        status = MessageStatus.SKIPPED if self.error else MessageStatus.QUEUED
        return {"channel": self.channel, "address": self.address, "status": status, "error": self.error}


def destination_of(patient: Patient, *, wanted: Channel | None = None) -> Destination:
    """Where this patient is written to: by the `wanted` channel, else the preferred, else one that has an address.

    A channel without a gateway is the last choice, and an obstacle.
    """
    phone = patient.phone.as_e164 if patient.phone and patient.phone.is_valid() else ""
    addresses = {Channel.SMS: phone, Channel.EMAIL: patient.email, Channel.WHATSAPP: phone}
    preferred = Channel(patient.preferred_channel)
    reachable = [c for c in (wanted, preferred, Channel.SMS, Channel.EMAIL) if c and addresses[c]]
    channel = next(filter(is_set_up, reachable), next(iter(reachable), preferred))
    error = ""
    if not patient.active:
        error = gettext_noop("The patient's file is closed.")
    elif not patient.accepts_messages:
        error = gettext_noop("The patient does not want messages.")
    elif not addresses[channel]:
        error = gettext_noop("The patient has neither a valid phone number nor an e-mail address.")
    elif not is_set_up(channel):
        with as_kept():
            error = NO_GATEWAY % {"channel": channel.label}
    return Destination(channel, addresses[channel], error)
