"""What people do, and the clock, who tell of packages that expire soon at the same moment. Rows are named by keys."""

from datetime import datetime

from clinic.messaging.services import resend
from clinic.models import Message, User
from clinic.packages.services import remind_expiring, remind_expiring_due


def remind(*, at: str, by: int | None = None) -> int:
    """Press "Remind all", or without anybody be the clock that looks who is to be told; how many were written to."""
    moment = datetime.fromisoformat(at)
    if by is None:
        return remind_expiring_due(at=moment)
    return remind_expiring(by=User.objects.get(pk=by), at=moment).messages.count()


def remind_or_resend(*, at: str, by: int, messages: list[int]) -> int:
    """Press "Remind all", or send these messages once more by hand, one after the other; how many were written to."""
    if not messages:
        return remind(at=at, by=by)
    user = User.objects.get(pk=by)
    return len([resend(Message.objects.get(pk=pk), by=user, at=datetime.fromisoformat(at)) for pk in messages])
