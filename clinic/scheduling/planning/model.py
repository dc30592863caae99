"""The linear program: columns and rows over candidates.

Let x_c be the number of sessions that column c places. Maximise Σ v_c x_c subject to rows Σ a_c x_c ≤ b:

- demand: Σ x ≤ sessions wanted;
- gap g ≥ 1 of a purchase: Σ x ≤ 1 over every window of g days (interval rows, hence totally unimodular on their own);
- a patient's day: Σ x ≤ sessions a day; a week: Σ x ≤ sessions a week; less what is booked already;
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

from clinic.scheduling.planning.capacity import clique_rows, hall_rows
from clinic.scheduling.planning.problem import NO_LIMIT, Candidates, Flags, Problem
from clinic.scheduling.planning.rows import Index, Rows, binding, counted, pair, ranges, rows, stacked

FAR = 2**31  # beyond any moment


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


def columns_of(problem: Problem, candidates: Candidates, alone: Flags) -> Columns:
    """A column for each candidate that is `alone`, a block for the others of a demand, day, provider and room set."""
    own = np.where(alone, np.arange(len(candidates)), -1)
    keys = (candidates.demand, candidates.day, candidates.provider, candidates.room_set, own)
    order = np.lexsort(keys[::-1])
    fresh = np.ones(len(order), bool)
    fresh[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(fresh) - 1
    return _columns(problem, candidates, of, order[fresh], np.bincount(of, minlength=int(fresh.sum())))


def _columns(problem: Problem, candidates: Candidates, of: Index, head: Index, size: Index) -> Columns:
    demand = candidates.demand[head].astype(np.int64)
    purchase = problem.demands.purchase[demand].astype(np.int64)
    per_day = problem.rules.per_day[purchase]
    most = np.where(problem.rules.gap_days[purchase] > 0, 1, np.where(per_day == NO_LIMIT, size, per_day))
    first_end = np.full(len(head), FAR)
    np.minimum.at(first_end, of, candidates.end)
    last_start = np.full(len(head), -FAR)
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


def rows_of(problem: Problem, candidates: Candidates, columns: Columns, alone: Flags) -> Rows:
    """All rows that can bind."""
    parts = [*_calendar_rows(problem, columns), *_order_rows(problem, columns)]
    parts += clique_rows(problem, candidates, columns.of, np.flatnonzero(alone))
    if not alone.all():
        parts += hall_rows(problem, candidates, columns.of, columns.upper)
    return binding(stacked(parts), columns.upper)


def _calendar_rows(problem: Problem, columns: Columns) -> Iterator[Rows]:
    """Sessions wanted, gap or sessions a day, sessions a week."""
    rules, booked = problem.rules, problem.booked
    yield rows(np.arange(len(columns)), columns.demand, problem.demands.sessions)
    gap = rules.gap_days[columns.purchase]
    yield _window_rows(columns, np.flatnonzero(gap > 0), gap)
    patient, booked_patient = columns.patient, problem.demands.patient[booked.demand]
    several_a_day = (gap == 0) | _has_several_purchases(problem)[patient]  # the window allows one of a purchase
    per_day = np.where(several_a_day, rules.per_day[columns.purchase], NO_LIMIT)
    for limit, when, booked_when, visit_when in (
        (per_day, columns.day, booked.day, problem.visits.day),
        (rules.per_week[columns.purchase], columns.week, booked.week, problem.visits.week),
    ):
        limited = np.flatnonzero(limit != NO_LIMIT)
        keys, head, row = np.unique(pair(patient[limited], when[limited]), return_index=True, return_inverse=True)
        standing = counted(keys, pair(booked_patient, booked_when))
        standing += counted(keys, pair(problem.visits.patient, visit_when))
        yield rows(limited, row, np.maximum(limit[limited][head] - standing, 0))


def _has_several_purchases(problem: Problem) -> Flags:
    """By patient."""
    demands = problem.demands
    owners = np.unique(pair(demands.patient, demands.purchase)) >> 32
    return np.bincount(owners, minlength=int(demands.patient.max(initial=0)) + 1) > 1


def _window_rows(columns: Columns, which: Index, gap: Index) -> Rows:
    """At most one session in any `gap` days of a purchase; a window inside another is left out."""
    key = pair(columns.purchase[which], columns.day[which])
    order = np.argsort(key, kind="stable")
    key, gap, which = key[order], gap[which][order], which[order]
    heads = np.flatnonzero(np.diff(key, prepend=-1))
    until = np.searchsorted(key, key[heads] + gap[heads], "left")
    maximal = np.diff(until, prepend=0) > 0
    entry, row = ranges(heads[maximal], until[maximal])
    return rows(which[entry], row, np.ones(int(maximal.sum())))


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
    return rows(column, np.concatenate([later_row, early_row]), np.zeros(len(pairs)), weight)
