"""An organisation's own words, where it has some: read once a minute in each process, not with every booking."""

from typing import NamedTuple

from django.core.cache import caches
from django.template import TemplateSyntaxError

from clinic.messaging.texts.language import render
from clinic.models import MessageTemplate

SECONDS = 60  # after which other processes see what was written in this one
LONGEST_SUBJECT = 200  # as its column
WRITERS = "message-templates:organisations"

type Key = tuple[str, str, str]  # kind, language, and channel or nothing


class Words(NamedTuple):
    subject: str
    body: str


def rendered(
    organisation: int | None, kind: str, language: str, channel: str, facts: dict[str, object]
) -> tuple[str, str] | None:
    """The subject and the text in the organisation's own words; None where it has none for this kind and language.

    Words that cannot be read are as good as none: a message in ours is better than no message.
    """
    words = words_for(organisation, kind, language, channel)
    if words is None:
        return None
    try:
        return " ".join(render(words.subject, facts).split())[:LONGEST_SUBJECT], render(words.body, facts)
    except TemplateSyntaxError:
        return None


def words_for(organisation: int | None, kind: str, language: str, channel: str) -> Words | None:
    """Those of the channel, or else those for every channel. Without a query, but for one or two in a minute."""
    if organisation is None or organisation not in organisations_with_words():
        return None
    own = words_of(organisation)
    return own.get((kind, language, channel)) or own.get((kind, language, ""))


def organisations_with_words() -> frozenset[int]:
    """The keys of those that have written any; most have none, and are not asked for again."""
    return caches["process"].get_or_set(WRITERS, _organisations_with_words, SECONDS)


def words_of(organisation: int) -> dict[Key, Words]:
    return caches["process"].get_or_set(_key(organisation), lambda: _words_of(organisation), SECONDS)


def forget(organisation: int) -> None:
    """Read the organisation's words anew in this process."""
    caches["process"].delete_many([WRITERS, _key(organisation)])


def _key(organisation: int) -> str:
    return f"message-templates:{organisation}"


def _organisations_with_words() -> frozenset[int]:
    return frozenset(MessageTemplate.objects.order_by().values_list("organisation", flat=True).distinct())


def _words_of(organisation: int) -> dict[Key, Words]:
    rows = MessageTemplate.objects.filter(organisation=organisation)
    return {
        (kind, language, channel): Words(subject, body)
        for kind, language, channel, subject, body in rows.values_list("kind", "language", "channel", "subject", "body")
    }
