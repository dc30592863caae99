"""Linear and whole-number programs for SciPy's HiGHS; limits count nodes, so that a slow machine answers alike."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from clinic.scheduling.planning.model import Columns
from clinic.scheduling.planning.problem import Floats
from clinic.scheduling.planning.rows import Index, Rows

NODES = 100  # branch-and-bound nodes where a bound is wanted
ROUNDED = 9000  # columns of demands with a fraction that are rounded by a program
ROUNDING_NODES, ROUNDING_GAP = 20, 0.002  # where only a good x is: what is short of it, exchanges mend
WHOLE = 1e-6  # nearer than this to a whole number is whole


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

    def whole(self, value: Floats, *, nodes: int = NODES, gap: float = 0.0) -> tuple[Floats, float]:
        """(x, proven bound) in whole numbers; x is 0 where the nodes did not suffice to find one."""
        if not len(value):
            return np.zeros(0), 0.0
        answer = milp(
            -value,
            constraints=LinearConstraint(self.matrix, ub=self.limit),
            bounds=Bounds(0, self.upper),
            integrality=np.ones(len(value)),
            options={"node_limit": nodes, "mip_rel_gap": gap},
        )
        bound = -answer.mip_dual_bound if answer.mip_dual_bound is not None else float(value @ self.upper)
        return (np.zeros(len(value)) if answer.x is None else np.round(answer.x)), bound

    def rounded(self, x: Floats, value: Floats, demand: Index) -> Floats:
        """x in whole numbers: what is whole stays, the demands with a fraction share what the others leave.

        Where their columns are many, only the fractions themselves are open: the search would cost more than mending.
        """
        fixed = np.floor(x + WHOLE)
        open_demands = np.unique(demand[x - fixed > WHOLE])
        free = np.flatnonzero(np.isin(demand, open_demands) & (fixed < self.upper))
        if len(free) > ROUNDED:
            free = np.flatnonzero(x - fixed > WHOLE)
        rest = Program(self.matrix[:, free], self.limit - self.matrix @ fixed, (self.upper - fixed)[free])
        fixed[free] += rest.whole(value[free], nodes=ROUNDING_NODES, gap=ROUNDING_GAP)[0]
        return fixed
