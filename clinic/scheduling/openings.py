"""From rules to openings: the time in which a provider could work. Pure: no Django, no database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from clinic.scheduling.intervals import MINUTE, Span, without
from clinic.scheduling.local_time import WallClock

ANY_WEEKDAY = 0


class Hours(NamedTuple):
    """One row of working hours, or of extra hours as a rule that is valid for a single day of any weekday.

    Days are ordinals, `start` and `end` seconds after local midnight, `last_day` the last day of validity.
    """

    provider: int
    clinic: int
    weekday: int
    start: int
    end: int
    slot_minutes: int
    capacity: int
    first_day: int
    last_day: int
    every_n_weeks: int

    @property
    def is_extra(self) -> bool:
        return self.weekday == ANY_WEEKDAY


class Opening(NamedTuple):
    """A stretch of one row of hours in which nothing takes the provider away.

    Slots start at `grid` + k · `step` and end by `end`; `grid` is where the row of hours itself starts.
    """

    provider: int
    clinic: int
    start: int
    end: int
    grid: int
    step: int
    capacity: int

    def first_start(self, not_before: int) -> int:
        """The first starting time of the grid in this opening at or after `not_before`."""
        earliest = max(self.start, not_before)
        return earliest + (self.grid - earliest) % self.step


def days_of(hours: Hours, first_day: int, last_day: int) -> range:
    """The days between `first_day` and `last_day`, both included, on which `hours` hold.

    Every n weeks counts from the first such weekday of their validity.
    """
    if hours.is_extra:
        day = hours.first_day
        return range(day, day + (first_day <= day <= last_day))
    first = hours.first_day + (hours.weekday - 1 - (hours.first_day - 1)) % 7  # ordinal 1 was a Monday
    step = 7 * hours.every_n_weeks
    if first < first_day:
        first += -(-(first_day - first) // step) * step
    return range(first, min(last_day, hours.last_day) + 1, step)


def hours_spans(hours: Hours, clock: WallClock, first_day: int, last_day: int) -> Iterator[Span]:
    """The spans of time of one row of hours, in order."""
    for day in days_of(hours, first_day, last_day):
        start, end = clock.start(day, hours.start), clock.end(day, hours.end)
        if start < end:
            yield start, end


def openings(
    rows: Iterable[Hours],
    clocks: Mapping[int, WallClock],
    away: Mapping[tuple[int, int], Sequence[Span]],
    first_day: int,
    last_day: int,
) -> Iterator[Opening]:
    """Every opening of the rows, by row and then in order of time.

    `clocks` is by clinic; `away` holds the merged leave and closures by (provider, clinic).
    """
    for hours in rows:
        gone = away.get((hours.provider, hours.clinic), ())
        step = hours.slot_minutes * MINUTE
        for span in hours_spans(hours, clocks[hours.clinic], first_day, last_day):
            for start, end in without(span, gone) if gone else (span,):
                yield Opening(hours.provider, hours.clinic, start, end, span[0], step, hours.capacity)
