"""Who has which messages in hand, so that two workers never send the same one, and a killed one loses none.

A worker takes a number of due messages in hand until a moment, its *lease*. They stay queued, so that whatever makes
one of them untrue still calls it off. Right before a message is handed to its gateway it is *claimed*, in one statement
that succeeds only while it is queued and in this worker's hand; from then on it is being sent and cannot be
called off. The row is where both meet: a change of the appointment that comes first takes the message away, one that
comes later finds it gone and tells the patient the news.

What a killed worker had in hand is due again when the lease is over; what it was just sending goes out once more with
the same key, by which the gateway knows its twin.

Each machine goes by its own clock; up to 40 seconds between two do no harm. What is merely in hand changes hands with
its mark, at any time; what is being sent is so for less than 20 of its 60 seconds, so that nobody else takes it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.enums import MessageStatus
from clinic.models import Message

LEASE = timedelta(seconds=60)  # longer than a worker goes on, and than one letter may take
UNDER_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING)


class Lease(NamedTuple):
    """Messages, by key, in the order in which they leave, in one worker's hand until a moment that is its mark."""

    keys: list[int]
    until: datetime


def due(*, at: datetime) -> QuerySet[Message]:
    """What should leave, and nobody has in hand."""
    in_nobodys_hand = Q(leased_until=None) | Q(leased_until__lte=at)
    return Message.objects.filter(in_nobodys_hand, status__in=UNDER_WAY, due_at__lte=at).order_by("due_at", "pk")


@transaction.atomic
def take(*, at: datetime, limit: int) -> Lease:
    """Take up to `limit` due messages in hand; what another worker is just taking is left to it. Three queries.

    What was tried before comes last, and most often tried last of all: if it ends its worker, it holds up no other.
    """
    until = at + LEASE
    rows = due(at=at).select_for_update(skip_locked=True).values_list("pk", flat=True)
    keys = list(rows.filter(attempts=0)[:limit])
    keys += rows.filter(attempts__gt=0).order_by("attempts", "due_at", "pk")[: limit - len(keys)]
    Message.objects.filter(pk__in=keys).update(status=MessageStatus.QUEUED, leased_until=until)
    return Lease(keys, until)


def in_hand(lease: Lease) -> QuerySet[Message]:
    """What is still this lease's: nobody has called it off, and no other worker has taken it."""
    return Message.objects.filter(status=MessageStatus.QUEUED, leased_until=lease.until)


def claim(message: Message, lease: Lease, *, at: datetime) -> bool:
    """Say that this message is being sent, to its address as it is in `message`; False when it must not be."""
    if message.expires_at is not None and message.expires_at <= at:
        return False
    until, attempts = at + LEASE, message.attempts + 1  # nobody else counts: the mark of the lease is ours
    row = Message.objects.filter(pk=message.pk, status=MessageStatus.QUEUED, leased_until=lease.until)
    claimed = row.update(
        status=MessageStatus.SENDING, leased_until=until, attempts=attempts,
        channel=message.channel, address=message.address,
    )  # fmt: skip
    message.attempts, message.leased_until = attempts, until
    return bool(claimed)


def give_back(lease: Lease, keys: Collection[int]) -> None:
    """Let others take at once what has not been claimed."""
    for key in keys:  # one by one: who holds several rows and waits for another may stand in a desk's way
        in_hand(lease).filter(pk=key).update(leased_until=None)
