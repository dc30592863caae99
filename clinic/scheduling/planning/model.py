"""The linear program: columns and rows over candidates.

Let x_c be the number of sessions that column c places. Maximise Σ v_c x_c subject to rows Σ a_c x_c ≤ b:

- demand: Σ x ≤ sessions wanted;
- gap g ≥ 1 of a purchase: Σ x ≤ 1 over every window of g days (interval rows, hence totally unimodular on their own);
- g = 0: Σ x ≤ sessions a day; a week: Σ x ≤ sessions a week; less what is booked already;
- order: n_A Σ_B x ≤ Σ_A x before, where A is every lower rank of the purchase and n_A its sessions;
- time of a provider, of a room set and of a patient: the maximal cliques of overlapping intervals.

A column is either one candidate (exact), or a *block*: all candidates of one demand with one provider on one day.
Blocks forget the hour. What a provider-day can hold then follows from Hall's condition: for a set S of starts, the
blocks that have no start outside S take at most as many sessions as can be packed side by side into the free lanes
within S. Every row over blocks holds for every true plan, so the optimum over blocks is a bound; it is reached when
hours can be dealt out within each provider-day, which is the rule and is checked when it is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from clinic.scheduling.planning.problem import NO_LIMIT, NONE, Candidates, Floats, Lanes, Places, Problem

Index = NDArray[np.int64]
ALWAYS = (-(2**31), 2**31)
MASK_BITS = 62  # distinct intervals of a provider-day told apart; later ones share a bit, which only loosens rows


@dataclass(frozen=True)
class Columns:
    """The variables. `of` maps each candidate to its column."""

    demand: Index
    purchase: Index
    patient: Index
    provider: Index
    room_set: Index
    day: Index
    week: Index
    upper: Index  # most sessions the column can take
    of: Index
    first_end: Index  # among the candidates of the column
    last_start: Index

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True)
class Rows:
    """Rows Σ weight x ≤ limit as triplets, with what each row stands for so that its dual price can be named."""

    column: Index
    row: Index
    weight: Floats
    limit: Floats
    who: Index  # provider (or room family) of the row, else NONE
    day: Index
    is_room: NDArray[np.bool_]

    def matrix(self, n_columns: int) -> sparse.csr_array:
        return sparse.csr_array((self.weight, (self.row, self.column)), shape=(len(self.limit), n_columns))


def blocks(problem: Problem, candidates: Candidates) -> Columns:
    """One column for each demand, provider, day and room set."""
    keys = (candidates.demand, candidates.day, candidates.provider, candidates.room_set)
    order = np.lexsort(keys[::-1])
    changes = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    heads = np.concatenate([[0], np.flatnonzero(changes) + 1]) if len(order) else np.empty(0, np.int64)
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(np.concatenate([[False], changes]))[: len(order)]
    size = np.diff(np.append(heads, len(order)))
    return _columns(problem, candidates, of, order[heads], size)


def singles(problem: Problem, candidates: Candidates) -> Columns:
    """One column for each candidate."""
    every = np.arange(len(candidates))
    return _columns(problem, candidates, every, every, np.ones(len(every), np.int64))


def _columns(problem: Problem, candidates: Candidates, of: Index, head: Index, size: Index) -> Columns:
    demand = candidates.demand[head].astype(np.int64)
    purchase = problem.demands.purchase[demand].astype(np.int64)
    per_day = problem.rules.per_day[purchase]
    most = np.where(problem.rules.gap_days[purchase] > 0, 1, np.where(per_day == NO_LIMIT, size, per_day))
    first_end = np.full(len(head), ALWAYS[1])
    np.minimum.at(first_end, of, candidates.end)
    last_start = np.full(len(head), ALWAYS[0])
    np.maximum.at(last_start, of, candidates.start)
    return Columns(
        demand=demand,
        purchase=purchase,
        patient=problem.demands.patient[demand].astype(np.int64),
        provider=candidates.provider[head].astype(np.int64),
        room_set=candidates.room_set[head].astype(np.int64),
        day=candidates.day[head].astype(np.int64),
        week=candidates.week[head].astype(np.int64),
        upper=np.minimum(np.minimum(most, size), problem.demands.sessions[demand]),
        of=of,
        first_end=first_end,
        last_start=last_start,
    )


def rows_of(problem: Problem, candidates: Candidates, columns: Columns) -> Rows:
    """All rows that can bind; those that no x within its bounds can break are dropped."""
    exact = len(columns) == len(candidates)
    parts = [*_calendar_rows(problem, columns), *_order_rows(problem, columns)]
    parts += _clique_rows(problem, candidates) if exact else _packing_rows(problem, candidates, columns)
    return _binding(_stack(parts), columns)


def _rows(column: Index, row: Index, limit: Floats, weight: Floats | None = None, **name: Index) -> Rows:
    n = len(limit)
    return Rows(
        column=np.asarray(column, np.int64),
        row=np.asarray(row, np.int64),
        weight=np.ones(len(column)) if weight is None else np.asarray(weight, float),
        limit=np.asarray(limit, float),
        who=np.asarray(name.get("who", np.full(n, NONE)), np.int64),
        day=np.asarray(name.get("day", np.full(n, NONE)), np.int64),
        is_room=np.full(n, "room" in name),
    )


def _stack(parts: list[Rows]) -> Rows:
    shift = np.cumsum([0] + [len(part.limit) for part in parts])[:-1]
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("column", "weight", "limit", "who", "day", "is_room")
    }
    return Rows(row=np.concatenate([part.row + by for part, by in zip(parts, shift, strict=True)]), **joined)


def _binding(rows: Rows, columns: Columns) -> Rows:
    most = np.bincount(rows.row, np.maximum(rows.weight, 0) * columns.upper[rows.column], minlength=len(rows.limit))
    keep = most > rows.limit + 1e-9
    entry = keep[rows.row]
    renumber = np.cumsum(keep) - 1
    return Rows(
        column=rows.column[entry],
        row=renumber[rows.row[entry]],
        weight=rows.weight[entry],
        limit=rows.limit[keep],
        who=rows.who[keep],
        day=rows.day[keep],
        is_room=rows.is_room[keep],
    )


def _calendar_rows(problem: Problem, columns: Columns) -> Iterator[Rows]:
    """Sessions wanted, gap or sessions a day, sessions a week."""
    rules, booked = problem.rules, problem.booked
    yield _rows(np.arange(len(columns)), columns.demand, problem.demands.sessions)
    gap = rules.gap_days[columns.purchase]
    yield _window_rows(columns, np.flatnonzero(gap > 0), gap)
    booked_purchase = problem.demands.purchase[booked.demand]
    for limit, when, booked_when in (
        (np.where(rules.gap_days > 0, NO_LIMIT, rules.per_day), columns.day, booked.day),
        (rules.per_week, columns.week, booked.week),
    ):
        limited = np.flatnonzero(limit[columns.purchase] != NO_LIMIT)
        keys, row = np.unique(pair(columns.purchase[limited], when[limited]), return_inverse=True)
        yield _rows(limited, row, np.maximum(limit[keys >> 32] - _count(keys, pair(booked_purchase, booked_when)), 0))


def pair(high: NDArray[np.integer], low: NDArray[np.integer]) -> Index:
    """Two whole numbers as one sortable key; `high` must not be negative."""
    return (high.astype(np.int64) << 32) + low.astype(np.int64)


def _count(keys: Index, events: Index) -> Index:
    events = np.sort(events)
    return np.searchsorted(events, keys, "right") - np.searchsorted(events, keys, "left")


def _window_rows(columns: Columns, which: Index, gap: Index) -> Rows:
    """At most one session in any `gap` days of a purchase; a window inside another is left out."""
    key = pair(columns.purchase[which], columns.day[which])
    order = np.argsort(key, kind="stable")
    key, gap, which = key[order], gap[which][order], which[order]
    heads = np.flatnonzero(np.diff(key, prepend=-1))
    until = np.searchsorted(key, key[heads] + gap[heads], "left")
    maximal = np.diff(until, prepend=0) > 0
    entry, row = ranges(heads[maximal], until[maximal])
    return _rows(which[entry], row, np.ones(int(maximal.sum())))


def ranges(lo: Index, hi: Index) -> tuple[Index, Index]:
    """Every i in lo[r]..hi[r]-1 with its r, range after range."""
    length = hi - lo
    row = np.repeat(np.arange(len(lo)), length)
    return np.arange(len(row)) + np.repeat(lo - np.cumsum(length) + length, length), row


def _order_rows(problem: Problem, columns: Columns) -> Iterator[Rows]:
    """Sessions of a later rank only when all sessions of the ranks before stand and have ended."""
    demands, rank = problem.demands, problem.demands.rank[columns.demand]
    for purchase in np.flatnonzero(np.bincount(demands.purchase) > 1):
        own = demands.purchase == purchase
        for later in np.unique(demands.rank[own])[1:]:
            wanted = int(demands.sessions[own & (demands.rank < later)].sum())
            mine = columns.purchase == purchase
            if wanted and np.any(mine & (rank == later)):
                before, after = np.flatnonzero(mine & (rank < later)), np.flatnonzero(mine & (rank == later))
                yield _order_row(columns, before, after, wanted, int(problem.rules.gap_days[purchase]))


def _order_row(columns: Columns, before: Index, after: Index, wanted: int, gap: int) -> Rows:
    if gap:  # at most one of `after` in a window, so the window shares one row; `before` ends `gap` days earlier
        last_days = np.unique(columns.day[after])
        pairs = (columns.day[after] <= last_days[:, None]) & (columns.day[after] > last_days[:, None] - gap)
        earlier = columns.day[before] <= last_days[:, None] - gap
        most = np.ones(len(after))
    else:
        pairs = np.eye(len(after), dtype=bool)
        earlier = columns.first_end[before] <= columns.last_start[after][:, None]
        most = columns.upper[after]
    (later_row, later), (early_row, early) = np.nonzero(pairs), np.nonzero(earlier)
    weight = np.concatenate([wanted / most[later], -np.ones(len(early))])
    column = np.concatenate([after[later], before[early]])
    return _rows(column, np.concatenate([later_row, early_row]), np.zeros(len(pairs)), weight)


def families(room_sets: tuple[tuple[int, ...], ...]) -> list[tuple[frozenset[int], list[int]]]:
    """Places and the room sets inside them: for each room set, and for each group of sets that share places."""
    sets = [frozenset(places) for places in room_sets]
    groups: list[frozenset[int]] = []
    for places in sets:
        touching = [group for group in groups if group & places]
        groups = [group for group in groups if not group & places] + [places.union(*touching)]
    return [(union, [i for i, own in enumerate(sets) if own <= union]) for union in dict.fromkeys(sets + groups)]


@dataclass(frozen=True)
class FreeTime:
    """Free intervals of each lane or place; what has no row is always free."""

    spans: dict[int, list[tuple[int, int, int]]]  # owner -> (unit, from, until)

    @classmethod
    def of_lanes(cls, lanes: Lanes) -> "FreeTime":
        return cls._grouped(lanes.provider, lanes.lane, lanes.free_from, lanes.free_until)

    @classmethod
    def of_places(cls, places: Places) -> "FreeTime":
        return cls._grouped(places.place, 0 * places.place, places.free_from, places.free_until)

    @classmethod
    def _grouped(cls, *columns: NDArray[np.int32]) -> "FreeTime":
        spans: dict[int, list[tuple[int, int, int]]] = {}
        for owner, unit, since, until in sorted(zip(*(column.tolist() for column in columns), strict=True)):
            spans.setdefault(owner, []).append((unit, since, until))
        return cls(spans)

    def __getitem__(self, owner: int) -> list[tuple[int, int, int]]:
        return self.spans.get(owner, [(0, *ALWAYS)])

    def count_at(self, owner: int, moments: NDArray[np.integer], below: int = NO_LIMIT) -> Index:
        """Units (those numbered under `below`) free at each moment."""
        spans = [span for span in self[owner] if below == NO_LIMIT or span[0] < below]
        _, since, until = np.array(spans or [(0, 0, 0)], np.int64).T
        return np.searchsorted(np.sort(since), moments, "right") - np.searchsorted(np.sort(until), moments, "right")


def _clique_rows(problem: Problem, candidates: Candidates) -> Iterator[Rows]:
    """Overlaps in time, exactly: who can be at one moment with a provider, in a group of rooms, with a patient."""
    lanes, places = FreeTime.of_lanes(problem.lanes), FreeTime.of_places(problem.places)
    every = np.arange(len(candidates))
    patient = problem.demands.patient[candidates.demand]
    yield from _cliques(every, patient, candidates.start, candidates.end, candidates.day)
    for provider in np.unique(candidates.provider).tolist():
        own = np.flatnonzero(candidates.provider == provider)
        for part in _cliques(own, 0 * own, candidates.busy_from[own], candidates.busy_until[own], candidates.day[own]):
            yield _with_lanes(part, problem, candidates, lanes, provider)
    for family, (union, members) in enumerate(families(problem.room_sets)):
        own = np.flatnonzero(np.isin(candidates.room_set, members))
        for part in _cliques(own, 0 * own, candidates.busy_from[own], candidates.busy_until[own], candidates.day[own]):
            free = sum(places.count_at(place, part.who) for place in union)
            yield _rows(part.column, part.row, free, who=np.full(len(free), family), day=part.day, room=part.who)


def _cliques(which: Index, key: Index, since: Index, until: Index, day: Index) -> Iterator[Rows]:
    """Rows of limit 1 over the maximal cliques of intervals with one key; `who` holds the moment of each."""
    if not len(which):
        return
    starts = pair(key, since)
    points, heads = np.unique(starts, return_index=True)
    lo, hi = np.searchsorted(points, starts), np.searchsorted(points, pair(key, until))
    ends = np.bincount(hi, minlength=len(points) + 1)[1:]  # how many end after this point and not after the next
    maximal = ends > 0
    point, entry = ranges(lo, hi)
    inside = maximal[point]
    yield _rows(
        which[entry[inside]],
        (np.cumsum(maximal) - 1)[point[inside]],
        np.ones(int(maximal.sum())),
        who=points[maximal] & 0xFFFFFFFF,
        day=day[heads][maximal],
    )


def _with_lanes(part: Rows, problem: Problem, candidates: Candidates, lanes: FreeTime, provider: int) -> Rows:
    """Limit by free lanes; a service that closes lanes weighs as many as it leaves to nobody."""
    free = lanes.count_at(provider, part.who)
    weight = np.ones(len(part.column))
    capacity = problem.demands.capacity[candidates.demand[part.column]]
    for most in np.unique(capacity[capacity != NO_LIMIT]).tolist():
        own = capacity == most
        open_lanes = np.maximum(lanes.count_at(provider, part.who, most), 1)
        weight[own] = (free / open_lanes)[part.row[own]]
    return _rows(part.column, part.row, free, weight, who=np.full(len(free), provider), day=part.day)


def _packing_rows(problem: Problem, candidates: Candidates, columns: Columns) -> Iterator[Rows]:
    """Hall's rows over blocks: days of providers, of room families, and of patients who may come several times."""
    lanes, places = FreeTime.of_lanes(problem.lanes), FreeTime.of_places(problem.places)
    capacity = problem.demands.capacity[candidates.demand]
    busy = (candidates.busy_from, candidates.busy_until)
    yield from _hall(columns, columns.provider, (*busy, capacity), lanes.spans)
    for family, (union, members) in enumerate(families(problem.room_sets)):
        owner = np.where(np.isin(columns.room_set, members), family, NONE)
        spans = {family: [span for place in sorted(union) for span in places[place]]}
        for part in _hall(columns, owner, (*busy, 0 * capacity), spans):
            yield _rows(part.column, part.row, part.limit, part.weight, who=part.who, day=part.day, room=part.who)
    one_purchase = np.bincount(np.unique(pair(columns.patient, columns.purchase)) >> 32) < 2
    alone = one_purchase[columns.patient] & (problem.rules.gap_days[columns.purchase] > 0)
    for part in _hall(
        columns, np.where(alone, NONE, columns.patient), (candidates.start, candidates.end, 0 * capacity)
    ):
        yield _rows(part.column, part.row, part.limit, part.weight)


