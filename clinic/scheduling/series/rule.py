"""Weekly rules of RFC 5545: the days on which appointments recur. Pure: no Django, no database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Self

from dateutil.rrule import WEEKLY, rrule

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # in the order of ISO weekdays
MONDAY = 1
MOST = 104  # appointments of a series: twice a week for a year
LONGEST_GAP = 52  # weeks
PARTS = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}


@dataclass(frozen=True)
class Rule:
    """On `weekdays` (ISO) of every nth week, `count` times or until a day, that day included; one of the two is given.

    Weeks begin on `week_start`, which tells them apart where there are several weekdays every other week. `count` and
    `until` take the days that are left out into account. ValueError for a rule that makes no sense.
    """

    weekdays: tuple[int, ...]
    every_n_weeks: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = MONDAY

    def __post_init__(self) -> None:
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        if not self.weekdays or not {*self.weekdays, self.week_start} <= set(range(1, 8)):
            raise ValueError("A weekly rule needs weekdays from 1 to 7.")
        if not 1 <= self.every_n_weeks <= LONGEST_GAP:
            raise ValueError(f"A rule repeats every 1 to {LONGEST_GAP} weeks.")
        if (self.count is None) == (self.until is None):
            raise ValueError("A rule ends after a number of times or on a day.")
        if self.count is not None and not 1 <= self.count <= MOST:
            raise ValueError(f"A rule has from 1 to {MOST} days.")

    @classmethod
    def parse(cls, text: str, *, first_on: date) -> Self:
        """The rule of an RRULE, which has the weekday of its first day where it names none."""
        parts = dict(part.partition("=")[::2] for part in text.removeprefix("RRULE:").upper().split(";") if part)
        if parts.get("FREQ") != "WEEKLY" or not parts.keys() <= PARTS:
            raise ValueError("Only weekly rules are known here.")
        named = parts.get("BYDAY", CODES[first_on.weekday()]).split(",")
        return cls(
            weekdays=tuple(CODES.index(code) + 1 for code in named),
            every_n_weeks=int(parts.get("INTERVAL", "1")),
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
            until=date.fromisoformat(parts["UNTIL"][:8]) if "UNTIL" in parts else None,
            week_start=CODES.index(parts.get("WKST", "MO")) + 1,
        )

    @property
    def text(self) -> str:
        """The rule as RFC 5545 writes it."""
        end = f"COUNT={self.count}" if self.until is None else f"UNTIL={self.until:%Y%m%d}"
        days = ",".join(CODES[day - 1] for day in self.weekdays)
        return f"FREQ=WEEKLY;INTERVAL={self.every_n_weeks};WKST={CODES[self.week_start - 1]};BYDAY={days};{end}"

    def days(self, first_on: date, exceptions: Collection[date] = ()) -> list[date]:
        """The days from `first_on` that are no exceptions, in order: more than `MOST` of the rule's are cut there."""
        found = rrule(
            WEEKLY, dtstart=midnight(first_on), interval=self.every_n_weeks, wkst=self.week_start - 1,
            byweekday=[day - 1 for day in self.weekdays], count=self.count, until=self.until and midnight(self.until),
        )  # fmt: skip
        return [moment.date() for moment in islice(found, MOST) if moment.date() not in exceptions]


def midnight(day: date) -> datetime:
    """The day as the calendar arithmetic takes it; its zone means nothing."""
    return datetime.combine(day, time.min, UTC)


def seconds_of(start: time) -> int:
    """An hour of the wall clock as seconds after midnight."""
    return (start.hour * 60 + start.minute) * 60 + start.second
