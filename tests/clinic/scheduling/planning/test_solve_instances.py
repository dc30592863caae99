from dataclasses import replace

import numpy as np
import pytest

from clinic.management.bench.instances import ADVERSARIAL, ROOMY, SINGLE, SINGLE_SCARCE, TIGHT, instance
from clinic.scheduling.planning.problem import Demands
from clinic.scheduling.planning.solve import greedy, solve
from tests.clinic.scheduling.planning.rules import broken_rules, placed_sessions


@pytest.mark.parametrize(("shape", "changes"), [(SINGLE, 0), (SINGLE_SCARCE, 1)], ids=["plenty", "scarce"])
def test_one_purchase_is_solved_to_its_proven_optimum_with_the_fewest_providers(shape, changes):
    problem = instance(shape)

    solution = solve(problem)

    assert broken_rules(problem, placed_sessions(problem, solution)) == []
    assert (solution.placed, solution.changes.tolist()) == (20, [changes])
    assert solution.certificate.placed_optimal
    assert solution.certificate.changes_optimal
    assert greedy(problem).changes.sum() > changes


@pytest.mark.parametrize("shape", [ROOMY, TIGHT, ADVERSARIAL], ids=["roomy", "tight", "adversarial"])
def test_many_purchases_reach_their_bound_and_break_no_rule(shape):
    problem = instance(replace(shape, patients=40, providers=4))

    solution = solve(problem)

    proof = solution.certificate
    assert broken_rules(problem, placed_sessions(problem, solution)) == []
    assert solution.placed >= 0.998 * proof.placed_bound
    assert proof.objective >= 0.995 * proof.objective_bound
    assert solution.placed > greedy(problem).placed
    assert solution.changes.sum() < greedy(problem).changes.sum()


@pytest.mark.parametrize("rank", [[0, 0], [0, 1]], ids=["side by side", "in order"])
def test_a_package_of_two_items_fits_whole_with_a_provider_each(rank):
    one = instance(replace(SINGLE, free_share=0.1))
    twice = np.repeat(np.arange(len(one.candidates)), 2)
    candidates = replace(one.candidates.take(twice), demand=np.arange(len(twice)) % 2)
    items = Demands(patient=[0, 0], purchase=[0, 0], service=[0, 1], sessions=[10, 10], rank=rank, capacity=[0, 0])
    problem = replace(one, demands=items, candidates=candidates)

    solution = solve(problem)

    assert broken_rules(problem, placed_sessions(problem, solution)) == []
    assert (solution.placed, solution.changes.tolist()) == (20, [0, 0])
    assert solution.certificate.changes_optimal


def test_many_purchases_are_planned_alike_twice():
    problem = instance(replace(TIGHT, patients=40, providers=4))

    assert solve(problem).chosen.tolist() == solve(problem).chosen.tolist()
