"""What those who wait are told of a free time."""

from collections.abc import Sequence
from datetime import datetime

from clinic.enums import MessageKind
from clinic.messaging.services import destination_of, written_once
from clinic.messaging.texts.words import written
from clinic.messaging.withdrawal import withdraw
from clinic.models import Message, Offer, User
from clinic.tenancy import own


def tell_of_offer(offer: Offer, *, others: int, link: str, by: User, at: datetime) -> Message:
    """Write the message that offers a time, to so many `others` too, into the outbox; it is answered at the link."""
    own(by, offer)
    patient = offer.entry.patient
    destination = destination_of(patient)
    subject, body = written(
        MessageKind.WAITLIST_OFFER, patient, channel=destination.channel, slot=offer.slot, others=others, link=link
    )
    return written_once({
        "organisation_id": offer.organisation_id, "patient": patient, "offer": offer,
        "kind": MessageKind.WAITLIST_OFFER,
        **destination.fields, "language": patient.language, "subject": subject, "body": body,
        "queued_at": at, "due_at": at,
        "starts_at": offer.slot.starts_at, "expires_at": offer.slot.held_until,
        "dedupe_key": dedupe_key(offer),
    })  # fmt: skip


def call_off_offers(offers: Sequence[Offer], *, by: User, at: datetime) -> int:
    """Call off what tells of these offers and has not been sent; the number of messages called off."""
    own(by, *offers)
    return withdraw(Message.objects.filter(dedupe_key__in=[dedupe_key(offer) for offer in offers]), by=by, at=at)


def dedupe_key(offer: Offer) -> str:
    """An offer is told once, whatever the channel."""
    return f"{MessageKind.WAITLIST_OFFER}:{offer.public_id}"
