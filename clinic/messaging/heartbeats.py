"""Whether messages leave as they should."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.heartbeats import SENDER, last_beat
from clinic.messaging import leases

ALIVE_FOR = timedelta(minutes=2)  # it works every minute
TOO_LATE = timedelta(minutes=15)  # a long queue before a slow gateway is no reason for alarm yet


@dataclass(frozen=True)
class WorkerState:
    """When the sender was last heard, None if never, and since when the oldest message should have left."""

    at: datetime
    beat_at: datetime | None
    oldest_due_at: datetime | None

    @property
    def is_alive(self) -> bool:
        return self.beat_at is not None and self.at - self.beat_at <= ALIVE_FOR

    @property
    def is_late(self) -> bool:
        return self.oldest_due_at is not None and self.at - self.oldest_due_at > TOO_LATE

    @property
    def is_well(self) -> bool:
        return self.is_alive and not self.is_late


def worker_state(*, at: datetime) -> WorkerState:
    """How the sender of every organisation's messages is; two queries."""
    oldest_due_at = leases.due(at=at).values_list("due_at", flat=True).first()
    return WorkerState(at, last_beat(SENDER), oldest_due_at)
