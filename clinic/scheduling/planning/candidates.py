"""From the engine to the solver: every session that could be held, at every time at which it could be.

A demand is one item of one purchase with sessions still to book; a candidate is a demand at a start that the engine
offers, before the purchase expires, while the patient is nowhere else, within the preferences.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from clinic.models import Appointment, PurchaseItem
from clinic.packages.balance import Balance
from clinic.scheduling.intervals import MINUTE, Span, merged, without
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.plan import PlanRequest
from clinic.scheduling.planning.problem import (
    NO_LIMIT,
    NONE,
    Booked,
    Candidates,
    Demands,
    Lanes,
    Places,
    Problem,
    Rules,
    Visits,
)
from clinic.scheduling.planning.starts import (
    Column,
    Demand,
    Starts,
    demands_of,
    joined,
    starts_of,
    thinned,
    wanted_starts,
    week_of,
    weekday_of,
)
from clinic.scheduling.situation import RoomPlace, Situation
from clinic.scheduling.slots import Lengths

MOST_CANDIDATES = 1_000_000  # memory and time of the solver; beyond it every demand keeps a sample of its starts


@dataclass
class Menu:
    """The problem in the solver's terms, and what its numbers stand for."""

    problem: Problem
    demands: list[Demand]
    providers: list[int]
    places: list[RoomPlace]
    starts: Starts = field(repr=False)  # row by row beside `problem.candidates`


def menu_of(
    request: PlanRequest,
    situation: Situation,
    balances: dict[int, dict[PurchaseItem, Balance]],
    booked: Iterable[Appointment],
    *,
    at: datetime,
) -> Menu:
    """The problem that `request` poses in `situation`.

    `balances` is by purchase; `booked` are the live and held sessions of the purchases and of their patients.
    Deterministic.
    """
    demands = demands_of(request.purchases, balances)
    booked, elsewhere = own_and_other(booked, request, situation)
    starts = {pk: starts_of(situation, service, at) for pk, service in situation.services.items()}
    chosen = [wanted_starts(demand, starts[demand.item.service_id], situation, request) for demand in demands]
    chosen = thinned(chosen, MOST_CANDIDATES)
    providers = sorted({*situation.providers, *(appointment.provider_id for appointment in booked)})
    rooms = RoomIndex(situation)
    week_start = request.purchases[0].organisation.week_start
    problem = Problem(
        demands=_demands(demands, request),
        rules=_rules(request),
        candidates=_candidates(demands, chosen, providers, rooms, week_start),
        booked=_booked(demands, booked, providers, week_start),
        visits=_visits(demands, elsewhere, week_start),
        lanes=_lanes(situation, providers),
        places=rooms.free_times(situation),
        room_sets=tuple(rooms.sets),
    )
    return Menu(problem, demands, providers, rooms.places, joined(chosen))


def own_and_other(
    booked: Iterable[Appointment], request: PlanRequest, situation: Situation
) -> tuple[list[Appointment], list[Appointment]]:
    """The sessions of the purchases, and those of their patients from other packages."""
    own, other = [], []
    purchases = {purchase.pk for purchase in request.purchases}
    for appointment in booked:
        if appointment.package_purchase_id not in purchases:
            other.append(appointment)
        elif appointment.service_id in situation.services:
            own.append(appointment)
    return own, other


