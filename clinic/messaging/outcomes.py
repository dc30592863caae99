"""What gateways tell afterwards: a letter has arrived, or never will."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from clinic.enums import MessageStatus
from clinic.messaging.reasons import NOT_DELIVERED
from clinic.models import Message
from clinic.plain_text import one_line

LONGEST_REASON = 150
S = MessageStatus

# Who has it needs no second one, whatever was thought of the first: nobody had answered, or too late.
ARRIVED_AFTER_ALL = (S.QUEUED, S.SENDING, S.SENT, S.FAILED, S.EXPIRED)


@dataclass(frozen=True)
class DeliveryReceipt:
    """`key` is the letter's; `reason` says in the gateway's words why it was not delivered."""

    key: UUID
    delivered: bool
    at: datetime
    reason: str = ""


def known(keys: Iterable[UUID]) -> set[UUID]:
    """Those of these keys that are letters of ours."""
    return set(Message.objects.filter(public_id__in=set(keys)).values_list("public_id", flat=True))


def note(receipts: Iterable[DeliveryReceipt]) -> None:
    """Write down what became of these letters.

    Told twice, or in another order, it comes out the same: who has a letter has it, and a failure is believed only of
    one that has left. Each receipt stands for itself, so that a gateway which is cut short may send all of them again.
    """
    for receipt in receipts:
        if receipt.delivered:
            note_arrival(receipt)
        else:
            note_failure(receipt)


def note_arrival(receipt: DeliveryReceipt) -> None:
    message = Message.objects.filter(public_id=receipt.key, delivered_at=None)
    left = {"sent_at": Coalesce(F("sent_at"), receipt.at), "delivered_at": receipt.at}
    if not message.filter(status__in=ARRIVED_AFTER_ALL).update(status=S.SENT, leased_until=None, error="", **left):
        message.update(**left)  # called off meanwhile, and it stays so


def note_failure(receipt: DeliveryReceipt) -> None:
    reason = one_line(receipt.reason, longest=LONGEST_REASON) or gettext_noop("no reason given")
    error = NOT_DELIVERED % {"reason": reason}
    gone = Message.objects.filter(public_id=receipt.key, delivered_at=None, status__in=[S.SENDING, S.SENT])
    gone.update(status=S.FAILED, leased_until=None, error=error[:250])
