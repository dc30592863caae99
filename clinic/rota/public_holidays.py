"""The public holidays of a country, by the calendar of the `holidays` library. No database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays


@dataclass
class Holiday:
    """Days in a row, both ends included, with one name; `name_ar` is empty where the calendar has none."""

    first_on: date
    last_on: date
    name_en: str
    name_ar: str


def public_holidays(country: str, year: int) -> list[Holiday]:
    """The holidays of a country (two letters) in a year, in order.

    Days in a row that differ only in what stands in brackets are one holiday, without the brackets.
    Raises NotImplementedError for a country that the calendar does not know.
    """
    found: list[Holiday] = []
    for day, name_en, name_ar in days_with_names(country, year):
        last = found[-1] if found else None
        if last and bare(last.name_en) == bare(name_en) and last.last_on == day - timedelta(days=1):
            last.last_on = day
            last.name_en, last.name_ar = common(last.name_en, name_en), common(last.name_ar, name_ar)
        else:
            found.append(Holiday(day, day, name_en, name_ar))
    return found


def days_with_names(country: str, year: int) -> Iterator[tuple[date, str, str]]:
    languages = holidays.country_holidays(country).supported_languages
    arabic = next((language for language in languages if language.startswith("ar")), None)
    english = holidays.country_holidays(country, years=year, language="en_US" if "en_US" in languages else None)
    in_arabic = holidays.country_holidays(country, years=year, language=arabic) if arabic else {}
    for day in sorted(english):
        yield day, english[day], in_arabic.get(day, "")


def common(one: str, other: str) -> str:
    return one if one == other else bare(one)


def bare(name: str) -> str:
    """Without what the calendar adds in brackets, as in (observed) or (estimated)."""
    return re.sub(r"\s*\([^)]*\)$", "", name)