class RoomIndex:
    """Numbers for the room places of a situation, and for the sets of them that serve a service at a clinic."""

    def __init__(self, situation: Situation) -> None:
        places = sorted({place for found in situation.places.values() for place in found})
        self.number = {place: number for number, place in enumerate(places)}
        self.places: list[RoomPlace] = places
        self.sets: list[tuple[int, ...]] = []
        self.set_of: dict[tuple[int, int], int] = {}
        for key in sorted(situation.places):
            self.set_of[key] = len(self.sets)
            self.sets.append(tuple(self.number[place] for place in situation.places[key]))

    def sets_of(self, service: Column, clinic: Column) -> Column:
        """The number of the set of places for each (service, clinic), NONE where no room is needed."""
        found = np.full(len(service), NONE)
        for (service_pk, clinic_pk), number in self.set_of.items():
            found[(service == service_pk) & (clinic == clinic_pk)] = number
        return found

    def free_times(self, situation: Situation) -> Places:
        rows = [
            (self.number[place], start // MINUTE, end // MINUTE)
            for place, taken in sorted(situation.taken_places.items())
            if place in self.number
            for start, end in without(whole(situation), taken)
        ]
        return Places(*columns(rows, 3))


def whole(situation: Situation) -> Span:
    """A span that holds every session of the situation's days and its buffers, in any zone."""
    clocks = situation.clocks.values()
    first = min(clock.start(situation.first_day - 2, 0) for clock in clocks)
    return first, max(clock.start(situation.last_day + 3, 0) for clock in clocks)


def columns(rows: list[tuple], width: int) -> list[Column]:
    return list(np.array(rows, dtype=np.int64).reshape(-1, width).T)


def _demands(demands: list[Demand], request: PlanRequest) -> Demands:
    purchases = {pk: number for number, pk in enumerate(dict.fromkeys(demand.purchase.pk for demand in demands))}
    rows = [
        (
            demand.purchase.patient_id,
            purchases[demand.purchase.pk],
            demand.item.service_id,
            demand.sessions,
            demand.item.step if request.preferences.keep_order else 0,
            demand.item.service.capacity or NO_LIMIT,
        )
        for demand in demands
    ]
    patient, purchase, service, sessions, rank, capacity = columns(rows, 6)
    return Demands(_numbered(patient), purchase, _numbered(service), sessions, rank, capacity)


def _numbered(keys: Column) -> Column:
    return np.unique(keys, return_inverse=True)[1]


def _rules(request: PlanRequest) -> Rules:
    wishes, n = request.preferences, len(request.purchases)
    return Rules(
        per_day=np.full(n, wishes.sessions_per_day),
        per_week=np.full(n, wishes.sessions_per_week or NO_LIMIT),
        gap_days=np.full(n, wishes.min_gap_days),
        keep_provider=np.full(n, wishes.keep_provider),
        keep_time=np.full(n, wishes.keep_time),
    )


def _candidates(
    demands: list[Demand], chosen: list[Starts], providers: list[int], rooms: RoomIndex, week_start: int
) -> Candidates:
    starts = joined(chosen)
    demand = np.repeat(np.arange(len(demands)), [len(found) for found in chosen])
    lengths = np.array([Lengths.of(row.item.service) for row in demands], dtype=np.int64).reshape(-1, 3) // MINUTE
    before, treatment, after = lengths[demand].T
    service = np.array([row.item.service_id for row in demands], dtype=np.int64)[demand]
    start = starts.start // MINUTE
    return Candidates(
        demand=demand,
        provider=np.searchsorted(providers, starts.provider),
        room_set=rooms.sets_of(service, starts.clinic),
        start=start,
        end=start + treatment,
        busy_from=start - before,
        busy_until=start + treatment + after,
        day=starts.day,
        week=week_of(starts.day, week_start),
        weekday=weekday_of(starts.day),
        minute=starts.minute,
    )


def _booked(demands: list[Demand], booked: list[Appointment], providers: list[int], week_start: int) -> Booked:
    """The sessions that stand, beside the demand of their service."""
    demand_of = {(row.purchase.pk, row.item.service_id): number for number, row in enumerate(demands)}
    provider_of = {pk: number for number, pk in enumerate(providers)}
    rows = []
    for appointment in booked:
        local = appointment.starts_at.astimezone(appointment.clinic.zone)
        day = local.toordinal()
        rows.append(
            (
                demand_of[appointment.package_purchase_id, appointment.service_id],
                provider_of[appointment.provider_id],
                instant_of(appointment.starts_at) // MINUTE,
                instant_of(appointment.ends_at) // MINUTE,
                day,
                (day - week_start) // 7,
                local.isoweekday(),
                local.hour * 60 + local.minute,
            )
        )
    return Booked(*columns(rows, 8))


def _visits(demands: list[Demand], other: list[Appointment], week_start: int) -> Visits:
    patients = np.unique([demand.purchase.patient_id for demand in demands])  # numbered as in `_demands`
    days = [appointment.starts_at.astimezone(appointment.clinic.zone).toordinal() for appointment in other]
    patient = np.searchsorted(patients, [appointment.patient_id for appointment in other])
    return Visits(patient=patient, day=days, week=[(day - week_start) // 7 for day in days])


def _lanes(situation: Situation, providers: list[int]) -> Lanes:
    """The free time of every lane of the providers who ever treat several patients at once."""
    provider_of = {pk: number for number, pk in enumerate(providers)}
    most = dict.fromkeys(situation.providers, 1)
    for hours in situation.hours:
        most[hours.provider] = max(most.get(hours.provider, 1), hours.capacity)
    rows = [
        (provider_of[pk], lane, start // MINUTE, end // MINUTE)
        for pk, capacity in sorted(most.items())
        if capacity > 1
        for lane, taken in enumerate(situation.lanes(pk, capacity))
        for span in lane_hours(situation, pk, lane)
        for start, end in without(span, taken)
    ]
    return Lanes(*columns(rows, 4))


def lane_hours(situation: Situation, provider: int, lane: int) -> list[Span]:
    """When a provider's lane exists at all, with room for buffers: the first always, others as hours allow.

    A lane ends where somebody in hours for fewer patients could be busy, buffers included: then it has to be empty.
    """
    if lane == 0:
        return [whole(situation)]
    lengths = [Lengths.of(service) for service in situation.services.values()]
    before, after = max(length.before for length in lengths), max(length.after for length in lengths)
    own = [opening for (owner, _), found in situation.openings.items() if owner == provider for opening in found]
    wide = merged((opening.start, opening.end) for opening in own if opening.capacity > lane)
    narrow = merged((opening.start, opening.end) for opening in own if opening.capacity <= lane)
    only_narrow = merged((start - before, end + after) for span in narrow for start, end in without(span, wide))
    return [
        rest
        for start, end in merged((start - before, end + after) for start, end in wide)
        for rest in without((start, end), only_narrow)
    ]
