"""The hard rules written a second time, plainly, and the best plan by trying everything."""

from collections import Counter
from dataclasses import dataclass
from itertools import product

from clinic.scheduling.planning.problem import NO_LIMIT, NONE, Problem, Solution


@dataclass(frozen=True)
class Session:
    """One session with its numbers as plain ints; `lane` is NONE for what was booked before."""

    demand: int
    provider: int
    start: int
    end: int
    day: int
    week: int
    busy_from: int = 0
    busy_until: int = 0
    room_set: int = NONE
    lane: int = NONE
    place: int = NONE

    @property
    def is_new(self):
        return self.lane != NONE


def placed_sessions(problem: Problem, solution: Solution) -> list[Session]:
    return [
        session_of(problem, row, lane, place)
        for row, lane, place in zip(
            solution.chosen.tolist(), solution.lane.tolist(), solution.place.tolist(), strict=True
        )
    ]


def session_of(problem: Problem, row: int, lane: int, place: int) -> Session:
    c = problem.candidates
    names = ("demand", "provider", "start", "end", "day", "week", "busy_from", "busy_until", "room_set")
    return Session(**{name: int(getattr(c, name)[row]) for name in names}, lane=lane, place=place)


def booked_sessions(problem: Problem) -> list[Session]:
    b = problem.booked
    names = ("demand", "provider", "start", "end", "day", "week")
    return [Session(**{name: int(getattr(b, name)[row]) for name in names}) for row in range(len(b))]


def broken_rules(problem: Problem, new: list[Session]) -> list[str]:
    """What a list of new sessions breaks, beside what is booked."""
    found = [rule for session in new for rule in _alone(problem, session)]
    everything = booked_sessions(problem) + new
    for i, one in enumerate(everything):
        for other in everything[i + 1 :]:
            if one.is_new or other.is_new:
                found += _together(problem, one, other)
    return found + _counts(problem, everything) + _order(problem, new)


def _alone(problem, session):
    capacity = problem.demands.capacity[session.demand]
    if capacity != NO_LIMIT and session.lane >= capacity:
        yield "lane above the service's capacity"
    lanes = problem.lanes
    spans = [
        (lanes.free_from[i], lanes.free_until[i])
        for i in range(len(lanes))
        if lanes.provider[i] == session.provider and lanes.lane[i] == session.lane
    ]
    if session.provider in lanes.provider:
        if not any(since <= session.busy_from and session.busy_until <= until for since, until in spans):
            yield "lane not free"
    elif session.lane != 0:
        yield "no such lane"
    if session.room_set == NONE:
        if session.place != NONE:
            yield "room not asked for"
    elif session.place not in problem.room_sets[session.room_set]:
        yield "room does not serve"
    else:
        places = problem.places
        spans = [
            (places.free_from[i], places.free_until[i]) for i in range(len(places)) if places.place[i] == session.place
        ]
        if spans and not any(since <= session.busy_from and session.busy_until <= until for since, until in spans):
            yield "room not free"


def _together(problem, one, other):
    demands = problem.demands
    if demands.patient[one.demand] == demands.patient[other.demand] and one.start < other.end and other.start < one.end:
        yield "patient in two places"
    if demands.purchase[one.demand] == demands.purchase[other.demand]:
        if abs(one.day - other.day) < problem.rules.gap_days[demands.purchase[one.demand]]:
            yield "gap"
        first, second = sorted((one, other), key=lambda session: demands.rank[session.demand])
        if demands.rank[first.demand] < demands.rank[second.demand] and first.end > second.start:
            yield "order"
    if one.is_new and other.is_new and one.busy_from < other.busy_until and other.busy_from < one.busy_until:
        yield from _at_once(demands, one, other)


def _at_once(demands, one, other):
    if one.provider == other.provider:
        if one.lane == other.lane:
            yield "lane taken twice"
        for closing, session in ((one, other), (other, one)):
            if 0 < demands.capacity[closing.demand] <= session.lane:
                yield "lane closed by a service"
    if one.place == other.place != NONE:
        yield "room place taken twice"


def _counts(problem, everything):
    demands, rules, visits = problem.demands, problem.rules, problem.visits
    patient, purchase = demands.patient, demands.purchase
    days = Counter((patient[s.demand], s.day) for s in everything)
    days.update(zip(visits.patient, visits.day, strict=True))
    weeks = Counter((patient[s.demand], s.week) for s in everything)
    weeks.update(zip(visits.patient, visits.week, strict=True))
    new = [s for s in everything if s.is_new]
    wanted = Counter(s.demand for s in new)
    return (
        ["too many a day" for s in new if 0 < rules.per_day[purchase[s.demand]] < days[patient[s.demand], s.day]]
        + ["too many a week" for s in new if 0 < rules.per_week[purchase[s.demand]] < weeks[patient[s.demand], s.week]]
        + ["more than wanted" for demand in wanted if wanted[demand] > problem.demands.sessions[demand]]
    )


def _order(problem, new):
    demands = problem.demands
    placed = Counter(session.demand for session in new)
    for later, before in product(range(len(demands)), repeat=2):
        same = demands.purchase[later] == demands.purchase[before] and demands.rank[before] < demands.rank[later]
        if same and placed[later] and placed[before] < demands.sessions[before]:
            return ["began before the item that comes first was complete"]
    return []


def changes_of(problem: Problem, sessions: list[Session]) -> int:
    met: dict[int, set[int]] = {}
    for session in [*booked_sessions(problem), *sessions]:
        met.setdefault(session.demand, set()).add(session.provider)
    return sum(len(providers) - 1 for providers in met.values())


def best_by_trying_everything(problem: Problem) -> tuple[int, int]:
    """(most sessions, fewest changes among plans that place as many); for a dozen candidates at most."""
    best = (0, -changes_of(problem, []))

    def extend(row: int, new: list[Session]) -> None:
        nonlocal best
        if row == len(problem.candidates):
            if not _order(problem, new):
                best = max(best, (len(new), -changes_of(problem, new)))
            return
        if len(new) + len(problem.candidates) - row < best[0]:
            return
        for lane, place in _homes(problem, row):
            session = session_of(problem, row, lane, place)
            if set(broken_rules(problem, [*new, session])) <= {"began before the item that comes first was complete"}:
                extend(row + 1, [*new, session])
        extend(row + 1, new)

    extend(0, [])
    return best[0], -best[1]


def has_home(problem: Problem, row: int) -> bool:
    """Whether a candidate alone finds a lane and a room, as candidates must."""
    return any(not list(_alone(problem, session_of(problem, row, *home))) for home in _homes(problem, row))


def _homes(problem, row):
    c = problem.candidates
    lanes = problem.lanes.lane[problem.lanes.provider == c.provider[row]].tolist() or [0]
    places = (NONE,) if c.room_set[row] == NONE else problem.room_sets[c.room_set[row]]
    return product(sorted(set(lanes)), places)
