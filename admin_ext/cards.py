"""Cards of the first page: a few lines under a title, with the way to all of them."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

LINES = 6  # of a card; the rest is a click away


@dataclass
class Line:
    what: SafeString | str
    lead: SafeString | str = ""
    small: SafeString | str = ""
    end: SafeString | str = ""
    link: str = ""


@dataclass
class Card:
    """Lines under a title, with a link to all of them; `empty` says what to do when there are none.

    `also` are further ways on: words and address. `tone` is `broken` where somebody has to act now.
    """

    title: str
    icon: str
    empty: str
    link: str = ""
    lines: list[Line] = field(default_factory=list)
    also: list[tuple[str, str]] = field(default_factory=list)
    tone: str = ""
