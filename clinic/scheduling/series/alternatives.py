"""What is free instead of a date of a series: near it, with its own provider first."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime
from functools import cached_property
from heapq import nsmallest
from typing import NamedTuple

from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.series.rule import seconds_of
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import FreeStart, Slot, free_starts, slot_of

AROUND = 6  # days: a week away is the next date of the series
COUNT = 3


class Candidate(NamedTuple):
    """A free start, and what says how near it is: `apart` are the seconds from the series' hour of that day."""

    is_with_other: bool
    day: int
    apart: int
    start: FreeStart


class Alternatives:
    """The free times around a recurrence, each day of which has one appointment at most."""

    def __init__(self, recurrence: Recurrence, situation: Situation, at: datetime) -> None:
        self.recurrence, self.situation, self.at = recurrence, situation, at
        self.full_days = {day.toordinal() for day in recurrence.places}
        self._nearest: dict[int, list[Candidate]] = {}

    def near(self, day: date, wanted: Place | None = None) -> list[Slot]:
        """At most three, nearest first: on this day, on days around it, with somebody else; and `wanted` if free."""
        number = day.toordinal()
        days = [other for other in range(number - AROUND, number + AROUND + 1) if self.is_open(other, number)]
        found = [candidate for other in days for candidate in self.nearest_on(other)]

        def distance(candidate: Candidate) -> tuple:
            return candidate.is_with_other, abs(candidate.day - number), candidate.apart, candidate.start

        kinds = (
            [one for one in found if not one.is_with_other and one.day == number],
            [one for one in found if not one.is_with_other and one.day != number],
            [one for one in found if one.is_with_other],
        )
        best = {min(kind, key=distance) for kind in kinds if kind}
        best |= set(nsmallest(COUNT - len(best), set(found) - best, key=distance))
        if wanted is not None and wanted.starts_at.toordinal() in days:
            key = wanted.key
            best |= {one for one in self.candidates(wanted.starts_at.toordinal()) if one.start[:3] == key}
        return [slot_of(self.situation, self.recurrence.service, one.start) for one in sorted(best, key=distance)]

    def take(self, place: Place | None) -> None:
        """From now on the day of this place is full."""
        if place is not None:
            self.full_days.add(place.starts_at.toordinal())

    def is_open(self, day: int, asked: int) -> bool:
        """Whether a date may go to this day: its own, or one on which the patient has none."""
        return day == asked or day not in self.full_days

    def nearest_on(self, day: int) -> list[Candidate]:
        """The nearest of the day, its own provider's and the others': more of them are never needed."""
        if day not in self._nearest:
            found = self.candidates(day)
            own = nsmallest(COUNT, (one for one in found if not one.is_with_other))
            self._nearest[day] = own + nsmallest(COUNT, (one for one in found if one.is_with_other))
        return self._nearest[day]

    def candidates(self, day: int) -> list[Candidate]:
        hour = self.recurrence.clock.start(day, seconds_of(self.recurrence.start))
        own = self.recurrence.provider.pk
        return [Candidate(start[1] != own, day, abs(start[0] - hour), start) for start in self.starts.get(day, ())]

    @cached_property
    def starts(self) -> dict[int, list[FreeStart]]:
        """The free starts by the clinic's day, until the package expires."""
        found: dict[int, list[FreeStart]] = defaultdict(list)
        asked, purchase = self.recurrence, self.recurrence.purchase
        engaged = self.situation.patients_busy.get(asked.patient.pk, [])
        first, last = self.situation.first_day, self.situation.last_day
        if purchase is not None:
            last = min(last, purchase.expires_on.toordinal())
        midnights = [asked.clock.start(day, 0) for day in range(first, last + 2)]
        for start in free_starts(self.situation, asked.service, self.at, engaged):
            if midnights and start[0] < midnights[-1]:
                found[first + bisect_right(midnights, start[0]) - 1].append(start)
        return found
