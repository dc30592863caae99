"""The card of the first page that says whether messages leave as they should, and what to do where they do not."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.cards import Card, Line
from admin_ext.columns import moment
from admin_ext.filters import midnight
from admin_ext.lengths import length_text
from admin_ext.roles import CHANGE_ORGANISATION, RESEND
from clinic.messaging.selectors import outbox_counts
from clinic.messaging.sending.heartbeats import WorkerState, worker_state
from clinic.models import User


def alarm(user: User, *, at: datetime) -> Card | None:
    """The card where nothing leaves, for who sends messages again. Two queries while all is well, else up to six."""
    if not user.has_perm(RESEND):
        return None
    state = worker_state(at=at)
    return None if state.is_well else card_of(user, state)


def sender_card(user: User, *, at: datetime) -> Card:
    """Red once the worker has not been heard for two minutes, or messages wait far too long. Five queries, or six."""
    return card_of(user, worker_state(at=at))


def card_of(user: User, state: WorkerState) -> Card:
    now = outbox_counts(user.organisation, at=state.at, today=midnight(localdate(state.at)))
    outbox = reverse("admin:clinic_message_changelist")
    lines = [Line(what=sentence, link=outbox) for sentence in troubles(state, reader=user)]
    if now.failed_today:
        failed = ngettext("%(n)d message failed today", "%(n)d messages failed today", now.failed_today)
        lines.append(Line(what=failed % {"n": now.failed_today}, link=f"{outbox}?dead=yes"))
    if now.expired_today:
        expired = ngettext("%(n)d message came too late today", "%(n)d messages came too late today", now.expired_today)
        lines.append(Line(what=expired % {"n": now.expired_today}, link=f"{outbox}?status__exact=expired"))
    if now.waiting and not lines:
        waiting = ngettext("%(n)d message waits", "%(n)d messages wait", now.waiting) % {"n": now.waiting}
        lines.append(Line(what=waiting, link=f"{outbox}?status__exact=queued"))
    empty = _("Nothing waits to be sent. The worker was last seen %(time)s.") % {"time": seen_words(state)}
    tone = "" if state.is_well else "broken"
    return Card(title=_("Messages"), icon="outbox", empty=empty, link=outbox, lines=lines, tone=tone)


def troubles(state: WorkerState, *, reader: User) -> Iterator[str]:
    """What is wrong with the sender, if anything is, and what this reader does about it."""
    ask = "" if reader.has_perm(CHANGE_ORGANISATION) else _("Tell the administrator.")
    look = ask or _("Look whether the gateway answers.")
    if state.beat_at is None:
        start = ask or _("Have it started.")
        never = _("The background worker has never run: nothing is sent.")
        yield f"{never} {start}"
    elif not state.is_alive:
        seen = format_html(
            _("The background worker was last seen {when}: nothing is sent."), when=moment(state.beat_at)
        )
        yield format_html("{} {}", seen, ask or _("Have it started again."))
    for channel, since in state.failing.items():
        words = {"channel": channel.label, "time": length_text(state.at - since)}
        failed = _("Every try to send by %(channel)s has failed for %(time)s.") % words
        yield f"{failed} {look}"
    if state.is_late and not state.failing:
        waited = {"time": length_text(state.at - state.oldest_due_at)}
        due = _("The oldest message has been due for %(time)s.") % waited
        yield f"{due} {look}"


def seen_words(state: WorkerState) -> str:
    if state.beat_at is None:
        return ""
    return _("%(time)s ago") % {"time": length_text(state.at - state.beat_at)}