type Slot = tuple[int, int, int]  # from, until, capacity of the service


def _hall(
    columns: Columns, owner: Index, busy: tuple[Index, Index, Index], spans: dict[int, list[Slot]] | None = None
) -> Iterator[Rows]:
    """Rows of one owner's day: the blocks whose starts all lie in S take at most what packs into S."""
    group = pair(np.maximum(owner, 0), columns.day)
    which = np.flatnonzero(owner[columns.of] != NONE)
    if not len(which):
        return
    keys = (group[columns.of[which]], *(part[which] for part in busy))
    order = np.lexsort(keys[::-1])
    fresh = np.append(True, np.any([np.diff(key[order]) != 0 for key in keys], axis=0))
    slot = np.cumsum(fresh) - 1
    heads = order[fresh]
    slot_group = keys[0][heads]
    rank = np.arange(len(heads)) - np.searchsorted(slot_group, slot_group)
    mask = np.zeros(len(columns), np.int64)
    np.bitwise_or.at(mask, columns.of[which[order]], (1 << np.minimum(rank, MASK_BITS - 1))[slot])
    slots = list(zip(*(key[heads].tolist() for key in keys[1:]), strict=True))
    free = FreeTime(spans or {})
    entries: tuple[list[Index], list[Floats], list[float], list[int]] = ([], [], [], [])
    for name, members, own in _grouped_by(group, np.flatnonzero(mask), slot_group, slots):
        for column, weight, limit in _hall_rows(mask[members], columns.upper[members], own, free, name >> 32):
            entries[0].append(members[column])
            entries[1].append(weight)
            entries[2].append(limit)
            entries[3].append(name)
    if entries[2]:
        size = [len(column) for column in entries[0]]
        names = np.array(entries[3])
        yield _rows(
            np.concatenate(entries[0]),
            np.repeat(np.arange(len(size)), size),
            np.array(entries[2]),
            np.concatenate(entries[1]),
            who=names >> 32,
            day=names & 0xFFFFFFFF,
        )


