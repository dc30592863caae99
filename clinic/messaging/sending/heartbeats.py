"""Whether messages leave as they should."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q, Sum

from clinic.enums import Channel
from clinic.heartbeats import SENDER
from clinic.messaging.sending.gateway_troubles import PREFIX
from clinic.messaging.sending.leases import UNDER_WAY
from clinic.models import Heartbeat, Message

ALIVE_FOR = timedelta(minutes=2)  # it works every minute
TOO_LATE = timedelta(minutes=15)  # a long queue before a slow gateway is no reason for alarm yet
SEVERAL = 4  # tries, which a single message has behind it after such a time


@dataclass(frozen=True)
class WorkerState:
    """When the sender was last heard, None if never, and since when the oldest message should have left.

    `failing` are the channels by which nothing has left for a quarter of an hour although it was tried again and again,
    each with the first try that failed.
    """

    at: datetime
    beat_at: datetime | None
    oldest_due_at: datetime | None
    failing: Mapping[Channel, datetime] = field(default_factory=dict)

    @property
    def is_alive(self) -> bool:
        return self.beat_at is not None and self.at - self.beat_at <= ALIVE_FOR

    @property
    def is_late(self) -> bool:
        return self.oldest_due_at is not None and self.at - self.oldest_due_at > TOO_LATE

    @property
    def is_well(self) -> bool:
        return self.is_alive and not self.is_late and not self.failing


def worker_state(*, at: datetime) -> WorkerState:
    """How the sender of every organisation's messages is; two queries, three while a gateway fails."""
    under_way = Message.objects.filter(status__in=UNDER_WAY).order_by()
    oldest_due_at = under_way.filter(due_at__lte=at).aggregate(first=Min("due_at"))["first"]
    signs = Heartbeat.objects.filter(Q(name=SENDER) | Q(name__startswith=PREFIX))
    moments = dict(signs.values_list("name", "beat_at"))
    beat_at = moments.pop(SENDER, None)
    since = {Channel(name.removeprefix(PREFIX)): moment for name, moment in moments.items() if at - moment >= TOO_LATE}
    return WorkerState(at, beat_at, oldest_due_at, {name: since[name] for name in sorted(waited_for(since))})


def waited_for(channels: Mapping[Channel, datetime]) -> set[Channel]:
    """Those of these channels by which messages are under way that were tried several times; one query at most."""
    if not channels:
        return set()
    tried = Message.objects.filter(status__in=UNDER_WAY, channel__in=list(channels), attempts__gt=0).order_by()
    counted = tried.values_list("channel").annotate(tries=Sum("attempts"))
    return {Channel(channel) for channel, tries in counted if tries >= SEVERAL}
