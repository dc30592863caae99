"""What staff do to one message of the outbox: call it off before it leaves, or have it sent once more."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageStatus, RefusalCode
from clinic.errors import Refusal, WrongStatus
from clinic.messaging.destinations import destination_of
from clinic.messaging.truth import LOADED, why_not_send
from clinic.models import Message, User
from clinic.tenancy import own

# What the new row tells and tells of, which is what the old one did.
COPIED = (
    "organisation", "patient", "appointment", "purchase", "offer", "operation", "kind", "language", "subject", "body",
    "starts_at", "expires_at",
)  # fmt: skip


@transaction.atomic
def call_off(message: Message, *, by: User, at: datetime | None = None) -> Message:
    """Take one queued message out of the outbox for good and return it.

    Raises WrongStatus for one that has left, is leaving or waits no more.
    """
    own(by, message)
    error = _("Called off by %(name)s on %(day)s.") % {"name": by, "day": f"{at or now():%Y-%m-%d}"}
    waiting = Message.objects.filter(pk=message.pk, status=MessageStatus.QUEUED)
    is_done = waiting.update(status=MessageStatus.CANCELLED, leased_until=None, error=error[:250])
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
    row = Message.objects.filter(pk=message.pk).locked().select_related(*LOADED).get()
    if reasons := list(why_not_again(row, at)):
        raise WrongStatus(*reasons)
    destination = destination_of(row.patient, wanted=Channel(row.channel))
    copied = {name: getattr(row, name) for name in COPIED}
    return Message.objects.create(
        **copied, channel=destination.channel, address=destination.address, queued_at=at, due_at=at, resend_of=row,
        dedupe_key=f"{row.dedupe_key}:again-{row.resent_as.count() + 1}",
    )  # fmt: skip


def why_not_again(message: Message, at: datetime) -> Iterator[Refusal]:
    """All that speaks against sending it once more."""
    waiting = (MessageStatus.QUEUED, MessageStatus.SENDING)
    if message.status in waiting or message.resent_as.filter(status__in=waiting).exists():
        yield Refusal(RefusalCode.STATUS, _("It is on its way already."), _("Look again in a minute."))
    if reason := why_not_send([message], at=at).get(message.pk):
        yield Refusal(RefusalCode.STATUS, reason.sentence, _("Call the patient if it still matters."))
