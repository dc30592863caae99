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
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from scipy import sparse

from clinic.scheduling.planning.capacity import scarce
from clinic.scheduling.planning.model import Columns, columns_of, rows_of
from clinic.scheduling.planning.problem import Candidates, Certificate, Floats, Ints, Prices, Problem, Solution
from clinic.scheduling.planning.program import WHOLE, Program
from clinic.scheduling.planning.rows import Index, Rows, pair
from clinic.scheduling.planning.schedule import Schedule
from clinic.scheduling.planning.single import Choice, Chooser

CHANGE_COST = 0.05  # a change of provider beside a session placed, in the objective that is reported
BONUS = 0.4  # all bonuses of one program together, in sessions: under 0.5, so that floor() still reads the bound
STEADYING_ROUNDS = 2  # programs solved again with the bonus
SMALL_BLOCKS = 1500  # columns up to which the program over blocks is solved in whole numbers
SMALL_SINGLES = 2500  # candidates up to which a plan short of its bound is decided candidate by candidate
EXCHANGES = 100  # demands that may be re-chosen in favour of one that lacks sessions


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
    for demand in solver.by_rank(range(len(problem.demands))):
        solver.choose(demand, earliest=True)
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
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    @classmethod
    def of(cls, problem: Problem) -> "_Solver":
        started = perf_counter()
        rows = _sorted(problem)
        rows = rows[~Schedule(problem, problem.candidates.take(rows)).never()]
        candidates = problem.candidates.take(rows)
        solver = cls(problem, rows, candidates, Schedule(problem, candidates), started=started)
        solver.seconds["read"] = perf_counter() - started
        return solver

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        started = perf_counter()
        yield
        self.seconds[phase] = self.seconds.get(phase, 0.0) + perf_counter() - started

    def by_rank(self, demands: range | list[int]) -> list[int]:
        rank = self.problem.demands.rank
        return sorted(demands, key=lambda demand: (int(rank[demand]), demand))

    def components(self) -> list[tuple[list[int], Index]]:
        """Demands that can touch one another, each group with its candidates."""
        demand, c, n = self.candidates.demand, self.candidates, len(self.problem.demands)
        met = [(demand, c.provider), (np.arange(n), self.problem.demands.patient)]
        for number, places in enumerate(self.problem.room_sets):
            users = np.unique(demand[c.room_set == number])
            met.append((np.repeat(users, len(places)), np.tile(np.array(places, np.int64), len(users))))
        kinds = np.minimum(np.arange(len(met)), 2)  # providers, patients, room places: each numbered on its own
        sizes = [
            max(int(met[i][1].max(initial=-1)) + 1 for i in np.flatnonzero(kinds == kind))
            for kind in range(3)
            if kind in kinds
        ]
        shift = n + np.concatenate([[0], np.cumsum(sizes)])
        one = np.concatenate([left for left, _ in met])
        other = np.concatenate([right + shift[kind] for (_, right), kind in zip(met, kinds, strict=True)])
        graph = sparse.coo_array((np.ones(len(one), bool), (one, other)), shape=(shift[-1], shift[-1]))
        label = sparse.csgraph.connected_components(graph, directed=False)[1][:n]
        return [
            (np.flatnonzero(label == name).tolist(), np.flatnonzero(label[demand] == name))
            for name in dict.fromkeys(label.tolist())
        ]

    def solve_component(self, demands: list[int], own: Index) -> Proof:
        if not len(own):
            return Proof(0, sum(self._chooser(demand).changes_booked for demand in demands))
        if len(demands) == 1:
            with self.timed("single"):
                choice = self.choose(demands[0])
            if choice.most_proven and len(self.schedule.placed[demands[0]]) == len(choice.candidates):
                return Proof(len(choice.candidates), choice.changes if choice.fewest_proven else 0)
        return self._solve_together(self.by_rank(demands), own)

    def choose(self, demand: int, *, earliest: bool = False) -> Choice:
        """Choose the demand's sessions anew beside all others and place them if that is better by the goals."""
        schedule = self.schedule
        chooser = self._chooser(demand)
        choice = chooser.earliest() if earliest else chooser.best()
        before = list(schedule.placed[demand])
        if choice.cost < chooser.current(before).cost:
            for candidate in before:
                schedule.remove(candidate)
            for candidate in choice.candidates:
                schedule.place(candidate)
            if len(schedule.placed[demand]) < len(before):
                self._restore({demand: before})
        return choice

    def _chooser(self, demand: int) -> Chooser:
        schedule = self.schedule
        return Chooser(self.problem, self.candidates, demand, schedule.possible(demand), schedule.of_purchase(demand))

    def _restore(self, sessions: dict[int, list[int]]) -> None:
        for demand in sessions:
            for candidate in list(self.schedule.placed[demand]):
                self.schedule.remove(candidate)
        for demand in self.by_rank(list(sessions)):
            for candidate in sessions[demand]:
                self.schedule.place(candidate)

    def _solve_in_turn(self, demands: list[int], fewest: list[int]) -> bool:
        """Whether everybody, one after the other, gets everything with the fewest providers; else nothing is placed."""
        for demand, changes in zip(demands, fewest, strict=True):
            choice = self.choose(demand)
            if self.schedule.missing(demand) or choice.changes > changes:
                self._restore({demand: [] for demand in demands})
                return False
        return True

    def _bounds(self, demand: int) -> tuple[int, int]:
        chooser = self._chooser(demand)
        return chooser.fewest_changes(), chooser.changes_booked

    def _solve_together(self, demands: list[int], own: Index) -> Proof:
        local = self.candidates.take(own)
        wanted = sum(int(self.problem.demands.sessions[demand]) for demand in demands)
        with self.timed("turns"):
            self._restore({demand: [] for demand in demands})
            fewest, booked = zip(*(self._bounds(demand) for demand in demands), strict=True)
            if self._solve_in_turn(demands, fewest):
                return Proof(wanted, sum(fewest))
        with self.timed("columns"):
            alone = scarce(self.problem, local)
            columns = columns_of(self.problem, local, alone)
            rows = rows_of(self.problem, local, columns, alone)
            program = Program.of(columns, rows)
        with self.timed("program"):
            x, duals, optimum = program.relaxed(np.ones(len(columns)))
            bound = min(wanted, int(np.floor(optimum + WHOLE)))
            for _ in range(STEADYING_ROUNDS):
                value = 1 + self._bonus(columns, x)
                x = program.relaxed(value)[0]
        with self.timed("rounding"):
            if len(columns) <= SMALL_BLOCKS and np.any(np.abs(x - np.round(x)) > WHOLE):
                x, optimum = program.whole(value)
                bound = min(bound, int(np.floor(optimum + WHOLE)))
            else:
                x = program.rounded(x, value, columns.demand)
        with self.timed("hours"):
            self._deal(columns, x, own)
        with self.timed("improvement"):
            self._improve(demands, bound)
        if self._placed(demands) < bound and len(own) <= SMALL_SINGLES:
            with self.timed("exact"):
                bound = min(bound, self._decide(demands, own))
        return Proof(bound, sum(fewest if bound == wanted else booked), rows, duals)

    def _placed(self, demands: list[int]) -> int:
        return sum(len(self.schedule.placed[demand]) for demand in demands)

    def _bonus(self, columns: Columns, x: Floats) -> Floats:
        """Per session, the share of the column's provider in its demand, the leading provider counting as 1."""
        pairs, pair_of = np.unique(pair(columns.demand, columns.provider), return_inverse=True)
        load = np.bincount(pair_of, x, minlength=len(pairs))
        lead = np.zeros(len(self.problem.demands))
        np.maximum.at(lead, pairs >> 32, load)
        share = load / np.maximum(lead[pairs >> 32], WHOLE)
        keeps = self.problem.rules.keep_provider[columns.purchase]
        return BONUS / max(int(self.problem.demands.sessions.sum()), 1) * share[pair_of] * keeps

    def _deal(self, columns: Columns, x: Floats, own: Index) -> None:
        """Hours for the sessions of each provider-day, those with the fewest starts to choose from first."""
        members = np.argsort(columns.of, kind="stable")
        lo = np.searchsorted(columns.of[members], np.arange(len(columns) + 1))
        chosen = np.flatnonzero(x > 0.5)
        rank = self.problem.demands.rank[columns.demand]
        starts = np.diff(lo)
        order = np.lexsort((columns.demand, starts, columns.provider, columns.day, rank))
        for column in order[np.isin(order, chosen)].tolist():
            left = round(x[column])
            for candidate in own[members[lo[column] : lo[column + 1]]].tolist():
                if left and self.schedule.fits(candidate) and self.schedule.place(candidate):
                    left -= 1

    def _improve(self, demands: list[int], bound: int) -> None:
        """Choose every demand anew, those that lack sessions first; then let others make room for them."""
        lacking = [demand for demand in demands if self.schedule.missing(demand)]
        for demand in self.by_rank(lacking) + demands:
            self.choose(demand)
        tries = EXCHANGES
        for demand in demands:
            if self._placed(demands) >= bound:
                return
            for other in self._rivals(demand, demands):
                if not tries or not self.schedule.missing(demand):
                    break
                tries -= 1
                self._exchange(demand, other)

    def _rivals(self, demand: int, demands: list[int]) -> list[int]:
        """Demands with a session in a place that this one could use."""
        if not self.schedule.missing(demand):
            return []
        lo, hi = self.schedule.bounds[demand], self.schedule.bounds[demand + 1]
        c = self.candidates
        offers = set(zip(c.provider[lo:hi].tolist(), c.busy_from[lo:hi].tolist(), strict=True))
        return [
            other
            for other in demands
            if other != demand
            and any((int(c.provider[s]), int(c.busy_from[s])) in offers for s in self.schedule.placed[other])
        ]

    def _exchange(self, demand: int, other: int) -> None:
        """Let `demand` choose before `other`; keep it if more sessions stand."""
        before = {one: list(self.schedule.placed[one]) for one in (demand, other)}
        total = sum(len(sessions) for sessions in before.values())
        for candidate in before[other]:
            self.schedule.remove(candidate)
        self.choose(demand)
        self.choose(other)
        if self._placed([demand, other]) <= total:
            self._restore(before)

    def _decide(self, demands: list[int], own: Index) -> int:
        """Bound by a program over single candidates; its plan is taken if it places more."""
        local = self.candidates.take(own)
        every = np.ones(len(own), bool)
        columns = columns_of(self.problem, local, every)
        program = Program.of(columns, rows_of(self.problem, local, columns, every))
        x, optimum = program.whole(1 + self._bonus(columns, np.isin(own, self._standing(demands)).astype(float)))
        before = {demand: list(self.schedule.placed[demand]) for demand in demands}
        for candidate in self._standing(demands):
            self.schedule.remove(candidate)
        picked = own[np.flatnonzero(x > 0.5)]
        rank = self.problem.demands.rank[self.candidates.demand[picked]]
        for candidate in picked[np.lexsort((self.candidates.start[picked], rank))].tolist():
            if self.schedule.fits(candidate):
                self.schedule.place(candidate)
        for demand in demands:
            self.choose(demand)
        if self._placed(demands) < sum(len(sessions) for sessions in before.values()):
            self._restore(before)
        return int(np.floor(optimum + WHOLE))

    def _standing(self, demands: list[int]) -> list[int]:
        return [candidate for demand in demands for candidate in self.schedule.placed[demand]]

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
