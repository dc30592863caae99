"""The dates of a series as the page shows them, and what a person has chosen among their times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.functional import cached_property

from admin_ext.reading import read_day, read_moment
from admin_ext.scope import all_own_or_404
from clinic.enums import OccurrenceState
from clinic.models import Organisation, Provider
from clinic.scheduling.series.preview import Occurrence
from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.series.words import rule_words

COLOURS = {
    OccurrenceState.FREE: "green",
    OccurrenceState.CONFLICT: "amber",
    OccurrenceState.CLOSED: "grey",
    OccurrenceState.EXPIRED: "red",
    OccurrenceState.BEYOND: "red",
}
FIELD = "on-"  # with the day, the name of the field that has the time chosen for it


@dataclass(frozen=True)
class Choice:
    """A time that can be chosen for a date, as a value of the form."""

    place: Place
    is_chosen: bool

    @property
    def value(self) -> str:
        return value_of(self.place)


@dataclass(frozen=True)
class Line:
    """A date with its number among those that would be booked, None where it is left out."""

    occurrence: Occurrence
    number: int | None

    @property
    def field(self) -> str:
        return f"{FIELD}{self.occurrence.day.isoformat()}"

    @property
    def colour(self) -> str:
        return COLOURS[self.occurrence.state]

    @property
    def own_value(self) -> str:
        return value_of(self.occurrence.own)

    @property
    def choices(self) -> list[Choice]:
        """The alternatives; none where nothing can be booked for it."""
        chosen = self.occurrence.chosen.key if self.occurrence.chosen else None
        places = [Place(slot.starts_at, slot.provider, slot.clinic) for slot in self.occurrence.alternatives]
        return [Choice(place, place.key == chosen) for place in places]


@dataclass(frozen=True)
class Dates:
    """All dates of a recurrence, previewed."""

    recurrence: Recurrence
    occurrences: list[Occurrence]

    @cached_property
    def lines(self) -> list[Line]:
        lines, number = [], 0
        for occurrence in self.occurrences:
            number += occurrence.chosen is not None
            lines.append(Line(occurrence, number if occurrence.chosen else None))
        return lines

    @cached_property
    def booked(self) -> list[Occurrence]:
        return [occurrence for occurrence in self.occurrences if occurrence.chosen]

    @property
    def elsewhen(self) -> int:
        """How many would be booked at another time than the rule's."""
        return sum(occurrence.chosen.key != occurrence.own.key for occurrence in self.booked)

    @property
    def left_out(self) -> int:
        return len(self.occurrences) - len(self.booked)

    @property
    def last_on(self) -> date:
        return max(occurrence.chosen.starts_at.date() for occurrence in self.booked)

    @property
    def words(self) -> str:
        return rule_words(self.recurrence.rule, self.recurrence.start)

    @property
    def shown(self) -> str:
        return shown_key(self.recurrence)


def shown_key(recurrence: Recurrence) -> str:
    """What dates were shown of: sent back with the choices, it tells whether they still belong to the form."""
    asked = recurrence
    days = f"{asked.rule.text} {asked.first_on.isoformat()}"
    return f"{days}|{asked.start:%H:%M} {asked.provider.pk} {asked.clinic.pk}"


def value_of(place: Place) -> str:
    return f"{place.starts_at.isoformat()} {place.provider.pk}"


def choices_of(query: QueryDict, recurrence: Recurrence, organisation: Organisation) -> dict[date, Place | None]:
    """What was chosen for each day, None where it is left out; what makes no sense is not chosen.

    Times that were chosen for another hour, provider or clinic no longer count.
    """
    named = {day: value for key, value in query.items() if (day := day_of(key)) is not None}
    is_same = query.get("shown", "").partition("|")[2] == shown_key(recurrence).partition("|")[2]
    asked = {value.partition(" ")[2] for value in named.values() if value} if is_same else set()
    providers = {str(row.pk): row for row in all_own_or_404(Provider, asked, organisation)} if asked else {}
    chosen = {day: place_of(value, providers, recurrence) for day, value in named.items() if value and is_same}
    left_out = {day: None for day, value in named.items() if not value}
    return {**left_out, **{day: place for day, place in chosen.items() if place}}


def day_of(field: str) -> date | None:
    return read_day(field.removeprefix(FIELD)) if field.startswith(FIELD) else None


def place_of(value: str, providers: Mapping[str, Provider], recurrence: Recurrence) -> Place | None:
    starts_at, _space, provider = value.partition(" ")
    moment, row = read_moment(starts_at), providers.get(provider)
    if moment is None or row is None:
        return None
    return Place(moment.astimezone(recurrence.clinic.zone), row, recurrence.clinic)
