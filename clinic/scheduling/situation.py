"""Everything the engine must know to answer: who works when, and who and what is taken. Values, no queries.

`clinic.scheduling.selectors.situation` fills one; slots, refusals, booking and planning all read the same one, so
that a slot that is offered can be booked and a slot that is not offered is refused.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from clinic.models import Clinic, Policy, Provider, Service
from clinic.scheduling.intervals import Span, is_clear, merged
from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.openings import Hours, Opening, openings

UNLIMITED = 1_000_000


class Busy(NamedTuple):
    """An appointment as the provider's calendar sees it: with its buffers, its lane and its service's own limit."""

    start: int
    end: int
    lane: int
    limit: int


class RoomPlace(NamedTuple):
    room: int
    place: int


class HeldTime(NamedTuple):
    """A treatment's time that is kept for the waiting list until an instant."""

    start: int
    end: int
    until: int


@dataclass
class Situation:
    """The state of the world between two days, for some services, providers, clinics and patients.

    `offers` lists by service the (provider, clinic) pairs that deliver it, in order. Spans and busy lists are sorted.
    Busy rows have the shape of `Busy`; those of the database stay plain tuples, for there may be a hundred thousand.
    Times held for the waiting list are among them, and in `held` by provider.
    """

    first_day: int
    last_day: int
    services: dict[int, Service]
    providers: dict[int, Provider] = field(default_factory=dict)
    clinics: dict[int, Clinic] = field(default_factory=dict)
    offers: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    hours: list[Hours] = field(default_factory=list)
    leave: dict[int, list[Span]] = field(default_factory=dict)
    elsewhere: dict[int, list[Span]] = field(default_factory=dict)
    closures: dict[int, list[Span]] = field(default_factory=dict)
    busy: dict[int, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    held: dict[int, list[HeldTime]] = field(default_factory=dict)
    places: dict[tuple[int, int], list[RoomPlace]] = field(default_factory=dict)
    taken_places: dict[RoomPlace, list[Span]] = field(default_factory=dict)
    patients_busy: dict[int, list[Span]] = field(default_factory=dict)
    minimum_notice: int = 0
    horizon_days: int = Policy._meta.get_field("booking_horizon_days").default
    asks_for_prepayment: bool = False
    _lanes: dict[tuple[int, int], list[list[Span]]] = field(default_factory=dict, repr=False)

    @cached_property
    def clocks(self) -> dict[int, WallClock]:
        """The wall clock of each clinic, one object per zone."""
        by_zone = {clinic.time_zone: WallClock(clinic.zone) for clinic in self.clinics.values()}
        return {pk: by_zone[clinic.time_zone] for pk, clinic in self.clinics.items()}

    @cached_property
    def away(self) -> dict[tuple[int, int], list[Span]]:
        """Leave, time busy elsewhere and closures together, by (provider, clinic), for pairs that have any."""
        pairs = {(row.provider, row.clinic) for row in self.hours}
        own = {provider: [*self.leave.get(provider, ()), *self.elsewhere.get(provider, ())] for provider, _ in pairs}
        gone = {pair: own[pair[0]] + self.closures.get(pair[1], []) for pair in pairs}
        return {pair: merged(spans) for pair, spans in gone.items() if spans}

    @cached_property
    def openings(self) -> dict[tuple[int, int], list[Opening]]:
        """Openings by (provider, clinic)."""
        result: dict[tuple[int, int], list[Opening]] = defaultdict(list)
        for opening in openings(self.hours, self.clocks, self.away, self.first_day, self.last_day):
            result[opening.provider, opening.clinic].append(opening)
        return dict(result)

    @cached_property
    def hours_of(self) -> dict[tuple[int, int], list[Hours]]:
        """Rows of hours by (provider, clinic)."""
        result: dict[tuple[int, int], list[Hours]] = defaultdict(list)
        for hours in self.hours:
            result[hours.provider, hours.clinic].append(hours)
        return dict(result)

    def lanes(self, provider: int, limit: int) -> Sequence[Sequence[Span]]:
        """What is taken in each of `limit` lanes of a provider, as sorted, disjoint spans.

        A lane is also taken while a service runs that allows fewer patients than the lane's place, and all lanes are
        taken while somebody sits in a lane beyond `limit`.
        """
        key = provider, limit
        if key not in self._lanes:
            busy = self.busy.get(provider, ())
            self._lanes[key] = [
                merged((start, end) for start, end, own, most in busy if own == lane or own >= limit or most <= lane)
                for lane in range(limit)
            ]
        return self._lanes[key]

    def free_places(self, service: int, clinic: int, busy_from: int, busy_until: int) -> list[RoomPlace]:
        """Places of rooms that serve `service` and are free throughout, in order of preference."""
        places = self.places.get((service, clinic), ())
        return [place for place in places if is_clear(self.taken_places.get(place, ()), busy_from, busy_until)]

    def take(self, provider: int, patient: int, busy: Busy, treatment: Span, place: RoomPlace | None) -> None:
        """Go on as if this session were booked: the next question finds its time taken."""
        insort(self.busy.setdefault(provider, []), busy)
        insort(self.patients_busy.setdefault(patient, []), treatment)
        if place is not None:
            insort(self.taken_places.setdefault(place, []), (busy.start, busy.end))
        for key in [key for key in self._lanes if key[0] == provider]:
            del self._lanes[key]

    def bookable(self, clinic: int, at: datetime) -> Span:
        """From the end of the minimum notice to the end of the booking horizon, seen from `at`."""
        now, clock = instant_of(at), self.clocks[clinic]
        return now + self.minimum_notice, clock.start(clock.day(now) + self.horizon_days + 1, 0)


def limit_of(service: Service, capacity: int) -> int:
    """How many patients at once: the smaller of the hours' capacity and the service's own, if it has one."""
    return min(capacity, service.capacity or UNLIMITED)
