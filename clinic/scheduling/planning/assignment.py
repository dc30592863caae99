"""Who gets which of several ways to be placed: as many as possible, then at the least cost, with a proof. Pure.

A program in whole numbers over the ways, one column each: an owner takes at most one, and of the ways that share a
moment of a lane, a room's place or a patient at most one is taken. It begins with the cheapest ways of each owner. A
dearer one is let in when the prices of the linear program, or the distance to its bound, do not rule out that it
helps; so what is left out at the end cannot help, and the answer is that for all ways.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from clinic.scheduling.planning.problem import NONE, Floats
from clinic.scheduling.planning.program import WHOLE, Program
from clinic.scheduling.planning.rows import Index, Rows, pair, ranges, rows, stacked

FIRST = 12  # ways of each owner in the first program
NODES = 2000  # of branch and bound, beyond which the best found is taken and its bound told
A_HALF = 0.5  # costs are whole: less than this is no difference
NOTHING = 1e-3  # what a price may be off, beside whole costs


@dataclass(frozen=True)
class Ways:
    """One row per way, as columns of equal length. Moments in any whole unit, spans hold their start and not their end.

    `owner` is who would be placed, 0, 1, 2, …; `lane`, `place` and `patient` are any whole numbers from 0 on, NONE for
    what is not needed. Costs are whole and not negative.
    """

    owner: Index
    start: Index  # the patient is there
    end: Index
    busy_from: Index  # lane and place are taken
    busy_until: Index
    lane: Index
    place: Index
    patient: Index
    cost: Index

    def __post_init__(self) -> None:
        for column in fields(self):
            object.__setattr__(self, column.name, np.asarray(getattr(self, column.name), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, which: NDArray[np.generic]) -> "Ways":
        return Ways(*(getattr(self, column.name)[which] for column in fields(self)))


@dataclass(frozen=True)
class Assignment:
    """`chosen` has the row of each owner's way, NONE for who is left over. No choice places more than `placed_bound`.

    `optimal`: none places more, and none that places as many costs less.
    """

    chosen: Index
    placed: int
    cost: int
    placed_bound: int
    optimal: bool


def assign(ways: Ways, owners: int) -> Assignment:
    """At most one way for each of `owners` owners: most placed first, then the least total cost.

    Equal input gets an equal choice; of equal ways of an owner the one that comes first.
    """
    if not len(ways):
        return Assignment(np.full(owners, NONE), 0, 0, 0, True)
    order = np.lexsort((ways.cost, ways.owner))
    ways = ways.take(order)
    prize = 1 + _dearest(ways, owners)  # one more placed outweighs every cost
    worth, rank = prize - ways.cost, np.arange(len(ways)) - np.searchsorted(ways.owner, ways.owner)
    width = np.full(owners, FIRST)
    while True:
        within = np.flatnonzero(rank < width[ways.owner])
        answer = _solved(ways.take(within), worth[within].astype(float), owners)
        gain = _best_left_out(ways, worth, rank == width[ways.owner], owners) - answer.prices
        may_help = (gain > NOTHING) | (answer.relaxed + gain > answer.value + A_HALF)
        if not may_help.any():
            break
        width[may_help] *= 2
    taken = within[answer.taken]
    chosen = np.full(owners, NONE)
    chosen[ways.owner[taken]] = order[taken]
    most = int((answer.bound + prize - A_HALF) // prize)
    optimal = answer.bound < answer.value + 1 - NOTHING
    return Assignment(chosen, len(taken), int(ways.cost[taken].sum()), max(most, len(taken)), optimal)


@dataclass(frozen=True)
class _Answer:
    """What a program says of the ways that it holds: those taken, their worth, and what no choice exceeds."""

    taken: Index
    value: float
    bound: float
    relaxed: float  # the optimum of the linear program, whose prices of the owners stand beside
    prices: Floats


def _solved(ways: Ways, worth: Floats, owners: int) -> _Answer:
    once = rows(np.arange(len(ways)), ways.owner, np.ones(owners))
    program = Program(
        stacked([once, *conflicts(ways)]).matrix(len(ways)),
        np.ones(owners + sum(len(part.limit) for part in conflicts(ways))),
        np.ones(len(ways)),
    )
    x, prices, relaxed = program.relaxed(worth)
    bound = relaxed
    if np.abs(x - np.round(x)).max() > WHOLE:
        x, bound = program.whole(worth, nodes=NODES)
    taken = np.flatnonzero(np.round(x))
    return _Answer(taken, float(worth[taken].sum()), bound, relaxed, prices[:owners])


def conflicts(ways: Ways) -> list[Rows]:
    """For each provider's lane, room place and patient: of the ways that share a moment at most one is taken."""
    busy, treatment = (ways.busy_from, ways.busy_until), (ways.start, ways.end)
    return [_cliques(ways.owner, *one) for one in ((ways.lane, *busy), (ways.place, *busy), (ways.patient, *treatment))]


def _cliques(owner: Index, whose: Index, start: Index, until: Index) -> Rows:
    """A row for each largest set of spans of one resource that share a moment and belong to several owners."""
    column = np.flatnonzero(whose != NONE)
    whose, first = whose[column], start.min()
    start, until = pair(whose, start[column] - first), pair(whose, until[column] - first)
    moments, ends = np.unique(start), np.sort(until)
    over = np.searchsorted(ends, moments, "right")  # spans that have ended by then
    largest = moments[np.diff(over, append=len(ends) + 1) > 0]  # no longer so when the next one starts
    span, entry = ranges(np.searchsorted(largest, start), np.searchsorted(largest, until))[::-1]
    several = _several(entry, owner[column[span]], len(largest))
    kept = several[entry]
    return rows(column[span[kept]], (np.cumsum(several) - 1)[entry[kept]], np.ones(several.sum()))


def _several(row: Index, owner: Index, n_rows: int) -> NDArray[np.bool_]:
    """Which rows have entries of more than one owner."""
    return np.bincount(np.unique(pair(row, owner)) >> 32, minlength=n_rows) > 1


def _best_left_out(ways: Ways, worth: Index, is_next: NDArray[np.bool_], owners: int) -> Floats:
    """The worth of each owner's best way that the program does not hold."""
    best = np.full(owners, -np.inf)
    best[ways.owner[is_next]] = worth[is_next]
    return best


def _dearest(ways: Ways, owners: int) -> int:
    """What all owners together can cost at most."""
    most = np.zeros(owners, np.int64)
    np.maximum.at(most, ways.owner, ways.cost)
    return int(most.sum())
