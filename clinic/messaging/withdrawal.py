"""Taking out of the outbox what has not left yet."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.timezone import localdate, now

from clinic.enums import MessageStatus
from clinic.messaging.reasons import CALLED_OFF
from clinic.models import Message, User
from clinic.tenancy import own


def withdraw(messages: QuerySet[Message], *, by: User, at: datetime | None = None) -> int:
    """Call off those of these messages that are queued, whoever has them in hand, and say by whom; how many were.

    What is being sent, or has left, stays as it is: each row is called off in the statement that looks at it.
    """
    day = localdate(at or now(), ZoneInfo(own(by).time_zone))
    sentence = CALLED_OFF % {"name": by, "day": day.isoformat()}
    queued = messages.filter(status=MessageStatus.QUEUED)
    return queued.update(status=MessageStatus.CANCELLED, leased_until=None, error=sentence[:250])
