"""Signs of life of what works by itself."""

from datetime import datetime

from django.db.models import Max

from clinic.models import Heartbeat

SENDER = "messages"
WORKER = "worker"  # any other work that may take longer than a minute, at each step of it


def beat(name: str, *, at: datetime) -> None:
    """Note that something is alive; the row is made by its first sign of life. Not inside a transaction of others."""
    if not Heartbeat.objects.filter(name=name).update(beat_at=at):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, beat_at=at)], ignore_conflicts=True)


def last_beat(*names: str) -> datetime | None:
    """When any of these was last heard; None if never."""
    return Heartbeat.objects.filter(name__in=names).aggregate(last=Max("beat_at"))["last"]
