"""Send what is due: take it in hand, look once more whether it may leave, claim it, hand it to its gateway, note it.

Each message stands for itself: one that fails is tried again later and stops no other, and nothing here is inside a
transaction while a gateway is asked. What is true is read again at least once a second while a batch goes on, and what
calls a message off takes effect up to the moment in which it is claimed (see `leases`).
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from datetime import datetime
from time import monotonic

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageStatus
from clinic.heartbeats import SENDER, beat
from clinic.messaging.channels import Carrier, TryLater, Undeliverable, channel_of, letter_of
from clinic.messaging.channels.composing import LOADED as OF_LETTERS
from clinic.messaging.overtaken import no_longer_true
from clinic.messaging.reasons import UNEXPECTED, as_kept
from clinic.messaging.sending import leases, quiet
from clinic.messaging.sending.backoff import A_MINUTE, MOST_ATTEMPTS, wait_after
from clinic.messaging.sending.gateway_troubles import note_failure, note_success
from clinic.messaging.sending.leases import Lease
from clinic.messaging.sending.truth import LOADED as OF_TRUTH
from clinic.messaging.sending.truth import Reason, at_its_address, why_not
from clinic.models import Message

LOADED = {*OF_TRUTH, *OF_LETTERS, *quiet.LOADED}
FRESH = 1.0  # seconds for which what was read of the world is believed
LOOKED_AT_AGAIN = 50  # at once, after such a second: more than leave in the next
SECONDS = 40.0  # that a batch goes on; with the last letter still less than the lease, and than the task may take
LONGEST_ERROR, LONGEST_REFERENCE = 250, 120

logger = logging.getLogger(__name__)


@dataclass
class Batch:
    """How many messages were taken in hand, and what became of them; the rest was called off meanwhile or given back.

    `retried` are to be tried again later, `postponed` wait for the end of the quiet hours.
    """

    taken: int = 0
    sent: int = 0
    retried: int = 0
    failed: int = 0
    skipped: int = 0
    expired: int = 0
    postponed: int = 0

    def count(self, outcome: str) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def __add__(self, other: "Batch") -> "Batch":
        return Batch(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def send_due(*, at: datetime | None = None, limit: int = 500, seconds: float = SECONDS) -> Batch:
    """Send up to `limit` messages that are due, going on for so many seconds; what became of them.

    Safe on several workers at once, and to be killed at any moment. The looking costs the same six queries at most,
    whatever the number of messages, each channel one, and each message two more to be claimed and noted.
    """
    clock = now if at is None else lambda: at
    lease = leases.take(at=clock(), limit=limit)
    batch, ends = Batch(taken=len(lease.keys)), monotonic() + seconds
    with Gateways() as gateways, as_kept():
        for message in _sendable(lease, batch, clock, ends):
            if leases.claim(message, lease, at=clock()):
                batch.count(_send(message, gateways, clock))
    return batch


def send_everything(*, seconds: float = SECONDS) -> Batch:
    """Send what is due, batch after batch, for so many seconds; what became of all. It says that it is alive."""
    ends, everything = monotonic() + seconds, Batch()
    while (left := ends - monotonic()) > 0:
        beat(SENDER, at=now())
        batch = send_due(seconds=left)
        everything += batch
        if not batch.taken:
            break
    return everything


def _sendable(lease: Lease, batch: Batch, clock: Callable[[], datetime], ends: float) -> Iterator[Message]:
    """The messages of the lease one by one, each looked at less than a second ago; what must wait or stay is noted."""
    left, size = lease.keys, len(lease.keys)
    while left and monotonic() < ends:
        looked_at = deque(_looked_at(lease, left[:size], batch, clock()))
        stale = min(monotonic() + FRESH, ends)
        while looked_at:
            yield looked_at.popleft()
            if monotonic() >= stale:
                break
        left, size = [message.pk for message in looked_at] + left[size:], LOOKED_AT_AGAIN
    leases.give_back(lease, left)


def _looked_at(lease: Lease, keys: list[int], batch: Batch, at: datetime) -> Iterator[Message]:
    rows = leases.in_hand(lease).select_related(*sorted(LOADED)).in_bulk(keys)
    messages = [rows[key] for key in keys if key in rows]
    together = no_longer_true(messages)
    for message in messages:
        mine = leases.in_hand(lease)
        try:
            reason, wakes = _look(message, together, at)
        except Exception as error:  # of one message: the others are not to suffer. Its words may hold a patient's
            message.attempts += 1
            batch.count(_try_later(mine, message, _unexpected(message, error), tried=True, at=at))
            continue
        if reason:
            _note(mine, message, status=reason.status, error=reason.sentence, leased_until=at)
            batch.count(reason.status)
        elif wakes > at:
            _note(mine, message, due_at=wakes)
            batch.count("postponed")
        else:
            yield message


def _look(message: Message, together: set[int], at: datetime) -> tuple[Reason | None, datetime]:
    """Why the message stays, if it does, and when it may leave; it is pointed to where its patient is reached now."""
    if reason := why_not(message, together, at=at) or _never_noted(message):
        return reason, at
    at_its_address(message)
    wakes = quiet.waits_until(message, at=at)
    return quiet.too_late(message, wakes), wakes


def _never_noted(message: Message) -> Reason | None:
    """Why it is given up without a try: each worker that claimed it has ended before it could note what became of it.

    A try that is noted is either tried again, below this number, or settled.
    """
    if message.attempts < MOST_ATTEMPTS:
        return None
    sentence = _("The worker ended each time that it was being sent. It may have arrived.")
    return Reason(MessageStatus.FAILED, sentence)


def _send(message: Message, gateways: "Gateways", clock: Callable[[], datetime]) -> str:
    """Hand the claimed message to its gateway and note what became of it; the word for that."""
    channel = Channel(message.channel)
    try:
        delivery = gateways.by(channel).send(letter_of(message))
    except Undeliverable as error:
        return _give_up(_being_sent(message), message, error.reason)
    except TryLater as error:
        if error.tried and not error.of_recipient:
            gateways.note(channel, fails=True, at=clock())
        return _try_later(_being_sent(message), message, error.reason, tried=error.tried, at=clock())
    except Exception as error:  # of one letter: the others are not to suffer. Its words may hold a patient's
        return _try_later(_being_sent(message), message, _unexpected(message, error), tried=True, at=clock())
    gateways.note(channel, fails=False, at=clock())
    gone = Message.objects.filter(pk=message.pk, status__in=leases.UNDER_WAY)  # in whose hand it is by now, it has left
    gone.update(
        status=MessageStatus.SENT, sent_at=clock(), leased_until=None, error="",
        provider_reference=delivery.reference[:LONGEST_REFERENCE],
    )  # fmt: skip
    return "sent"


def _unexpected(message: Message, error: Exception) -> str:
    logger.error("Message %s could not be sent: %s.", message.public_id, type(error).__name__)
    return _(UNEXPECTED) % {"error": type(error).__name__}


def _give_up(row: QuerySet[Message], message: Message, reason: str) -> str:
    _note(row, message, status=MessageStatus.FAILED, attempts=message.attempts, error=reason)
    return "failed"


def _try_later(row: QuerySet[Message], message: Message, reason: str, *, tried: bool, at: datetime) -> str:
    """Put it back: after a rising wait, at most half of what is left before it is of no use; or give it up at last.

    For what its gateway was not asked for it stays due, and in nobody's reach until the gateway may be asked again.
    """
    if tried and message.attempts >= MOST_ATTEMPTS:
        return _give_up(row, message, reason)
    wait = wait_after(message.attempts) if tried else A_MINUTE
    if message.expires_at:
        wait = min(wait, (message.expires_at - at) / 2)
    again = {"due_at": at + wait} if tried else {"leased_until": at + wait}
    attempts = message.attempts if tried else message.attempts - 1  # nobody was asked, so that nobody has failed
    _note(row, message, status=MessageStatus.QUEUED, attempts=attempts, error=reason, **again)
    return "retried"


def _being_sent(message: Message) -> QuerySet[Message]:
    """Its row, while nobody else has taken it in hand."""
    return Message.objects.filter(status=MessageStatus.SENDING, leased_until=message.leased_until)


def _note(rows: QuerySet[Message], message: Message, *, error: str | None = None, **fields: object) -> None:
    if error is not None:
        fields["error"] = error[:LONGEST_ERROR]
    rows.filter(pk=message.pk).update(**{"leased_until": None, **fields})


class Gateways(ExitStack):
    """The carriers of one batch, each opened when the first letter comes by its channel, and kept."""

    def __enter__(self) -> "Gateways":
        self._open: dict[Channel, Carrier] = {}
        self._fails: dict[Channel, bool] = {}
        super().__enter__()
        return self

    def by(self, channel: Channel) -> Carrier:
        if channel not in self._open:
            self._open[channel] = self.enter_context(channel_of(channel).open())
        return self._open[channel]

    def note(self, channel: Channel, *, fails: bool, at: datetime) -> None:
        """Whether it takes letters, written down where this batch has seen it otherwise or not at all."""
        if self._fails.get(channel) is fails:
            return
        self._fails[channel] = fails
        if fails:
            note_failure(channel, at=at)
        else:
            note_success(channel)
