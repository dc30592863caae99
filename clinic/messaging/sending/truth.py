"""Whether a message may still leave: what it says is so, it is of use, and its patient wants it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.utils.translation import gettext as _

from clinic.enums import (
    CANCELLED_STATUSES,
    MOVABLE_STATUSES,
    AppointmentStatus,
    HeldSlotStatus,
    MessageKind,
    MessageStatus,
    OfferAnswer,
    PurchaseStatus,
)
from clinic.messaging.destinations import destination_of
from clinic.messaging.keys import last_day_key
from clinic.messaging.overtaken import TOGETHER, no_longer_true
from clinic.models import Appointment, Message

LOADED = ("patient", "appointment", "purchase", "offer__slot")  # what is looked at of each message

# What must not be said of an appointment that is under way or over, or at another time.
BEFORE_IT_BEGINS = (MessageKind.BOOKED, MessageKind.MOVED, MessageKind.REMINDER)
BOUGHT = {
    MessageKind.ASSIGNED: (PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED, PurchaseStatus.FROZEN),
    MessageKind.PACKAGE_EXPIRING: (PurchaseStatus.ACTIVE,),
}  # a package that is not one of these any more is not told of


class Reason(NamedTuple):
    """Why a message does not leave, in a sentence, and what becomes of it: skipped, or expired."""

    status: MessageStatus
    sentence: str


def why_not_send(messages: Collection[Message], *, at: datetime) -> dict[int, Reason]:
    """By key, why these messages must not leave at the moment `at`; those that may are not in it.

    The messages come with all of LOADED, read just now. Two queries at most, and only for those of several sessions.
    """
    together = no_longer_true(messages)
    reasons = ((message.pk, why_not(message, together, at=at)) for message in messages)
    return {pk: reason for pk, reason in reasons if reason}


def why_not(message: Message, together: Collection[int], *, at: datetime) -> Reason | None:
    """The same of one message; `together` are the keys that `no_longer_true` gave for it and others. No query."""
    return _too_late(message, at) or _untrue(message, together, at)


def _too_late(message: Message, at: datetime) -> Reason | None:
    if message.expires_at is None or at < message.expires_at:
        return None
    return Reason(MessageStatus.EXPIRED, _("It could not leave before it was of no use any more."))


def past_use(*, at: datetime) -> Q:
    """What why_not_send refuses for good, as far as a query knows: it is too late, or untrue of its appointment."""
    closed = [status for status in AppointmentStatus if status not in MOVABLE_STATUSES]
    begun = Q(appointment__status__in=closed) | Q(appointment__starts_at__lte=at)
    start = F("appointment__starts_at")
    untrue = begun | Q(starts_at__lt=start) | Q(starts_at__gt=start)
    return Q(expires_at__lte=at) | Q(kind__in=BEFORE_IT_BEGINS) & untrue


def _untrue(message: Message, together: Collection[int], at: datetime) -> Reason | None:
    sentence = (
        destination_of(message.patient).obstacle
        or (message.pk in together and _("None of its sessions is as it says any more."))
        or (message.appointment and message.kind not in TOGETHER and _of_appointment(message, message.appointment, at))
        or (message.kind == MessageKind.WAITLIST_OFFER and _of_offer(message, at))
        or (message.purchase and _of_purchase(message))
    )
    return Reason(MessageStatus.SKIPPED, sentence) if sentence else None


def _of_appointment(message: Message, appointment: Appointment, at: datetime) -> str:
    if message.kind == MessageKind.CANCELLED:
        return "" if appointment.status in CANCELLED_STATUSES else _("The appointment stands again.")
    if message.kind == MessageKind.NO_SHOW:
        return "" if appointment.status == AppointmentStatus.NO_SHOW else _("The patient has not missed it after all.")
    if message.kind not in BEFORE_IT_BEGINS:
        return ""
    if appointment.status in CANCELLED_STATUSES:
        return _("The appointment is cancelled.")
    if message.starts_at and message.starts_at != appointment.starts_at:
        return _("The appointment is at another time now.")
    if appointment.status not in MOVABLE_STATUSES or appointment.starts_at <= at:
        return _("The patient is here already, or the appointment is over.")
    return ""


def _of_offer(message: Message, at: datetime) -> str:
    offer = message.offer
    is_open = offer and offer.answer == OfferAnswer.OPEN and offer.slot.status == HeldSlotStatus.OPEN
    return "" if is_open and at < offer.slot.held_until else _("The time is not on offer any more.")


def _of_purchase(message: Message) -> str:
    if message.purchase.status not in BOUGHT.get(message.kind, PurchaseStatus.values):
        return _("The package cannot be used any more.")
    if message.kind != MessageKind.PACKAGE_EXPIRING or message.dedupe_key.startswith(last_day_key(message.purchase)):
        return ""
    return _("The package ends on another day now.")


def at_its_address(message: Message) -> None:
    """Point the message to where its patient is reached now, by the channel it was written for if there is a way."""
    destination = destination_of(message.patient, wanted=message.channel)
    message.channel, message.address = destination.channel, destination.address
