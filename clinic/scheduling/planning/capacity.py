"""Rows of capacity: what providers, rooms and patients can hold at one time, by hours (cliques) or by days (Hall)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clinic.scheduling.planning.freetime import FreeTime, Slot, Span, covered, families, packing
from clinic.scheduling.planning.problem import NO_LIMIT, NONE, Candidates, Flags, Floats, Ints, Problem
from clinic.scheduling.planning.rows import Index, Rows, pair, ranges, rows

MIXED_LENGTHS = 20_000  # candidates up to which days of sessions of different length are judged by the hour
MASK_BITS = 62  # distinct intervals of a provider-day told apart; later ones share a bit, which only loosens rows


@dataclass(frozen=True)
class Cliques:
    """Maximal sets of intervals of one owner that share a moment: entries (member, row), then what each row is."""

    member: Index
    row: Index
    owner: Index
    moment: Index
    day: Index


def cliques(member: Index, owner: Ints, since: Ints, until: Ints, day: Ints) -> Cliques:
    """All maximal cliques, found at the starts of intervals: one is maximal if a member ends before the next start."""
    starts = pair(owner, since)
    points, heads = np.unique(starts, return_index=True)
    first, last = np.searchsorted(points, starts), np.searchsorted(points, pair(owner, until))
    maximal = np.bincount(last, minlength=len(points) + 1)[1:] > 0
    point, entry = ranges(first, last)
    inside = maximal[point]
    return Cliques(
        member=member[entry[inside]],
        row=(np.cumsum(maximal) - 1)[point[inside]],
        owner=points[maximal] >> 32,
        moment=points[maximal] & 0xFFFFFFFF,
        day=day[heads][maximal].astype(np.int64),
    )


def clique_rows(problem: Problem, candidates: Candidates, of: Index, which: Index) -> Iterator[Rows]:
    """Overlaps in time among `which` candidates (their columns by `of`): with a provider, in rooms, of a patient."""
    if not len(which):
        return
    c, busy = candidates, (candidates.busy_from[which], candidates.busy_until[which], candidates.day[which])
    patient = problem.demands.patient[c.demand[which]]
    met = cliques(which, patient, c.start[which], c.end[which], c.day[which])
    yield rows(of[met.member], met.row, np.ones(len(met.owner)))
    met = cliques(which, c.provider[which], *busy)
    limit, weight = _lanes_and_weights(problem, c, met)
    yield rows(of[met.member], met.row, limit, weight, who=met.owner, day=met.day)
    places = FreeTime.of_places(problem.places)
    for union, members in _families_of(problem, c.room_set[which]):
        own = np.isin(c.room_set[which], members)
        met = cliques(which[own], 0 * which[own], *(part[own] for part in busy))
        free = sum(places.count_at(place, met.moment) for place in sorted(union))
        yield rows(of[met.member], met.row, free, who=met.owner + members[0], day=met.day, is_room=True)


def _families_of(problem: Problem, room_sets: Ints) -> list[tuple[frozenset[int], list[int]]]:
    present = set(np.unique(room_sets).tolist())
    return [family for family in families(problem.room_sets) if present.intersection(family[1])]


def _lanes_and_weights(problem: Problem, candidates: Candidates, met: Cliques) -> tuple[Floats, Floats]:
    """Free lanes of each clique; a session whose service closes lanes weighs as many as it leaves to nobody."""
    lanes = FreeTime.of_lanes(problem.lanes)
    limit, weight = np.ones(len(met.owner)), np.ones(len(met.member))
    capacity = problem.demands.capacity[candidates.demand[met.member]]
    for provider in lanes.spans:
        own = met.owner == provider
        limit[own] = lanes.count_at(provider, met.moment[own])
        for most in np.unique(capacity[capacity != NO_LIMIT]).tolist():
            entry = own[met.row] & (capacity == most)
            left = np.maximum(lanes.count_at(provider, met.moment, most), 1)
            weight[entry] = (limit / left)[met.row[entry]]
    return limit, weight


def scarce(problem: Problem, candidates: Candidates) -> Flags:
    """Candidates that blocks would misjudge: all of a provider's day on which rooms may be short, a service closes
    lanes, or (where the program stays small enough) sessions differ in length.
    """
    lanes, places, c = FreeTime.of_lanes(problem.lanes), FreeTime.of_places(problem.places), candidates
    n_lanes = {provider: len({lane for lane, *_ in spans}) for provider, spans in lanes.spans.items()}
    most = problem.demands.capacity[c.demand]
    lanes_of = np.array([n_lanes.get(provider, 1) for provider in range(int(c.provider.max(initial=0)) + 1)])
    flags = (most != NO_LIMIT) & (most < lanes_of[c.provider])
    for union, members in _families_of(problem, c.room_set):
        own = np.flatnonzero(np.isin(c.room_set, members))
        met = cliques(own, 0 * own, c.busy_from[own], c.busy_until[own], c.day[own])
        there = np.unique(pair(met.row, c.provider[met.member]))
        wanted = np.bincount(there >> 32, lanes_of[there & 0xFFFFFFFF])
        free = sum(places.count_at(place, met.moment) for place in sorted(union))
        flags[met.member[(wanted > free)[met.row]]] = True
    days = pair(c.provider, c.day)
    if len(c) <= MIXED_LENGTHS:
        flags |= _differing(days, c.busy_until - c.busy_from)
    return np.isin(days, days[flags])


def _differing(days: Index, length: Ints) -> Flags:
    _, day = np.unique(days, return_inverse=True)
    shortest = np.full(len(days), length.max(initial=0))
    np.minimum.at(shortest, day, length)
    return length > shortest[day]


def hall_rows(problem: Problem, candidates: Candidates, of: Index, upper: Index) -> Iterator[Rows]:
    """Hall's rows over columns: days of providers, and of patients who may come several times."""
    c, purchase = candidates, problem.demands.purchase[candidates.demand]
    patient, lanes = problem.demands.patient[c.demand], FreeTime.of_lanes(problem.lanes)
    yield from _hall(of, upper, c, c.provider, (c.busy_from, c.busy_until, problem.demands.capacity[c.demand]), lanes)
    one_purchase = np.bincount(np.unique(pair(patient, purchase)) >> 32) < 2
    once = one_purchase[patient] & (problem.rules.gap_days[purchase] > 0)
    for part in _hall(of, upper, c, np.where(once, NONE, patient), (c.start, c.end, 0 * patient), FreeTime({})):
        yield rows(part.column, part.row, part.limit, part.weight)


