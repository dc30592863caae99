"""What staff do to one message of the outbox: call it off before it leaves, or have it sent once more."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import MessageKind, MessageStatus, RefusalCode
from clinic.errors import Refusal, WrongStatus
from clinic.messaging.destinations import Destination, destination_of
from clinic.models import Message, User
from clinic.tenancy import own


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
    """Write the message once more, to where the patient is reached today; the new row.

    Raises WrongStatus while it has not come to its end, once it is of no use, and where nobody can be reached.
    """
    own(by, message)
    at = at or now()
    row = Message.objects.select_for_update().get(pk=message.pk)
    destination = destination_of(row.patient)
    if reasons := list(why_not_again(row, destination, at)):
        raise WrongStatus(*reasons)
    copied = ("organisation", "patient", "appointment", "purchase", "offer", "operation", "kind", "language", "subject")
    return Message.objects.create(
        **{name: getattr(row, name) for name in copied}, body=row.body, starts_at=row.starts_at,
        expires_at=row.expires_at, channel=destination.channel, address=destination.address, queued_at=at, due_at=at,
        resend_of=row, dedupe_key=f"{row.dedupe_key}:again-{row.resent_as.count() + 1}",
    )  # fmt: skip


def why_not_again(message: Message, destination: Destination, at: datetime) -> Iterator[Refusal]:
    """All that speaks against sending it once more."""
    waiting = (MessageStatus.QUEUED, MessageStatus.SENDING)
    if message.status in waiting or message.resent_as.filter(status__in=waiting).exists():
        yield Refusal(RefusalCode.STATUS, _("It is on its way already."), _("Look again in a minute."))
    if destination.obstacle:
        yield Refusal(RefusalCode.STATUS, destination.obstacle, _("Complete the patient's file, or call."))
    yield from of_no_use(message, at)


def of_no_use(message: Message, at: datetime) -> Iterator[Refusal]:
    appointment = message.appointment
    call = _("Call the patient if it still matters.")
    if message.expires_at and message.expires_at <= at:
        yield Refusal(RefusalCode.STATUS, _("What it tells of is over."), call)
    elif appointment is None or message.kind == MessageKind.NO_SHOW:
        return
    elif appointment.starts_at <= at:
        yield Refusal(RefusalCode.STATUS, _("The appointment that it tells of is over."), call)
    elif message.starts_at and message.starts_at != appointment.starts_at:
        yield Refusal(RefusalCode.STATUS, _("The appointment has moved since: the patient would read an old time."))
