"""The way of one message from the moment it is written to its arrival, or to what stopped it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinic.enums import MessageStatus
from clinic.models import Message

S = MessageStatus
DONE, NOW, AHEAD, STOPPED, CALLED_OFF = "done", "now", "ahead", "stopped", "called-off"


@dataclass(frozen=True)
class Step:
    """`state` is one of the words above; `at` is empty where nobody knows the moment."""

    state: str
    word: str
    at: datetime | None = None
    note: str = ""


def lifecycle(message: Message, *, at: datetime) -> Iterator[Step]:
    """The steps in the order in which they are taken; a message that was stopped takes none after that."""
    yield Step(DONE, pgettext("step", "Queued"), message.queued_at)
    if message.status == S.SKIPPED:
        yield stop(message)
        return
    waits = message.status == S.QUEUED and message.due_at > at
    tried = message.attempts if message.status in (S.QUEUED, S.SENDING) else 0
    yield Step(AHEAD if waits else DONE, _("Due"), message.due_at, attempts_words(tried))
    if message.status in (S.FAILED, S.CANCELLED, S.EXPIRED):
        yield stop(message)
        return
    yield sent(message, waits)
    if message.delivered_at:
        yield Step(DONE, _("Delivered"), message.delivered_at)
    else:
        yield Step(AHEAD, _("Delivered"), note=_("No receipt has come.") if message.status == S.SENT else "")


def sent(message: Message, waits: bool) -> Step:
    if message.status == S.SENT:
        return Step(DONE, _("Sent"), message.sent_at, attempts_words(message.attempts))
    if message.status == S.SENDING:
        return Step(NOW, _("Being sent"))
    return Step(AHEAD, _("Sent")) if waits else Step(NOW, _("Sent"), note=_("It leaves with the next round."))


def stop(message: Message) -> Step:
    state = CALLED_OFF if message.status == S.CANCELLED else STOPPED
    return Step(state, message.get_status_display(), note=attempts_words(message.attempts))


def attempts_words(count: int) -> str:
    return ngettext("%(n)d attempt", "%(n)d attempts", count) % {"n": count} if count else ""
