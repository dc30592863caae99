"""An organisation's own words for its messages: write them, look at them, go back to ours."""

import hashlib
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.enums import Channel, MessageKind, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal, TemplateRefused
from clinic.messaging.texts import language, own_words, rules
from clinic.messaging.texts.fields import Field, fields_of, sample_facts
from clinic.messaging.texts.own_words import Words
from clinic.messaging.texts.segments import segments
from clinic.messaging.texts.words import rendered, template_of
from clinic.models import MessageTemplate, Organisation, User
from clinic.tenancy import check_own

__all__ = [
    "Field",
    "Words",
    "fields_of",
    "own_template",
    "restore_template",
    "sample",
    "shipped",
    "words_version",
    "write_template",
]

MOST_SEGMENTS = 4  # of own words by SMS, to which those for every channel go too; each is paid for


def own_template(organisation: Organisation, kind: str, language: str, channel: str) -> MessageTemplate | None:
    """The organisation's own words for just this kind, language and channel; None where it has none."""
    return MessageTemplate.objects.filter(
        organisation=organisation, kind=kind, language=language, channel=channel
    ).first()


def words_version(row: MessageTemplate | None) -> str:
    """A short text that is different when the words are; empty where the organisation has none of its own."""
    return hashlib.sha256(repr((row.subject, row.body)).encode()).hexdigest()[:16] if row else ""


@transaction.atomic
def write_template(
    organisation: Organisation,
    kind: MessageKind,
    language: str,
    channel: str,
    subject: str,
    body: str,
    *,
    by: User,
    expected_version: str | None = None,
    at: datetime | None = None,
) -> MessageTemplate:
    """Make these the organisation's words for this kind; `channel` is empty for every channel.

    From now on messages are written with them; those in the outbox stay as they are. The same words again change
    nothing. Raises TemplateRefused with a sentence for everything that is wrong, and ChangedMeanwhile where others
    stand there than those of `expected_version`, the `words_version` that the person saw.
    """
    check_own(by, organisation)
    subject = "" if channel in (Channel.SMS, Channel.WHATSAPP) else subject.strip()
    body = "\n".join(body.strip().splitlines())
    _check(kind, language, channel, subject, body)
    _take_turns(organisation)
    key = {"organisation": organisation, "kind": kind, "language": language, "channel": channel}
    row = own_template(**key)
    if row and (row.subject, row.body) == (subject, body):
        return row
    if expected_version not in (None, words_version(row)):
        raise ChangedMeanwhile(_who_wrote(row=row, hint=_("Compare both versions, then save what is right."), **key))
    row = row or MessageTemplate(**key)
    row.subject, row.body = subject, body
    row.record(*(["subject", "body"] if row.pk else []), by=by, at=at)
    _forget(organisation)
    return row


@transaction.atomic
def restore_template(
    organisation: Organisation,
    kind: MessageKind,
    language: str,
    channel: str,
    *,
    by: User,
    expected_version: str | None = None,
) -> None:
    """Go back to the words that we ship.

    Raises TemplateRefused where the organisation has none of its own, and ChangedMeanwhile as `write_template` does.
    """
    check_own(by, organisation)
    _take_turns(organisation)
    key = {"organisation": organisation, "kind": kind, "language": language, "channel": channel}
    row = own_template(**key)
    if row is None:
        message = _("These are our words already.")
        raise TemplateRefused(Refusal(RefusalCode.UNCHANGED, message, _("There is nothing to go back from.")))
    if expected_version not in (None, words_version(row)):
        raise ChangedMeanwhile(_who_wrote(row=row, hint=_("Read them, then decide."), **key))
    row._history_user = by
    row.delete()
    _forget(organisation)


def sample(
    kind: MessageKind,
    language: str,
    channel: str,
    *,
    organisation: Organisation | None = None,
    subject: str | None = None,
    body: str | None = None,
) -> tuple[str, str]:
    """The subject and the text to somebody who does not exist, in the given words or else in those that are in force.

    Raises TemplateRefused where the given words cannot be used.
    """
    with translation.override(language):
        facts = sample_facts(kind, language)
    if body is not None:
        _check(kind, language, channel, subject or "", body)
        return _rendered(Words(subject or "", body), facts)
    with translation.override(language):
        key = organisation.pk if organisation else None
        return rendered(kind, language, facts, channel=channel, organisation=key)


def shipped(kind: MessageKind, language: str, channel: str) -> Words:
    """Our own words as they are written, to begin from."""
    subject, _newline, body = template_of(kind, language, channel).template.source.partition("\n")
    return Words(subject.strip(), body.strip())


def _take_turns(organisation: Organisation) -> None:
    """Until the transaction ends nobody else writes the organisation's words, nor its first ones of a kind."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _who_wrote(organisation: Organisation, row: MessageTemplate | None, *, hint: str, **key: str) -> Refusal:
    versions = MessageTemplate.history.filter(organisation=organisation, **key).select_related("history_user")
    last = versions.order_by("-history_id").first()
    zone = ZoneInfo(organisation.time_zone)
    values = {
        "name": (last and last.history_user) or pgettext("who did it", "Somebody"),
        "at": date_format(last.history_date.astimezone(zone), "SHORT_DATETIME_FORMAT") if last else "",
    }
    if row is None:
        message = _("%(name)s has gone back to the words that come with the clinic (%(at)s).")
    else:
        message = _("%(name)s has written other words meanwhile (%(at)s).")
    return Refusal(RefusalCode.CHANGED, message % values, hint)


def _check(kind: MessageKind, language: str, channel: str, subject: str, body: str) -> None:
    if reasons := rules.refusals(kind, channel, subject, body):
        raise TemplateRefused(*reasons)
    with translation.override(language):
        facts = sample_facts(kind, language)
    pieces = segments(_rendered(Words(subject, body), facts)[1]).count
    if channel in ("", Channel.SMS) and pieces > MOST_SEGMENTS:
        message = _("This text takes %(count)d SMS for each patient.") % {"count": pieces}
        hint = _("Use at most %(most)d.") if channel else _("Use at most %(most)d, or write it for e-mail alone.")
        raise TemplateRefused(rules.refusal(message, hint % {"most": MOST_SEGMENTS}))


def _rendered(words: Words, facts: dict[str, object]) -> tuple[str, str]:
    subject, body = (language.render(source, facts) for source in words)
    return " ".join(subject.split()), body


def _forget(organisation: Organisation) -> None:
    """At once for this transaction, and again for what others have read while it lasted."""
    own_words.forget(organisation.pk)
    transaction.on_commit(partial(own_words.forget, organisation.pk))