def _hall(
    of: Index, upper: Index, candidates: Candidates, owner: Ints, intervals: tuple[Ints, Ints, Ints], free: FreeTime
) -> Iterator[Rows]:
    """Rows of each owner's day: the columns whose starts all lie in S take at most what packs into S."""
    which = np.flatnonzero(owner != NONE)
    if not len(which):
        return
    keys = (pair(owner[which], candidates.day[which]), *(part[which] for part in intervals))
    order = np.lexsort(keys[::-1])
    fresh = np.ones(len(order), bool)
    fresh[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    slot, heads = np.cumsum(fresh) - 1, order[fresh]
    group = keys[0][heads]
    bit = 1 << np.minimum(np.arange(len(heads)) - np.searchsorted(group, group), MASK_BITS - 1)
    mask, home = np.zeros(len(upper), np.int64), np.full(len(upper), NONE, np.int64)
    np.bitwise_or.at(mask, of[which[order]], bit[slot])
    home[of[which]] = keys[0]
    slots = list(zip(*(key[heads].tolist() for key in keys[1:]), strict=True))
    for name, members, own in _grouped(home, group, slots):
        for inside, weight, limit in _owner_day(mask[members], upper[members], own, free[name >> 32]):
            column, one = members[inside], np.zeros(len(inside), np.int64)
            yield rows(column, one, [limit], weight, who=[name >> 32], day=[name & 0xFFFFFFFF])


def _grouped(home: Index, group: Index, slots: list[Slot]) -> Iterator[tuple[int, Index, list[Slot]]]:
    """(owner and day, its columns, its slots), in order."""
    order = np.argsort(home, kind="stable")
    order = order[np.searchsorted(home[order], 0) :]
    names, heads = np.unique(home[order], return_index=True)
    ends = np.searchsorted(group, names), np.searchsorted(group, names, "right")
    for name, members, first, last in zip(
        names.tolist(), np.split(order, heads[1:]), *(end.tolist() for end in ends), strict=True
    ):
        yield name, members, slots[first:last]


def _owner_day(mask: Index, upper: Index, slots: list[Slot], free: list[Span]) -> Iterator[tuple[Index, Floats, int]]:
    first, last = min(slot[0] for slot in slots), max(slot[1] for slot in slots)
    spans = [span for span in free if span[1] < last and span[2] > first]
    classes = np.unique(mask).tolist()
    inside_of = {starts: _inside(slots, starts) for starts in [*classes, int(np.bitwise_or.reduce(mask))]}
    for starts, own in inside_of.items():
        inside = np.flatnonzero(mask & ~starts == 0)
        limit = packing(own, spans)
        if upper[inside].sum() > limit:
            yield inside, np.ones(len(inside)), limit
    if len({until - since for since, until, _ in slots}) > 1:
        shortest = {starts: min(until - since for since, until, _ in inside_of[starts]) for starts in classes}
        yield (
            np.arange(len(mask)),
            np.array([shortest[starts] for starts in mask.tolist()], float),
            covered(slots, spans),
        )


def _inside(slots: list[Slot], mask: int) -> list[Slot]:
    return [slot for rank, slot in enumerate(slots) if mask >> min(rank, MASK_BITS - 1) & 1]
