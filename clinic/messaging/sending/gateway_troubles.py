"""Since when gateways fail: one row for each channel, made by a try that failed, gone with a letter that was taken.

Messages themselves cannot tell: each of them moves on with each try, is given up at last, and others come.
"""

from datetime import datetime

from clinic.enums import Channel
from clinic.models import Heartbeat

PREFIX = "failing:"


def note_failure(channel: Channel, *, at: datetime) -> None:
    """The gateway of this channel did not take a letter; since when it does not is kept. One query."""
    Heartbeat.objects.bulk_create([Heartbeat(name=f"{PREFIX}{channel}", beat_at=at)], ignore_conflicts=True)


def note_success(channel: Channel) -> None:
    """The gateway of this channel has taken a letter. One query."""
    Heartbeat.objects.filter(name=f"{PREFIX}{channel}").delete()
