"""The auto-scheduler's choice against the proven bound and against greedy earliest fit. Needs no database."""

from collections.abc import Iterator
from statistics import median

from clinic.management.bench.instances import ADVERSARIAL, ROOMY, SINGLE, SINGLE_SCARCE, TIGHT, instance
from clinic.management.bench.report import Row
from clinic.scheduling.planning.solve import greedy, solve

ONE = {"one purchase": SINGLE, "one purchase, scarce": SINGLE_SCARCE}
MANY = {"200 × 10 roomy": ROOMY, "200 × 10 tight": TIGHT, "200 × 10 adversarial": ADVERSARIAL}
ROUNDS = 5


def rows(*, scale: str) -> Iterator[Row]:
    for case, shape in (ONE | MANY).items():
        problem = instance(shape)
        solutions = [solve(problem) for _round in range(ROUNDS if case in ONE else 1)]
        ours, hasty = solutions[0], greedy(problem)
        proof, rough = ours.certificate, hasty.certificate
        seconds = median(solution.certificate.seconds["all"] for solution in solutions)
        most = 0.05 if case in ONE else 2.0
        yield Row(
            "plan", case, "—", "sessions", ours.placed, proof.placed_bound, "the proven bound", "≥ 0.998",
            ours.placed >= 0.998 * proof.placed_bound,
        )  # fmt: skip
        yield Row("plan", case, "—", "sessions", ours.placed, hasty.placed, "greedy earliest fit")
        if case in MANY:
            yield Row(
                "plan", case, "—", "worth", proof.objective, proof.objective_bound, "the bound of all goals",
                "≥ 0.995", proof.objective >= 0.995 * proof.objective_bound,
            )  # fmt: skip
        changes = int(ours.changes.sum()), int(hasty.changes.sum())
        yield Row("plan", case, "—", "changes of provider", *changes, "greedy earliest fit")
        yield Row(
            "plan", case, "—", "s", seconds, rough.seconds["all"], "greedy earliest fit", f"< {most} s", seconds < most
        )
