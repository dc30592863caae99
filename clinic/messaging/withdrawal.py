"""Taking out of the outbox what has not left yet."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import MessageStatus
from clinic.models import Message, User


def withdraw(messages: QuerySet[Message], *, by: User, at: datetime | None = None) -> int:
    """Call off those of these messages that are queued, whoever has them in hand, and say by whom; how many were.

    What is being sent, or has left, stays as it is: each row is called off in the statement that looks at it.
    """
    sentence = _("Called off by %(name)s on %(day)s.") % {"name": by, "day": f"{at or now():%Y-%m-%d}"}
    queued = messages.filter(status=MessageStatus.QUEUED)
    return queued.update(status=MessageStatus.CANCELLED, leased_until=None, error=sentence[:250])
