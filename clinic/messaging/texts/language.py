"""The language in which an organisation writes its own messages: fields, `if` and `for`, and nothing else.

Whatever else Django's templates can do is not forbidden here but unknown, so that no word that slipped through reads a
file, asks the database or takes a day.
"""

from functools import lru_cache

from django.template import Context, Engine, Library, Template
from django.template.defaultfilters import length
from django.template.defaulttags import do_for, do_if

register = Library()
register.tag("if", do_if)
register.tag("for", do_for)
register.filter("length", length)


class PlainEngine(Engine):
    default_builtins = [__name__]


ENGINE = PlainEngine(autoescape=False)


@lru_cache(maxsize=512)
def parsed(source: str) -> Template:
    """Raises TemplateSyntaxError for what is not of this language."""
    return Template(source, engine=ENGINE)


def render(source: str, facts: dict[str, object]) -> str:
    """The text with these facts, as it stands: the messages are no HTML, so nothing is escaped."""
    return parsed(source).render(Context(facts, autoescape=False)).strip()
