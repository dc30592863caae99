"""An organisation's own words for its messages: write them, look at them, go back to ours."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.enums import Channel, MessageKind, RefusalCode
from clinic.errors import Refusal, TemplateRefused
from clinic.messaging import own_words, template_language, template_rules
from clinic.messaging.fields import Field, fields_of, sample_facts
from clinic.messaging.own_words import Words
from clinic.messaging.segments import segments
from clinic.messaging.words import rendered, template_of
from clinic.models import MessageTemplate, Organisation, User
from clinic.tenancy import check_own

__all__ = ["Field", "Words", "fields_of", "restore_template", "sample", "shipped", "write_template"]

MOST_SEGMENTS = 4  # of own words by SMS, to which those for every channel go too; each is paid for


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
    at: datetime | None = None,
) -> MessageTemplate:
    """Make these the organisation's words for this kind; `channel` is empty for every channel.

    From now on messages are written with them; those in the outbox stay as they are. Raises TemplateRefused with a
    sentence for everything that is wrong.
    """
    check_own(by, organisation)
    subject = "" if channel in (Channel.SMS, Channel.WHATSAPP) else subject.strip()
    body = "\n".join(body.strip().splitlines())
    _check(kind, language, channel, subject, body)
    key = {"organisation": organisation, "kind": kind, "language": language, "channel": channel}
    row = MessageTemplate.objects.select_for_update().filter(**key).first() or MessageTemplate(**key)
    row.subject, row.body = subject, body
    row.record(*(["subject", "body"] if row.pk else []), by=by, at=at)
    _forget(organisation)
    return row


@transaction.atomic
def restore_template(organisation: Organisation, kind: MessageKind, language: str, channel: str, *, by: User) -> None:
    """Go back to the words that we ship. Raises TemplateRefused where the organisation has none of its own."""
    check_own(by, organisation)
    rows = MessageTemplate.objects.select_for_update().filter(organisation=organisation)
    row = rows.filter(kind=kind, language=language, channel=channel).first()
    if row is None:
        message = _("These are our words already.")
        raise TemplateRefused(Refusal(RefusalCode.UNCHANGED, message, _("There is nothing to go back from.")))
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


def _check(kind: MessageKind, language: str, channel: str, subject: str, body: str) -> None:
    if reasons := template_rules.refusals(kind, channel, subject, body):
        raise TemplateRefused(*reasons)
    with translation.override(language):
        facts = sample_facts(kind, language)
    pieces = segments(_rendered(Words(subject, body), facts)[1]).count
    if channel in ("", Channel.SMS) and pieces > MOST_SEGMENTS:
        message = _("This text takes %(count)d SMS for each patient.") % {"count": pieces}
        hint = _("Use at most %(most)d.") if channel else _("Use at most %(most)d, or write it for e-mail alone.")
        raise TemplateRefused(template_rules.refusal(message, hint % {"most": MOST_SEGMENTS}))


def _rendered(words: Words, facts: dict[str, object]) -> tuple[str, str]:
    subject, body = (template_language.render(source, facts) for source in words)
    return " ".join(subject.split()), body


def _forget(organisation: Organisation) -> None:
    """At once for this transaction, and again for what others have read while it lasted."""
    own_words.forget(organisation.pk)
    transaction.on_commit(partial(own_words.forget, organisation.pk))
