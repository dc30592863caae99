"""What became of the messages of a period: counts by kind and channel, and how long the sender took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.messaging.selectors import MEANT_AT
from clinic.models import Message, Organisation

S = MessageStatus
type Group = tuple[str, str]  # kind and channel


@dataclass(frozen=True)
class Delivery:
    """Messages of one kind by one channel. `delivered` are those of the sent that a receipt came for.

    `delay` is the median time from the moment a message was due to the one it was sent, for one that had to be tried
    again from the moment it was written; None where none was sent.
    """

    kind: MessageKind
    channel: Channel
    written: int
    sent: int
    delivered: int
    failed: int
    skipped: int
    expired: int
    cancelled: int
    delay: timedelta | None

    @property
    def under_way(self) -> int:
        return self.written - self.sent - self.failed - self.skipped - self.expired - self.cancelled


def deliveries(organisation: Organisation, *, since: datetime, until: datetime) -> list[Delivery]:
    """What became of the messages written in the period, `until` not included, in the order of the kinds. Two queries.

    A kind that nothing was written of has no row.
    """
    rows = Message.objects.of(organisation).filter(queued_at__gte=since, queued_at__lt=until).order_by()
    named = {"sent": S.SENT, "failed": S.FAILED, "skipped": S.SKIPPED, "expired": S.EXPIRED, "cancelled": S.CANCELLED}
    counted = rows.values("kind", "channel").annotate(
        written=Count("pk"),
        delivered=Count("delivered_at", filter=Q(status=S.SENT)),
        **{name: Count("pk", filter=Q(status=status)) for name, status in named.items()},
    )
    medians = dict(median_delays(rows))
    found = [
        Delivery(
            **{**row, "kind": MessageKind(row["kind"]), "channel": Channel(row["channel"])},
            delay=medians.get((row["kind"], row["channel"])),
        )
        for row in counted
    ]
    return sorted(found, key=lambda one: (list(MessageKind).index(one.kind), list(Channel).index(one.channel)))


def median_delays(rows: QuerySet[Message]) -> Iterator[tuple[Group, timedelta]]:
    """Of each kind and channel, the delay in the middle of all; of an even number, between the two. One query."""
    delay = ExpressionWrapper(F("sent_at") - MEANT_AT, output_field=DurationField())
    group = [F("kind"), F("channel")]
    ranked = rows.filter(status=S.SENT).annotate(
        delay=delay,
        rank=Window(RowNumber(), partition_by=group, order_by=delay.asc()),
        size=Window(Count("pk"), partition_by=group),
    )
    middle = ranked.filter(rank__gte=F("size") / 2.0, rank__lte=F("size") / 2.0 + 1)
    found: dict[Group, list[timedelta]] = {}
    for kind, channel, length in middle.values_list("kind", "channel", "delay"):
        found.setdefault((kind, channel), []).append(length)
    for key, lengths in found.items():
        yield key, sum(lengths, timedelta()) / len(lengths)