def _grouped_by(
    group: Index, which: Index, slot_group: Index, slots: list[Slot]
) -> Iterator[tuple[int, Index, list[Slot]]]:
    """(name, columns, slots) of each group, in order."""
    order = which[np.argsort(group[which], kind="stable")]
    names, heads = np.unique(group[order], return_index=True)
    lo, hi = np.searchsorted(slot_group, names), np.searchsorted(slot_group, names, "right")
    for name, members, first, last in zip(
        names.tolist(), np.split(order, heads[1:]), lo.tolist(), hi.tolist(), strict=True
    ):
        yield name, members, slots[first:last]


def _hall_rows(
    mask: Index, upper: Index, slots: list[Slot], free: FreeTime, owner: int
) -> Iterator[tuple[Index, Floats, float]]:
    first, last = min(slot[0] for slot in slots), max(slot[1] for slot in slots)
    spans = [span for span in free[owner] if span[1] < last and span[2] > first]
    whole = int(np.bitwise_or.reduce(mask))
    for starts in dict.fromkeys([*np.unique(mask).tolist(), whole]):
        inside = np.flatnonzero(mask & ~starts == 0)
        limit = packing(_chosen(slots, starts), spans)
        if upper[inside].sum() > limit:
            yield inside, np.ones(len(inside)), limit
    if len({slot[1] - slot[0] for slot in slots}) > 1:
        shortest = {starts: min(s[1] - s[0] for s in _chosen(slots, starts)) for starts in np.unique(mask).tolist()}
        minutes = np.array([shortest[starts] for starts in mask.tolist()], float)
        yield np.arange(len(mask)), minutes, covered(slots, spans)


def _chosen(slots: list[Slot], mask: int) -> list[Slot]:
    return [slot for rank, slot in enumerate(slots) if mask >> min(rank, MASK_BITS - 1) & 1]


def packing(slots: list[Slot], spans: list[tuple[int, int, int]]) -> int:
    """Most slots that stand side by side in the free spans: earliest end first in each is the optimum."""
    placed = 0
    by_end = sorted(slots, key=lambda slot: slot[1])
    for unit, since, until in spans:
        for slot_from, slot_until, capacity in by_end:
            if slot_from >= since and slot_until <= until and (capacity == NO_LIMIT or unit < capacity):
                placed += 1
                since = slot_until
    return placed


def covered(slots: list[Slot], spans: list[tuple[int, int, int]]) -> int:
    """Minutes of the free spans that some slot could use."""
    minutes = 0
    for _, since, until in spans:
        seen = since
        for slot_from, slot_until, _capacity in sorted(slots):
            if slot_from >= since and slot_until <= until:
                minutes += max(0, slot_until - max(seen, slot_from))
                seen = max(seen, slot_until)
    return minutes
