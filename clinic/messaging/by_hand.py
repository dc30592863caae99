"""What staff do to one message of the outbox: call it off before it leaves, or have it sent once more."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageStatus, RefusalCode
from clinic.errors import Refusal, WrongStatus
from clinic.messaging.destinations import destination_of
from clinic.messaging.keys import next_key, next_keys, of_the_same
from clinic.messaging.selectors import unanswered_failures
from clinic.messaging.sending.truth import LOADED, why_not_send
from clinic.messaging.withdrawal import withdraw
from clinic.models import Message, User
from clinic.tenancy import own

# What the new row tells and tells of, which is what the old one did.
COPIED = (
    "organisation", "patient", "appointment", "purchase", "offer", "operation", "kind", "language", "subject", "body",
    "starts_at", "expires_at",
)  # fmt: skip
MOST = 1_000


@transaction.atomic
def call_off(message: Message, *, by: User, at: datetime | None = None) -> Message:
    """Take one queued message out of the outbox for good and return it.

    Raises WrongStatus for one that has left, is leaving or waits no more.
    """
    own(by, message)
    row = Message.objects.filter(pk=message.pk)
    if is_done := withdraw(row, by=by, at=at):
        row.update(called_off_by=by)  # no undo of a change brings it back
    message.refresh_from_db()
    if not is_done:
        raise WrongStatus(not_queued(message))
    return message


def not_queued(message: Message) -> Refusal:
    if message.status == MessageStatus.SENDING:
        sentence = _("This message is being sent at this very moment.")
        return Refusal(RefusalCode.STATUS, sentence, _("Look again in a minute, and call the patient if it has left."))
    if message.status == MessageStatus.SENT:
        return Refusal(RefusalCode.STATUS, _("This message has left already."), _("Call the patient if it is wrong."))
    sentence = _("This message does not wait any more: %(status)s.") % {"status": message.get_status_display()}
    return Refusal(RefusalCode.STATUS, sentence)


@transaction.atomic
def resend(message: Message, *, by: User, at: datetime | None = None) -> Message:
    """Write the message once more, to where the patient is reached today by the same channel; the new row.

    Raises WrongStatus while it is on its way, and where it could not leave: it is not true any more or of no use, or
    nobody can be reached.
    """
    own(by, message)
    at = at or now()
    family = of_the_same(message).locked()
    row = family.select_related(*LOADED).get(pk=message.pk)
    if reasons := list(why_not_again(row, at)):
        raise WrongStatus(*reasons)
    again = once_more(row, key=next_key(row.dedupe_key, family.values_list("dedupe_key", flat=True)), at=at)
    again.save()
    return again


@transaction.atomic
def resend_failed(*, by: User, at: datetime | None = None) -> tuple[int, int]:
    """Write everything once more that was given up lately, is still true and has not been sent again.

    How many were, and how many were left because they are of no use any more; at most a thousand at once.
    """
    at = at or now()
    failed = unanswered_failures(own(by), at=at)
    keys = list(failed.order_by("pk").values_list("pk", flat=True)[:MOST])
    mine = Message.objects.filter(pk__in=keys).locked()
    rows = failed.filter(pk__in=mine).select_related(*LOADED).order_by("pk")  # somebody may just have sent them again
    reasons = why_not_send(rows, at=at)
    true = [row for row in rows if row.pk not in reasons]
    again = [once_more(row, key=key, at=at) for row, key in zip(true, next_keys(true), strict=True)]
    Message.objects.bulk_create(again, ignore_conflicts=True)
    return len(again), len(reasons)


def once_more(message: Message, *, key: str, at: datetime) -> Message:
    """The new row, not saved yet, to where the patient is reached today."""
    destination = destination_of(message.patient, wanted=Channel(message.channel))
    copied = {name: getattr(message, name) for name in COPIED}
    return Message(
        **copied, channel=destination.channel, address=destination.address, queued_at=at, due_at=at, resend_of=message,
        dedupe_key=key,
    )  # fmt: skip


def why_not_again(message: Message, at: datetime) -> Iterator[Refusal]:
    """All that speaks against sending it once more."""
    waiting = (MessageStatus.QUEUED, MessageStatus.SENDING)
    if message.status in waiting or message.resent_as.filter(status__in=waiting).exists():
        yield Refusal(RefusalCode.STATUS, _("It is on its way already."), _("Look again in a minute."))
    if reason := why_not_send([message], at=at).get(message.pk):
        yield Refusal(RefusalCode.STATUS, reason.sentence, _("Call the patient if it still matters."))
