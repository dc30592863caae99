"""The free times in which appointments could be held instead of their own, as ways of an assignment.

Each appointment's own time counts as free for itself alone: what is proposed to one does not suppose that another
moves. Of many times the least disturbing are looked at.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from clinic.enums import AppointmentKind
from clinic.models import Appointment, Service
from clinic.scheduling import selectors
from clinic.scheduling.intervals import Span, is_clear, without
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.assignment import Ways
from clinic.scheduling.planning.disturbance import disturbance
from clinic.scheduling.planning.problem import NONE
from clinic.scheduling.planning.starts import Column, Mask, Starts, elsewhere, joined, starts_of
from clinic.scheduling.refusals import Question
from clinic.scheduling.situation import RoomPlace, Situation, limit_of
from clinic.scheduling.slots import Lengths

BEFORE, AFTER = timedelta(days=7), timedelta(days=14)
NEAREST = 64  # times of one appointment that are looked at
SEATS = 3  # of the lanes and room places that are free at a time
LANES = 1_000  # more than any provider has


@dataclass(frozen=True)
class Spots:
    """Free times of one appointment, the least disturbing first: instants, keys of rows, and what they weigh."""

    start: Column
    provider: Column
    clinic: Column
    cost: Column

    def __len__(self) -> int:
        return len(self.start)


class Replacements:
    """What is free for each of the appointments, in six queries at most.

    `spots` are the times of each; `ways` are their seats, `owner` numbering the appointments, and `spot_of_way` says
    which of the owner's times a way belongs to.
    """

    def __init__(self, rows: Sequence[Appointment], *, at: datetime) -> None:
        self.rows, self.at = rows, at
        self.situation = self._situation() if rows else Situation(0, 0, {})
        self._lane_starts: dict[int, Starts] = {}
        self._places: dict[RoomPlace, int] = {}
        self._limits: dict[tuple[int, int, int], int] = {}
        self.spots, ways, self.spot_of_way = [], [], []
        for owner, row in enumerate(rows):
            spots, seats = self._seated(owner, row)
            self.spots.append(spots)
            ways += seats
        self.ways = Ways(*np.array(ways, np.int64).reshape(-1, 9).T)

    def last_day_of(self, row: Appointment) -> date:
        """The last day that was looked at for this appointment."""
        last = date.fromordinal(self.situation.last_day)
        return min(last, row.package_purchase.expires_on) if row.package_purchase else last

    def compatible(self, owner: int, chosen: Column) -> list[int]:
        """The owner's times, in order, that leave what has been chosen for all others as it is."""
        others = self.ways.take(np.delete(chosen, owner)[np.delete(chosen, owner) != NONE])
        own = np.flatnonzero(self.ways.owner == owner)
        mine = self.ways.take(own)
        clash = np.zeros((len(mine), len(others)), bool)
        for name, start, end in (
            ("lane", "busy_from", "busy_until"), ("place", "busy_from", "busy_until"), ("patient", "start", "end"),
        ):  # fmt: skip
            same = (getattr(mine, name)[:, None] == getattr(others, name)) & (getattr(mine, name) != NONE)[:, None]
            clash |= (
                same
                & (getattr(mine, start)[:, None] < getattr(others, end))
                & (getattr(others, start) < getattr(mine, end)[:, None])
            )
        return sorted({self.spot_of_way[way] for way in own[~clash.any(axis=1)]})

    def _situation(self) -> Situation:
        days = [row.starts_at.astimezone(row.clinic.zone).date() for row in self.rows]
        today = self.at.astimezone(self.rows[0].clinic.zone).date()
        return selectors.situation(
            {row.service.pk: row.service for row in self.rows}.values(),
            patients={row.patient for row in self.rows},
            first_day=max(today, min(days) - BEFORE),
            last_day=max(today, max(days)) + AFTER,
        )

    def _seated(self, owner: int, row: Appointment) -> tuple[Spots, list[tuple[int, ...]]]:
        """The appointment's nearest times for which there is a lane and a room, and its seats in them."""
        spots, lengths = self._nearest(row), Lengths.of(row.service)
        kept, seats = [], []
        for number, (start, provider, clinic, cost) in enumerate(
            zip(spots.start.tolist(), spots.provider.tolist(), spots.clinic.tolist(), spots.cost.tolist(), strict=True)
        ):
            span = start, start + lengths.treatment
            busy = start - lengths.before, span[1] + lengths.after
            found = self._seats(row, provider, clinic, start, busy, owner)
            seats += [(owner, *span, *busy, lane, place, row.patient_id, cost) for lane, place in found]
            self.spot_of_way += [len(kept)] * len(found)
            kept += [number] * bool(found)
        return Spots(spots.start[kept], spots.provider[kept], spots.clinic[kept], spots.cost[kept]), seats

    def _nearest(self, row: Appointment) -> Spots:
        """The least disturbing starts that suit the patient and the package, rooms aside."""
        around_own = self._around_own(row)
        starts = joined([self._starts(row.service), *around_own]) if around_own else self._starts(row.service)
        local, own = row.starts_at.astimezone(row.clinic.zone), (instant_of(row.starts_at), instant_of(row.ends_at))
        cost = disturbance(
            np.abs(starts.day - local.toordinal()),
            np.abs(starts.minute - (local.hour * 60 + local.minute)),
            other_provider=starts.provider != row.provider_id,
            other_clinic=starts.clinic != row.clinic_id,
        )
        in_time = starts.start >= own[0] - int(BEFORE.total_seconds())
        in_time &= starts.day <= self.last_day_of(row).toordinal()
        near = nearest(cost, in_time, 2 * NEAREST)
        engaged = without_own(self.situation.patients_busy.get(row.patient_id, ()), own)
        near = near[~elsewhere(starts.where(near), Lengths.of(row.service).treatment, engaged)]
        if around_own:  # what was found twice comes once
            keys = np.stack([starts.start[near], starts.provider[near], starts.clinic[near]])
            near = near[np.unique(keys, axis=1, return_index=True)[1]]
        order = np.lexsort((starts.clinic[near], starts.provider[near], starts.start[near], cost[near]))
        near = near[order[:NEAREST]]
        return Spots(starts.start[near], starts.provider[near], starts.clinic[near], cost[near])

    def _starts(self, service: Service) -> Starts:
        """Every start at which a lane is free for the service; found once for all who need it."""
        if service.pk not in self._lane_starts:
            self._lane_starts[service.pk] = starts_of(self._roomless(), service, self.at)
        return self._lane_starts[service.pk]

    def _roomless(self) -> Situation:
        situation = copy(self.situation)
        situation.places = {}
        return situation

    def _around_own(self, row: Appointment) -> list[Starts]:
        """The starts of the own provider that meet the appointment's own time, which is nobody else's."""
        busy = instant_of(row.busy_from), instant_of(row.busy_until)
        reach = sum(Lengths.of(row.service))
        near = {
            pair: [
                one._replace(start=max(one.start, busy[0] - reach), end=min(one.end, busy[1] + reach))
                for one in found
                if one.start < busy[1] + reach and busy[0] - reach < one.end
            ]
            for pair, found in self.situation.openings.items()
            if pair[0] == row.provider_id
        }
        if not any(near.values()):
            return []
        situation = self._roomless()
        situation.openings = near
        situation.busy = {row.provider_id: self._busy_without(row)}
        situation._lanes = {}
        return [starts_of(situation, row.service, self.at)]

    def _busy_without(self, row: Appointment) -> list[tuple[int, int, int, int]]:
        own = instant_of(row.busy_from), instant_of(row.busy_until), row.lane
        return [busy for busy in self.situation.busy.get(row.provider_id, ()) if tuple(busy[:3]) != own]

    def _seats(
        self, row: Appointment, provider: int, clinic: int, start: int, busy: Span, owner: int
    ) -> list[tuple[int, int]]:
        """A few of the (lane, room place) in which the appointment could be seated; none where no room is free."""
        lanes = self._lanes(row, provider, clinic, start)
        if row.kind == AppointmentKind.VIRTUAL or (row.service_id, clinic) not in self.situation.places:
            return [(lane, NONE) for lane in lanes[:SEATS]]
        free = [place for place in self.situation.places[row.service_id, clinic] if self._is_free(place, row, busy)]
        if not lanes or not free:
            return []
        turn = owner % len(free)  # not everybody asks for the first room
        places = [self._number_of(place) for place in [*free[turn:], *free[:turn]]]
        count = min(SEATS, max(len(lanes), len(places)))
        return list(dict.fromkeys((lanes[n % len(lanes)], places[n % len(places)]) for n in range(count)))

    def _is_free(self, place: RoomPlace, row: Appointment, busy: Span) -> bool:
        taken = self.situation.taken_places.get(place, ())
        if place == (row.room_id, row.room_place):
            taken = without_own(taken, (instant_of(row.busy_from), instant_of(row.busy_until)))
        return is_clear(taken, *busy)

    def _number_of(self, place: RoomPlace) -> int:
        return self._places.setdefault(place, len(self._places))

    def _most_at_once(self, service: Service, provider: int, clinic: int) -> int:
        key = service.pk, provider, clinic
        if key not in self._limits:
            hours = self.situation.hours_of.get((provider, clinic), ())
            self._limits[key] = max((limit_of(service, one.capacity) for one in hours), default=1)
        return self._limits[key]

    def _lanes(self, row: Appointment, provider: int, clinic: int, start: int) -> list[int]:
        """The provider's free lanes, told apart from those of all others."""
        if self._most_at_once(row.service, provider, clinic) == 1:
            return [provider * LANES]
        situation = self.situation
        if provider == row.provider_id:
            situation = copy(situation)
            situation.busy, situation._lanes = {provider: self._busy_without(row)}, {}
        rows = situation.providers[provider], situation.clinics[clinic]
        free = Question(situation, row.service, *rows, start, self.at).free_lanes()
        return [provider * LANES + lane for lane in free]


def nearest(cost: Column, suits: Mask, count: int) -> Column:
    """The rows that suit and cost no more than the cheapest `count` of them."""
    rows = np.flatnonzero(suits)
    if len(rows) <= count:
        return rows
    return rows[cost[rows] <= np.partition(cost[rows], count)[count]]


def without_own(spans: Sequence[Span], own: Span) -> list[Span]:
    """The spans, less the time of the appointment itself."""
    return [left for span in spans for left in without(span, [own])]
