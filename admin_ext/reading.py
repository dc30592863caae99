"""Days, moments and words as an address or a form has them; None for what cannot be understood."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_aware

YEARS = range(2000, 2200)  # what is further away is no time that anybody chose


def read_day(text: str) -> date | None:
    return _near(parse_date, text)


def read_moment(text: str) -> datetime | None:
    """The moment that a text with an offset names."""
    moment = _near(parse_datetime, text)
    return moment if moment and is_aware(moment) else None


def read_wall_time(text: str) -> datetime | None:
    """What a text without an offset says that the clock on the wall shows."""
    shown = _near(parse_datetime, text)
    return shown if shown and not is_aware(shown) else None


def read_words(text: str, longest: int) -> str:
    """What somebody has written, as a column of so many letters can hold it."""
    return text.replace("\0", "").strip()[:longest]


def read_key(text: str) -> UUID | None:
    """The key that a form was sent with."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _near[Day: date](parse: Callable[[str], Day | None], text: str) -> Day | None:
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if found and found.year in YEARS else None
