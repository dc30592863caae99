"""From candidates to a plan and its proof.

The demands fall into components that share no provider, room or patient; each is solved alone.

- A demand alone in its component is solved exactly by walks over days (`single`).
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
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from clinic.scheduling.planning import model
from clinic.scheduling.planning.model import Columns, Index, Rows
from clinic.scheduling.planning.problem import Candidates, Certificate, Floats, Prices, Problem, Solution
from clinic.scheduling.planning.schedule import Schedule
from clinic.scheduling.planning.single import Chooser

CHANGE_COST = 0.05  # a change of provider beside a session placed, in the objective that is reported
BONUS = 0.4  # all bonuses of one program together, in sessions: under 0.5, so that floor() still reads the bound
STEADYING_ROUNDS = 2  # programs solved again with the bonus
SMALL_BLOCKS = 1500  # columns up to which the program over blocks is solved in whole numbers
SMALL_SINGLES = 2500  # candidates up to which a plan short of its bound is decided candidate by candidate
NODES = 300  # branch-and-bound nodes of any MILP
EXCHANGES = 200  # demands that may be re-chosen in favour of one that lacks sessions
WHOLE = 1e-6


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


@dataclass(frozen=True)
class Program:
    """max value·x, matrix x ≤ limit, 0 ≤ x ≤ upper."""

    matrix: sparse.csr_array
    limit: Floats
    upper: Floats

    @classmethod
    def of(cls, columns: Columns, rows: Rows) -> "Program":
        return cls(rows.matrix(len(columns)), rows.limit, columns.upper.astype(float))

    def relaxed(self, value: Floats) -> tuple[Floats, Floats, float]:
        """(x, dual prices of the rows, optimum) of the linear program: a vertex, by HiGHS's dual simplex."""
        bounds = np.column_stack([np.zeros(len(value)), self.upper])
        answer = linprog(-value, A_ub=self.matrix, b_ub=self.limit, bounds=bounds, method="highs-ds")
        return answer.x, -answer.ineqlin.marginals, -answer.fun

    def whole(self, value: Floats) -> tuple[Floats, float]:
        """(x, proven bound) in whole numbers; x is 0 where the nodes did not suffice to find one."""
        if not len(value):
            return np.zeros(0), 0.0
        answer = milp(
            -value,
            constraints=LinearConstraint(self.matrix, ub=self.limit),
            bounds=Bounds(0, self.upper),
            integrality=np.ones(len(value)),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )
        bound = -answer.mip_dual_bound if answer.mip_dual_bound is not None else float(value @ self.upper)
        return (np.zeros(len(value)) if answer.x is None else np.round(answer.x)), bound

    def rounded(self, x: Floats, value: Floats, demand: Index) -> Floats:
        """x in whole numbers: what is whole stays, the demands with a fraction share what the others leave."""
        fixed = np.floor(x + WHOLE)
        open_demands = np.unique(demand[x - fixed > WHOLE])
        free = np.flatnonzero(np.isin(demand, open_demands) & (fixed < self.upper))
        rest = Program(self.matrix[:, free], self.limit - self.matrix @ fixed, (self.upper - fixed)[free])
        fixed[free] += rest.whole(value[free])[0]
        return fixed


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
        rows = _usable(problem)
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
        problem, candidates, n = self.problem, self.candidates, len(self.problem.demands)
        demand = candidates.demand.astype(np.int64)
        groups, of_set = _room_groups(problem)
        links = [(demand, candidates.provider), (np.arange(n), problem.demands.patient)]
        roomy = candidates.room_set >= 0
        links.append((demand[roomy], of_set[candidates.room_set[roomy]]))
        ends, shift = [], n
        for _, other in links:
            ends.append(other.astype(np.int64) + shift)
            shift += int(other.max(initial=0)) + 1
        edges = (np.concatenate([one for one, _ in links]), np.concatenate(ends))
        graph = sparse.coo_array((np.ones(len(edges[0]), bool), edges), shape=(shift, shift))
        label = sparse.csgraph.connected_components(graph, directed=False)[1][:n]
        order = np.argsort(label[demand], kind="stable")
        names, heads = np.unique(label[demand][order], return_index=True)
        owned = dict(zip(names.tolist(), np.split(order, heads[1:]), strict=False))
        return [
            (np.flatnonzero(label == name).tolist(), owned.get(name, np.empty(0, np.int64)))
            for name in dict.fromkeys(label.tolist())
        ]

    def solve_component(self, demands: list[int], own: Index) -> Proof:
        if len(demands) == 1:
            with self.timed("single"):
                proof = self._solve_alone(demands[0])
            if proof is not None:
                return proof
        return self._solve_together(self.by_rank(demands), own)
