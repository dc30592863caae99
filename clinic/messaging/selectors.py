"""Questions to the outbox: what stands in it now, and whose words a message has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from clinic.enums import MessageStatus
from clinic.models import Message, MessageTemplate, Organisation

LOOKED_BACK = timedelta(days=30)  # a failure that nobody has cared for until then is history


@dataclass(frozen=True)
class Standing:
    """How many messages wait, are being sent and were given up; `oldest_due_at` is of those that should have left.

    `failed_today` are those given up since the day began, `failed` those of the last thirty days; both without those
    that were sent again.
    """

    waiting: int
    sending: int
    failed_today: int
    failed: int
    oldest_due_at: datetime | None


def standing(organisation: Organisation, *, at: datetime, today: datetime) -> Standing:
    """The outbox of an organisation at the moment `at`; `today` is when the day began. Two queries."""
    rows = Message.objects.of(organisation).order_by()
    queued, sending = Q(status=MessageStatus.QUEUED), Q(status=MessageStatus.SENDING)
    under_way = rows.filter(queued | sending).aggregate(
        waiting=Count("pk", filter=queued),
        sending=Count("pk", filter=sending),
        oldest_due_at=Min("due_at", filter=Q(due_at__lte=at)),
    )
    failed = unanswered_failures(organisation, at=at).aggregate(
        failed=Count("pk"), failed_today=Count("pk", filter=Q(due_at__gte=today))
    )
    return Standing(**under_way, **failed)


def unanswered_failures(organisation: Organisation, *, at: datetime) -> QuerySet[Message]:
    """What was given up in the last thirty days and has not been sent again."""
    lately = Message.objects.of(organisation).filter(queued_at__gte=at - LOOKED_BACK, resent_as=None)
    return lately.filter(status=MessageStatus.FAILED).order_by()


def own_words_of(message: Message) -> MessageTemplate | None:
    """The organisation's own words that the message was written with; nothing where they are those that we ship.

    The words of its channel come before those of every channel. As a version of the template: one query.
    """
    versions = MessageTemplate.history.filter(
        organisation=message.organisation_id, kind=message.kind, language=message.language,
        channel__in=["", message.channel], history_date__lte=message.queued_at,
    )  # fmt: skip
    newest = {version.id: version for version in versions.order_by("history_date", "history_id")}
    standing_then = [version for version in newest.values() if version.history_type != "-"]
    return max(standing_then, key=lambda version: bool(version.channel), default=None)
