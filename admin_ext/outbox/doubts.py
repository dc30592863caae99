"""What may be wrong with an organisation's own words although they can be sent."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from clinic.enums import MessageKind
from clinic.messaging.texts.templates import fields_of
from clinic.models import Organisation, Service

LINK = re.compile(r"\{\{\s*link\s*\}\}")


def doubts(organisation: Organisation, kind: MessageKind, *, subject: str, body: str) -> Iterator[str]:
    """A sentence for each; one query."""
    for name in services_named(organisation, f"{subject}\n{body}"):
        yield _("The words name “%(service)s”, and anyone may see them on a locked screen.") % {"service": name}
    if any(field.name == "link" for field in fields_of(kind)) and not LINK.search(body):
        yield _("The text lacks %(link)s: the patient can only call.") % {"link": "{{ link }}"}


def services_named(organisation: Organisation, words: str) -> list[str]:
    """The names of the organisation's services that these words contain, in either language."""
    pairs = Service.objects.of(organisation).order_by("pk").values_list("name_en", "name_ar")
    names = dict.fromkeys(name for pair in pairs for name in pair if name)
    return [name for name in names if is_named(name, words)]


def is_named(name: str, words: str) -> bool:
    """As a word of its own; an Arabic one may have an article or a preposition before it."""
    before = r"(?<!\w)" if name.isascii() else ""
    return re.search(rf"{before}{re.escape(name)}(?!\w)", words, re.IGNORECASE) is not None
