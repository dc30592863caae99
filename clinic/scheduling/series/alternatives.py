"""What is free instead of a date of a series: near it, with its own provider first."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from heapq import nsmallest

from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.series.rule import seconds_of
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import FreeStart, Slot, free_starts, slot_of

AROUND = 6  # days: a week away is the next date of the series
COUNT = 3


class Alternatives:
    """The free times around a recurrence, each day of which has one appointment at most."""

    def __init__(self, recurrence: Recurrence, situation: Situation, at: datetime) -> None:
        self.recurrence, self.situation, self.at = recurrence, situation, at
        self.full_days = {day.toordinal() for day in recurrence.places}

    def near(self, day: date, wanted: Place | None = None) -> list[Slot]:
        """At most three, nearest first: on this day, on days around it, with somebody else; and `wanted` if free."""
        number, own = day.toordinal(), self.recurrence.provider.pk
        starts = [start for ahead in range(-AROUND, AROUND + 1) for start in self.free_on(number + ahead, of=number)]
        order = self.order(number)
        kinds = (
            [start for start in starts if start[1] == own and self.day(start) == number],
            [start for start in starts if start[1] == own and self.day(start) != number],
            [start for start in starts if start[1] != own],
        )
        best = {min(kind, key=order) for kind in kinds if kind}
        best |= set(nsmallest(COUNT - len(best), set(starts) - best, key=order))
        if wanted is not None:
            best |= {start for start in starts if start[:3] == wanted.key}
        return [slot_of(self.situation, self.recurrence.service, start) for start in sorted(best, key=order)]

    def take(self, place: Place | None) -> None:
        """From now on the day of this place is full."""
        if place is not None:
            self.full_days.add(place.starts_at.toordinal())

    def free_on(self, number: int, *, of: int) -> list[FreeStart]:
        return self.starts.get(number, []) if number == of or number not in self.full_days else []

    @cached_property
    def starts(self) -> dict[int, list[FreeStart]]:
        """The free starts by the clinic's day, until the package expires."""
        found: dict[int, list[FreeStart]] = defaultdict(list)
        asked, purchase = self.recurrence, self.recurrence.purchase
        engaged = self.situation.patients_busy.get(asked.patient.pk, [])
        last = purchase.expires_on.toordinal() if purchase else date.max.toordinal()
        for start in free_starts(self.situation, asked.service, self.at, engaged):
            if (number := self.day(start)) <= last:
                found[number].append(start)
        return found

    def day(self, start: FreeStart) -> int:
        return self.recurrence.clock.day(start[0])

    def order(self, number: int) -> Callable[[FreeStart], tuple]:
        """How far a start is from the date: with its own provider first, then in days, then in minutes."""
        clock, own = self.recurrence.clock, self.recurrence.provider.pk
        wall = seconds_of(self.recurrence.start)

        def distance(start: FreeStart) -> tuple:
            shown = clock.moment(start[0])
            apart = abs(seconds_of(shown.time()) - wall)
            return start[1] != own, abs(shown.toordinal() - number), apart, start[0], start[1]

        return distance
