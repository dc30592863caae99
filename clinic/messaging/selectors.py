"""Questions to the outbox: what stands in it now, and whose words a message has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, When

from clinic.enums import HEARD_STATUSES, MessageStatus
from clinic.messaging.sending.truth import past_use
from clinic.models import Message, MessageTemplate, Organisation

#: What was written after a failure answers it: it has reached the patient or may, or has failed in its place.
ANSWERS = (*HEARD_STATUSES, MessageStatus.FAILED)
#: Since when a message was to leave: `due_at` moves with each try that failed, so that then it counts from its writing.
MEANT_AT = Case(
    When(Q(attempts__gt=1) | Q(attempts=1, status=MessageStatus.QUEUED), then=F("queued_at")), default=F("due_at")
)
LOOKED_BACK = timedelta(days=30)  # a failure that nobody has cared for until then is history


@dataclass(frozen=True)
class OutboxCounts:
    """How many messages wait, are being sent and were given up; `oldest_due_at` is of those that should have left.

    Of one that was tried in vain it is when it was written.
    `failed_today` are those given up since the day began, `failed` those of the last thirty days; both without those
    that were sent again or are of no use any more. `expired` are those of these days that came too late,
    `expired_today` those of today.
    """

    waiting: int
    sending: int
    failed_today: int
    failed: int
    expired_today: int
    expired: int
    oldest_due_at: datetime | None


def outbox_counts(organisation: Organisation, *, at: datetime, today: datetime) -> OutboxCounts:
    """The outbox of an organisation at the moment `at`; `today` is when the day began. Three queries."""
    rows = Message.objects.of(organisation).order_by()
    queued, sending = Q(status=MessageStatus.QUEUED), Q(status=MessageStatus.SENDING)
    under_way = rows.filter(queued | sending).aggregate(
        waiting=Count("pk", filter=queued),
        sending=Count("pk", filter=sending),
        oldest_due_at=Min(MEANT_AT, filter=Q(due_at__lte=at) | Q(attempts__gt=0)),
    )
    failed = pressing_failures(organisation, at=at).aggregate(
        failed=Count("pk"), failed_today=Count("pk", filter=Q(due_at__gte=today))
    )
    lately = rows.filter(queued_at__gte=at - LOOKED_BACK, status=MessageStatus.EXPIRED)
    expired = lately.aggregate(expired=Count("pk"), expired_today=Count("pk", filter=Q(expires_at__gte=today)))
    return OutboxCounts(**under_way, **failed, **expired)


def unanswered_failures(organisation: Organisation, *, at: datetime) -> QuerySet[Message]:
    """What was given up in the last thirty days and nobody has heard of since.

    Of those that were sent again and failed again, the last alone; where that one was called off, the one before it.
    """
    later = Q(resend_of=OuterRef("pk")) | Q(resend_of=OuterRef("resend_of"), pk__gt=OuterRef("pk"))
    stands_for_it = Message.objects.filter(later, status__in=ANSWERS).order_by()
    lately = Message.objects.of(organisation).filter(queued_at__gte=at - LOOKED_BACK, status=MessageStatus.FAILED)
    return lately.exclude(Exists(stands_for_it)).order_by()


def pressing_failures(organisation: Organisation, *, at: datetime) -> QuerySet[Message]:
    """Those of them that somebody has to care for: the others are of no use any more."""
    settled = Message.objects.of(organisation).filter(past_use(at=at), status=MessageStatus.FAILED).order_by()
    return unanswered_failures(organisation, at=at).exclude(pk__in=settled.values("pk"))


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
