"""From candidates to a plan and its proof.

The demands fall into components that share no provider, room or patient; each is solved alone.

- A demand alone in its component is solved exactly by walks over days (`single`).
- Otherwise each takes its best in turn; if all get everything from the fewest providers, that is the proven optimum.
- Otherwise: (1) the linear program over blocks (`model`) gives the proven bound and the dual prices. (2) It is solved
  again with a bonus for each session in proportion to the share its provider had in the demand before: sessions gather
  with few providers. All bonuses together are worth less than half a session, so (1) is never traded for (2).
  (3) What is fractional then, a few columns, is settled by a small MILP. (4) Hours are dealt out within each
  provider-day. (5) Each demand in turn is chosen anew beside all others by `single`: this places what was left over and
  improves every goal, and loses nothing. (6) If the bound is not reached and the component is small, a MILP over single
  candidates decides.

Equal input gives an equal plan, in whatever order the candidates come: they are sorted first, ties are broken by rank,
and limits count nodes and tries, never seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from scipy import sparse

from clinic.scheduling.planning.capacity import scarce
from clinic.scheduling.planning.model import Columns, columns_of, rows_of
from clinic.scheduling.planning.problem import Candidates, Certificate, Floats, Ints, Prices, Problem, Solution
from clinic.scheduling.planning.program import WHOLE, Program
from clinic.scheduling.planning.repair import Repair
from clinic.scheduling.planning.rows import Index, Rows, pair
from clinic.scheduling.planning.schedule import Schedule

CHANGE_COST = 0.05  # a change of provider beside a session placed, in the objective that is reported
BONUS = 0.4  # all bonuses of one program together, in sessions: under 0.5, so that floor() still reads the bound
STEADYING_ROUNDS = 2  # programs solved again with the bonus
SMALL_BLOCKS = 1500  # columns up to which the program over blocks is solved in whole numbers
SMALL_SINGLES = 2500  # candidates up to which a plan short of its bound is decided candidate by candidate


def solve(problem: Problem) -> Solution:
    """The plan for these demands by the four goals, with what is proven about it; breaks no hard rule.

    Goals: most sessions, fewest changes of provider, fewest (weekday, time) patterns, earliest finish. The first is
    proven or bounded always, the second for purchases whose sessions can all be placed; the others are pursued.
    """
    solver = _Solver.of(problem)
    proofs = [solver.solve_component(demands, own) for demands, own in solver.components()]
    return solver.solution(proofs)


def greedy(problem: Problem) -> Solution:
    """Earliest fit, demand after demand: what a hurried desk would do. Its bound is the number of sessions wanted."""
    solver = _Solver.of(problem)
    for demand in solver.repair.by_rank(range(len(problem.demands))):
        solver.repair.choose(demand, earliest=True)
    return solver.solution([Proof(int(problem.demands.sessions.sum()))])


@dataclass(frozen=True)
class Proof:
    """What is proven of one component."""

    placed_bound: int
    changes_bound: int = 0
    rows: Rows | None = None  # with `duals`, of the program over blocks
    duals: Floats | None = None


@dataclass
class _Solver:
    """One run: the sorted candidates, the schedule that grows, the clock."""

    problem: Problem
    rows: Index  # of problem.candidates
    candidates: Candidates
    schedule: Schedule
    repair: Repair
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    @classmethod
    def of(cls, problem: Problem) -> "_Solver":
        started = perf_counter()
        rows = _sorted(problem)
        rows = rows[~Schedule(problem, problem.candidates.take(rows)).never()]
        candidates = problem.candidates.take(rows)
        schedule = Schedule(problem, candidates)
        solver = cls(problem, rows, candidates, schedule, Repair(problem, candidates, schedule), started=started)
        solver.seconds["read"] = perf_counter() - started
        return solver

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        started = perf_counter()
        yield
        self.seconds[phase] = self.seconds.get(phase, 0.0) + perf_counter() - started

    def components(self) -> list[tuple[list[int], Index]]:
        """Demands that can touch one another, each group with its candidates."""
        c, n = self.candidates, len(self.problem.demands)
        shift, one, other = n, [], []
        for demand, met in ((c.demand, c.provider), (np.arange(n), self.problem.demands.patient), self._room_places()):
            one.append(demand)
            other.append(met.astype(np.int64) + shift)
            shift += int(met.max(initial=-1)) + 1
        links = np.concatenate(one), np.concatenate(other)
        graph = sparse.coo_array((np.ones(len(links[0]), bool), links), shape=(shift, shift))
        label = sparse.csgraph.connected_components(graph, directed=False)[1][:n]
        order, owner = np.argsort(label[c.demand], kind="stable"), np.sort(label[c.demand])
        names = list(dict.fromkeys(label.tolist()))
        bounds = np.searchsorted(owner, names), np.searchsorted(owner, names, "right")
        return [
            (np.flatnonzero(label == name).tolist(), order[lo:hi]) for name, lo, hi in zip(names, *bounds, strict=True)
        ]

    def _room_places(self) -> tuple[Index, Index]:
        """(demand, room place) of every place that some candidate of the demand may take."""
        used = np.unique(pair(self.candidates.demand, self.candidates.room_set + 1))
        pairs = [
            (demand, place)
            for demand, room_set in zip((used >> 32).tolist(), (used & 0xFFFFFFFF).tolist(), strict=True)
            if room_set
            for place in self.problem.room_sets[room_set - 1]
        ]
        demands, places = np.array(pairs, np.int64).reshape(-1, 2).T
        return demands, places

    def solve_component(self, demands: list[int], own: Index) -> Proof:
        if not len(own):
            return Proof(0, sum(self.repair.chooser(demand).changes_booked for demand in demands))
        if len(demands) == 1:
            with self.timed("single"):
                choice = self.repair.choose(demands[0])
            if choice.most_proven and len(self.schedule.placed[demands[0]]) == len(choice.candidates):
                return Proof(len(choice.candidates), choice.changes if choice.fewest_proven else 0)
        return self._solve_together(self.repair.by_rank(demands), own)

    def _solve_together(self, demands: list[int], own: Index) -> Proof:
        wanted = int(self.problem.demands.sessions[demands].sum())
        with self.timed("turns"):
            self.repair.restore({demand: {} for demand in demands})
            fewest, booked = zip(*(self._changes_bounds(demand) for demand in demands), strict=True)
            if any(self.repair.in_turn(demands, fewest, hurried=hurried) for hurried in (False, True)):
                return Proof(wanted, sum(fewest))
        near, local = self._near(own), self.candidates.take(own)
        bound, rows, duals = self._solve_by_days(near, local, demands, own)
        if self.repair.placed(demands) < bound and len(own) <= SMALL_SINGLES:
            with self.timed("exact"):
                bound = min(bound, self._decide(near, local, demands, own))
        return Proof(min(bound, wanted), sum(fewest if bound >= wanted else booked), rows, duals)

    def _changes_bounds(self, demand: int) -> tuple[int, int]:
        chooser = self.repair.chooser(demand, self.schedule.offers(demand))
        return chooser.fewest_changes(), chooser.changes_booked

    def _near(self, own: Index) -> Problem:
        """The problem without the lanes of providers that these candidates do not know."""
        lanes = self.problem.lanes
        return replace(
            self.problem, lanes=lanes.take(np.isin(lanes.provider, np.unique(self.candidates.provider[own])))
        )

    def _solve_by_days(
        self, problem: Problem, local: Candidates, demands: list[int], own: Index
    ) -> tuple[int, Rows, Floats]:
        """Place what the program over blocks says, improve it; (bound, rows, dual prices)."""
        with self.timed("columns"):
            alone = scarce(problem, local)
            columns = columns_of(problem, local, alone)
            rows = rows_of(problem, local, columns, alone)
            program = Program.of(columns, rows)
        with self.timed("program"):
            x, duals, optimum = program.relaxed(np.ones(len(columns)))
            for _ in range(STEADYING_ROUNDS):
                value = 1 + self._bonus(columns, x)
                x = program.relaxed(value)[0]
        with self.timed("rounding"):
            if len(columns) <= SMALL_BLOCKS and np.any(np.abs(x - np.round(x)) > WHOLE):
                x, whole_optimum = program.whole(value)
                optimum = min(optimum, whole_optimum)
            else:
                x = program.rounded(x, value, columns.demand)
            bound = int(np.floor(optimum + WHOLE))
        with self.timed("hours"):
            self.repair.deal(columns, x, own)
        with self.timed("improvement"):
            self.repair.improve(demands, bound)
        return bound, rows, duals

    def _bonus(self, columns: Columns, x: Floats) -> Floats:
        """Per session, the share of the column's provider in its demand, the leading provider counting as 1."""
        pairs, pair_of = np.unique(pair(columns.demand, columns.provider), return_inverse=True)
        load = np.bincount(pair_of, x, minlength=len(pairs))
        lead = np.zeros(len(self.problem.demands))
        np.maximum.at(lead, pairs >> 32, load)
        share = load / np.maximum(lead[pairs >> 32], WHOLE)
        keeps = self.problem.rules.keep_provider[columns.purchase]
        return BONUS / max(int(self.problem.demands.sessions.sum()), 1) * share[pair_of] * keeps

    def _decide(self, problem: Problem, local: Candidates, demands: list[int], own: Index) -> int:
        """Bound by a program over single candidates; its plan is taken if it places more."""
        every = np.ones(len(own), bool)
        columns = columns_of(problem, local, every)
        program = Program.of(columns, rows_of(problem, local, columns, every))
        before, total = self.repair.standing(demands), self.repair.placed(demands)
        standing = [candidate for homes in before.values() for candidate in homes]
        x, optimum = program.whole(1 + self._bonus(columns, np.isin(own, standing).astype(float)))
        self.repair.restore({demand: {} for demand in demands})
        picked = own[np.flatnonzero(x > 0.5)]
        rank = self.problem.demands.rank[self.candidates.demand[picked]]
        for candidate in picked[np.lexsort((self.candidates.start[picked], rank))].tolist():
            if self.schedule.fits(candidate):
                self.schedule.place(candidate)
        for demand in demands:
            self.repair.choose(demand)
        if self.repair.placed(demands) < total:
            self.repair.restore(before)
        return int(np.floor(optimum + WHOLE))

    def solution(self, proofs: list[Proof]) -> Solution:
        """What stands in the schedule, with the proofs put together."""
        problem, c = self.problem, self.candidates
        homes = {candidate: home for own in self.schedule.placed.values() for candidate, home in own.items()}
        standing = np.array(sorted(homes, key=lambda row: (int(c.demand[row]), int(c.start[row]))), np.int64)
        changes = self._changes(standing)
        bound = sum(proof.placed_bound for proof in proofs)
        changes_bound = sum(proof.changes_bound for proof in proofs)
        optimal = len(standing) == bound
        return Solution(
            chosen=self.rows[standing].astype(np.int32),
            lane=np.array([homes[row][0] for row in standing.tolist()], np.int32),
            place=np.array([homes[row][1] for row in standing.tolist()], np.int32),
            unplaced=problem.demands.sessions
            - np.bincount(c.demand[standing], minlength=len(problem.demands)).astype(np.int32),
            changes=changes,
            certificate=Certificate(
                placed_bound=bound,
                placed_optimal=optimal,
                changes_bound=changes_bound,
                changes_optimal=optimal and int(changes.sum()) == changes_bound,
                objective=len(standing) - CHANGE_COST * float(changes.sum()),
                objective_bound=bound - CHANGE_COST * changes_bound,
                provider_prices=_prices(proofs, rooms=False),
                room_prices=_prices(proofs, rooms=True),
                seconds={**self.seconds, "all": perf_counter() - self.started},
            ),
        )

    def _changes(self, standing: Index) -> Ints:
        booked = self.problem.booked
        met = pair(
            np.concatenate([self.candidates.demand[standing], booked.demand]),
            np.concatenate([self.candidates.provider[standing], booked.provider]),
        )
        providers = np.bincount(np.unique(met) >> 32, minlength=len(self.problem.demands))
        return np.maximum(providers - 1, 0).astype(np.int32)


def _sorted(problem: Problem) -> Index:
    """Candidates of demands that want something, in the one order that does not depend on how they came."""
    c = problem.candidates
    names = ("room_set", "busy_until", "busy_from", "provider", "end", "start", "demand")
    order = np.lexsort([getattr(c, name) for name in names])
    return order[problem.demands.sessions[c.demand[order]] > 0]


def _prices(proofs: list[Proof], *, rooms: bool) -> Prices:
    """Dual prices of all components by provider (or room set) and day, dearest first."""
    total: dict[tuple[int, int], float] = {}
    for proof in proofs:
        if proof.rows is not None and proof.duals is not None:
            for row in np.flatnonzero((proof.duals > WHOLE) & (proof.rows.is_room == rooms) & (proof.rows.who >= 0)):
                key = int(proof.rows.who[row]), int(proof.rows.day[row])
                total[key] = total.get(key, 0.0) + float(proof.duals[row])
    ranked = sorted(total, key=lambda key: (-round(total[key], 6), key))
    return Prices(
        who=np.array([who for who, _ in ranked], np.int32),
        day=np.array([day for _, day in ranked], np.int32),
        price=np.array([total[key] for key in ranked]),
    )
