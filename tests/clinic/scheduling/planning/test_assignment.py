"""Assignment: the most placed, at the least cost, with a proof, beside every choice tried one by one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from clinic.scheduling.planning import assignment
from clinic.scheduling.planning.assignment import Ways, assign
from clinic.scheduling.planning.problem import NONE


def ways(*rows: tuple[int, ...]) -> Ways:
    """Rows of (owner, start, end, lane, place, patient, cost), without buffers."""
    return Ways(*np.array([(o, s, e, s, e, *rest) for o, s, e, *rest in rows], np.int64).reshape(-1, 9).T)


def test_two_who_want_the_same_time_get_it_in_the_cheaper_order():
    both = ways(
        (0, 9, 10, 1, NONE, 0, 0), (0, 10, 11, 1, NONE, 0, 60), (1, 9, 10, 1, NONE, 1, 0), (1, 10, 11, 1, NONE, 1, 30)
    )

    found = assign(both, 2)

    assert found.chosen.tolist() == [0, 3]
    assert (found.placed, found.cost, found.placed_bound, found.optimal) == (2, 30, 2, True)


def test_one_more_placed_is_worth_any_cost():
    """The first could stay for nothing, but then the second, who has no other way, would be left over."""
    both = ways((0, 9, 10, 1, NONE, 0, 0), (0, 40, 41, 1, NONE, 0, 40_000), (1, 9, 10, 1, NONE, 1, 7))

    assert assign(both, 2).chosen.tolist() == [1, 2]


@pytest.mark.parametrize(
    "shared",
    [
        pytest.param({"lane": (1, 1), "place": (NONE, NONE), "patient": (0, 1)}, id="a lane"),
        pytest.param({"lane": (1, 2), "place": (5, 5), "patient": (0, 1)}, id="a room's place"),
        pytest.param({"lane": (1, 2), "place": (5, 6), "patient": (3, 3)}, id="a patient"),
    ],
)
def test_ways_that_share_a_moment_are_not_both_taken(shared):
    one, other = ((shared[name][n] for name in ("lane", "place", "patient")) for n in (0, 1))
    overlapping = ways((0, 9, 11, *one, 3), (1, 10, 12, *other, 2))

    found = assign(overlapping, 2)

    assert (found.chosen.tolist(), found.placed_bound) == ([NONE, 1], 1)


def test_ways_that_only_touch_are_both_taken():
    assert assign(ways((0, 9, 10, 1, 5, 3, 0), (1, 10, 11, 1, 5, 3, 0)), 2).placed == 2


def test_the_patient_may_leave_while_the_room_is_tidied():
    """Buffers count for lane and place, the treatment alone for the patient."""
    columns = {"owner": [0, 1], "start": [10, 20], "end": [20, 30], "busy_from": [5, 15], "busy_until": [25, 35]}
    patient = {"lane": [1, 2], "place": [NONE, NONE], "patient": [4, 4], "cost": [0, 0]}

    assert assign(Ways(**columns, **patient), 2).placed == 2
    assert assign(Ways(**columns, **{**patient, "lane": [1, 1]}), 2).placed == 1


def test_without_ways_nobody_is_placed():
    found = assign(ways(), 3)

    assert found.chosen.tolist() == [NONE, NONE, NONE]
    assert (found.placed, found.placed_bound, found.optimal) == (0, 0, True)


def brute(rows: Ways, owners: int) -> tuple[int, int]:
    """(most placed, least cost) over every choice there is."""
    own = [[NONE, *np.flatnonzero(rows.owner == owner).tolist()] for owner in range(owners)]
    best = (0, 0)
    for choice in product(*own):
        taken = [row for row in choice if row != NONE]
        if not any(clash(rows, one, other) for n, one in enumerate(taken) for other in taken[:n]):
            best = max(best, (len(taken), -int(rows.cost[taken].sum())))
    return best[0], -best[1]


def clash(rows: Ways, one: int, other: int) -> bool:
    def same(name: str, start: str, end: str) -> bool:
        column, begins, ends = (getattr(rows, field) for field in (name, start, end))
        meet = begins[one] < ends[other] and begins[other] < ends[one]
        return bool(column[one] == column[other] != NONE and meet)

    treatment = same("patient", "start", "end")
    return treatment or same("lane", "busy_from", "busy_until") or same("place", "busy_from", "busy_until")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Ways, int]:
    owners = draw(st.integers(1, 5))
    rows = []
    for owner in range(owners):
        length, before, after = draw(st.integers(1, 3)), draw(st.integers(0, 1)), draw(st.integers(0, 1))
        patient = draw(st.integers(0, 3))
        for _way in range(draw(st.integers(0, 5))):
            start = draw(st.integers(0, 6))
            rows.append(
                (
                    owner, start, start + length, start - before, start + length + after, draw(st.integers(0, 2)),
                    draw(st.integers(NONE, 1)), patient, draw(st.integers(0, 40)),
                )
            )  # fmt: skip
    return Ways(*np.array(rows, np.int64).reshape(-1, 9).T), owners


@given(cases())
@settings(max_examples=300)
def test_the_choice_is_the_best_of_all_choices_and_breaks_no_rule(case):
    rows, owners = case

    found = assign(rows, owners)

    taken = found.chosen[found.chosen != NONE].tolist()
    assert (found.placed, found.cost) == brute(rows, owners)
    assert found.placed_bound >= found.placed
    assert [rows.owner[row] for row in taken] == sorted({int(rows.owner[row]) for row in taken})
    assert not any(clash(rows, one, other) for n, one in enumerate(taken) for other in taken[:n])


@given(cases())
@settings(max_examples=60)
def test_ways_let_in_one_by_one_make_no_other_choice(case):
    rows, owners = case
    first, assignment.FIRST = assignment.FIRST, 1

    try:
        narrow = assign(rows, owners)
    finally:
        assignment.FIRST = first

    wide = assign(rows, owners)
    assert (narrow.placed, narrow.cost) == (wide.placed, wide.cost)


def test_many_equal_lengths_cost_what_the_assignment_problem_costs():
    """Without overlaps of different lengths it is the classical problem, which SciPy solves exactly."""
    generator = np.random.default_rng(4)
    owners, slots = 60, 90
    cost = generator.integers(0, 5_000, (owners, slots))
    owner, slot = np.divmod(np.arange(owners * slots), slots)
    none, patient = np.full(len(owner), NONE), owner
    times = (slot * 30, slot * 30 + 30)

    found = assign(Ways(owner, *times, *times, np.zeros_like(owner), none, patient, cost.ravel()), owners)

    rows, columns = linear_sum_assignment(cost)
    assert (found.placed, found.cost, found.optimal) == (owners, int(cost[rows, columns].sum()), True)


def test_equal_input_in_another_order_costs_the_same_and_the_same_input_is_chosen_alike():
    rows = ways(*((n % 4, 9 + n % 5, 10 + n % 5, 1 + n % 2, NONE, n % 4, n % 3) for n in range(40)))

    assert assign(rows, 4).chosen.tolist() == assign(rows, 4).chosen.tolist()
    assert assign(rows.take(np.arange(40)[::-1]), 4).cost == assign(rows, 4).cost
