"""What is placed so far, and what can still be placed beside it: the one keeper of the hard rules."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from clinic.scheduling.planning.freetime import FreeTime
from clinic.scheduling.planning.problem import NO_LIMIT, NONE, Candidates, Problem
from clinic.scheduling.planning.rows import Index

type Home = tuple[int, int]  # lane, room place
type Taken = tuple[int, int, int, int]  # busy from, busy until, lane, capacity of the service
type Session = tuple[int, int, int, int, int]  # demand, day, week, start, end
type Visit = tuple[int, int]  # day, week


class Schedule:
    """Sessions placed out of `candidates` (sorted by demand), with their lanes and room places.

    `possible(demand)` names the candidates that break no rule beside the sessions of everybody else, the demand's own
    placed sessions apart; what these must keep among themselves (gap, sessions a day and week) is the chooser's part.
    """

    def __init__(self, problem: Problem, candidates: Candidates) -> None:
        self.problem, self.candidates = problem, candidates
        demands = problem.demands
        self.bounds = np.searchsorted(candidates.demand, np.arange(len(demands) + 1))
        self.placed: dict[int, dict[int, Home]] = {demand: {} for demand in range(len(demands))}
        self._patient, self._purchase = demands.patient.tolist(), demands.purchase.tolist()
        self._rank, self._wanted = demands.rank.tolist(), demands.sessions.tolist()
        self._capacity = demands.capacity.tolist()
        self._items = defaultdict(list)
        for demand, purchase in enumerate(self._purchase):
            self._items[purchase].append(demand)
        self._sessions: dict[int, list[Session]] = defaultdict(list)  # by patient
        self._visits: dict[int, list[Visit]] = defaultdict(list)  # by patient, of other packages
        self._taken: dict[tuple[str, int], list[Taken]] = defaultdict(list)
        self._blocked = np.zeros(len(candidates), np.int32)
        self._lanes, self._places = FreeTime.of_lanes(problem.lanes), FreeTime.of_places(problem.places)
        self._by_provider = self._provider_index()
        several = [owner for owner, spans in self._lanes.spans.items() if len({unit for unit, *_ in spans}) > 1]
        self._one_lane = ~np.isin(candidates.provider, several)
        self._simple = self._one_lane & (candidates.room_set == NONE)
        shared = Counter(place for places in problem.room_sets for place in places)
        self._rooms = [sorted(places, key=lambda place: (shared[place], place)) for places in problem.room_sets]
        self._book()

    def _provider_index(self) -> dict[int, tuple[Index, Index]]:
        order = np.lexsort((self.candidates.busy_from, self.candidates.provider))
        providers, heads = np.unique(self.candidates.provider[order], return_index=True)
        groups = np.split(order, heads[1:])
        return {p: (own, self.candidates.busy_from[own]) for p, own in zip(providers.tolist(), groups, strict=False)}

    def _book(self) -> None:
        booked = self.problem.booked
        columns = (booked.demand, booked.day, booked.week, booked.start, booked.end)
        for session in zip(*(column.tolist() for column in columns), strict=True):
            self._sessions[self._patient[session[0]]].append(session)
        visits = self.problem.visits
        for patient, *visit in zip(visits.patient.tolist(), visits.day.tolist(), visits.week.tolist(), strict=True):
            self._visits[patient].append(tuple(visit))

    def missing(self, demand: int) -> int:
        return self._wanted[demand] - len(self.placed[demand])

    def of_patient(self, demand: int) -> list[Visit]:
        """When the patient comes: all sessions booked and placed but those placed of the demand itself."""
        own = {int(self.candidates.start[c]) for c in self.placed[demand]}
        patient = self._patient[demand]
        others = (session for session in self._sessions[patient] if session[0] != demand or session[3] not in own)
        return [(session[1], session[2]) for session in others] + self._visits[patient]

    def full(self, demand: int, visits: list[Visit]) -> tuple[list[int], list[int]]:
        """The days and the weeks in which the patient may come no more beside these visits."""
        rules, purchase = self.problem.rules, self._purchase[demand]
        limits = int(rules.per_day[purchase]), int(rules.per_week[purchase])
        counts = (Counter(visit[kind] for visit in visits) for kind in (0, 1))
        days, weeks = (
            [when for when, number in count.items() if limit != NO_LIMIT and number >= limit]
            for count, limit in zip(counts, limits, strict=True)
        )
        return days, weeks

    def never(self) -> NDArray[np.bool_]:
        """Candidates that what is booked rules out for good."""
        c = self.candidates
        ruled_out = np.zeros(len(c), bool)
        coming = self._sessions.keys() | self._visits.keys()
        for demand in (demand for demand, patient in enumerate(self._patient) if patient in coming):
            own = slice(self.bounds[demand], self.bounds[demand + 1])
            days, weeks = self.full(demand, self.of_patient(demand))
            ruled_out[own] = np.isin(c.day[own], days) | np.isin(c.week[own], weeks)
            ruled_out[own] |= ~self._beside(demand, c.day[own], c.start[own], c.end[own])
        return ruled_out

    def offers(self, demand: int) -> Index:
        """All candidates of the demand."""
        return np.arange(self.bounds[demand], self.bounds[demand + 1])

    def possible(self, demand: int) -> Index:
        """Candidates of the demand that fit beside everything that is not its own."""
        own = list(self.placed[demand])
        homes = [self.placed[demand][c] for c in own]
        for c in own:
            self.remove(c)
        result = self._fitting(demand, self.offers(demand))
        for c, home in zip(own, homes, strict=True):
            self.put(c, home)
        return result

    def _fitting(self, demand: int, which: Index) -> Index:
        which = which[self._blocked[which] == 0]
        c = self.candidates
        if not self._earlier_items_stand(demand):
            return which[:0]
        which = which[self._beside(demand, c.day[which], c.start[which], c.end[which])]
        if self._simple[which].all():
            return which
        return which[[bool(self._simple[row]) or self.home(row) is not None for row in which.tolist()]]

    def _beside(self, demand: int, day: Index, start: Index, end: Index) -> NDArray[np.bool_]:
        """Neither in two places at once, nor against gap and order of the purchase; for one session or for many."""
        purchase, rank = self._purchase[demand], self._rank[demand]
        gap = int(self.problem.rules.gap_days[purchase])
        free = np.full(np.shape(day), True)
        for other, other_day, _, other_start, other_end in self._sessions[self._patient[demand]]:
            before, after = end <= other_start, start >= other_end
            if self._purchase[other] != purchase:
                free &= before | after
            else:
                allowed = before if self._rank[other] > rank else after if self._rank[other] < rank else before | after
                free &= allowed & (np.abs(day - other_day) >= gap)
        return free

    def _earlier_items_stand(self, demand: int) -> bool:
        items, rank = self._items[self._purchase[demand]], self._rank[demand]
        return all(self.missing(other) == 0 for other in items if self._rank[other] < rank)

    def has_begun_later(self, demand: int) -> bool:
        """Whether an item that waits for this one has sessions placed."""
        items, rank = self._items[self._purchase[demand]], self._rank[demand]
        return any(self.placed[other] for other in items if self._rank[other] > rank)

    def fits(self, candidate: int) -> bool:
        """Whether the candidate fits beside everything, its own demand's sessions included."""
        if self._blocked[candidate]:
            return False
        demand, day, week, start, end = self._session(candidate)
        patient = self._patient[demand]
        visits = [(session[1], session[2]) for session in self._sessions[patient]] + self._visits[patient]
        days, weeks = self.full(demand, visits)
        if day in days or week in weeks:
            return False
        if not self.missing(demand) or not self._earlier_items_stand(demand):
            return False
        return bool(self._beside(demand, day, start, end)) and self.home(candidate) is not None

    def home(self, candidate: int) -> Home | None:
        """A free lane and room place (NONE if no room is needed), or None."""
        lane = self._free_lane(candidate)
        place = self._free_place(candidate)
        return None if lane is None or place is None else (lane, place)

    def _free_lane(self, candidate: int) -> int | None:
        c = self.candidates
        provider, since, until = int(c.provider[candidate]), int(c.busy_from[candidate]), int(c.busy_until[candidate])
        beside = [(lane, most) for s, u, lane, most in self._taken["lane", provider] if s < until and since < u]
        most_here = self._capacity[c.demand[candidate]] or len(self._lanes[provider]) + 1
        ceiling = min([most_here] + [most for _, most in beside if most != NO_LIMIT])
        if any(lane >= most_here for lane, _ in beside):
            return None
        used = {lane for lane, _ in beside}
        for lane, free_from, free_until in self._lanes[provider]:
            if lane < ceiling and lane not in used and free_from <= since and until <= free_until:
                return lane
        return None

    def _free_place(self, candidate: int) -> int | None:
        c = self.candidates
        if c.room_set[candidate] == NONE:
            return NONE
        since, until = int(c.busy_from[candidate]), int(c.busy_until[candidate])
        for place in self._rooms[c.room_set[candidate]]:
            if any(s < until and since < u for s, u, *_ in self._taken["place", place]):
                continue
            if any(free_from <= since and until <= free_until for _, free_from, free_until in self._places[place]):
                return place
        return None

    def place(self, candidate: int) -> bool:
        """Place it if a lane and a room are free; the caller has asked `possible` or `fits` for the rest."""
        home = self.home(candidate)
        if home is not None:
            self.put(candidate, home)
        return home is not None

    def put(self, candidate: int, home: Home) -> None:
        """Place it in a lane and room known to be free."""
        demand = int(self.candidates.demand[candidate])
        self.placed[demand][candidate] = home
        self._sessions[self._patient[demand]].append(self._session(candidate))
        for key, row in self._rows(candidate, home):
            self._taken[key].append(row)
        self._block(candidate, 1)

    def remove(self, candidate: int) -> None:
        demand = int(self.candidates.demand[candidate])
        home = self.placed[demand].pop(candidate)
        self._sessions[self._patient[demand]].remove(self._session(candidate))
        for key, row in self._rows(candidate, home):
            self._taken[key].remove(row)
        self._block(candidate, -1)

    def _session(self, candidate: int) -> Session:
        c, row = self.candidates, candidate
        return int(c.demand[row]), int(c.day[row]), int(c.week[row]), int(c.start[row]), int(c.end[row])

    def _rows(self, candidate: int, home: Home) -> Iterator[tuple[tuple[str, int], Taken]]:
        c = self.candidates
        busy = int(c.busy_from[candidate]), int(c.busy_until[candidate])
        most = self._capacity[c.demand[candidate]]
        yield ("lane", int(c.provider[candidate])), (*busy, home[0], most)
        if home[1] != NONE:
            yield ("place", home[1]), (*busy, 0, 0)

    def _block(self, candidate: int, by: int) -> None:
        """Count the session against all overlapping candidates of a provider with one lane."""
        if self._one_lane[candidate]:
            own, since = self._by_provider[int(self.candidates.provider[candidate])]
            own = own[: np.searchsorted(since, self.candidates.busy_until[candidate])]
            own = own[self.candidates.busy_until[own] > self.candidates.busy_from[candidate]]
            self._blocked[own] += by
