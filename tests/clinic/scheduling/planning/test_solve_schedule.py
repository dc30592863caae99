import pytest

from clinic.scheduling.planning.problem import Problem
from clinic.scheduling.planning.schedule import Schedule
from tests.clinic.scheduling.planning.small import candidates, demands, offer, rules


def schedule_of(offers, *rows, **limits):
    table = candidates(offers)
    return Schedule(Problem(demands(*rows), rules(len(rows), **limits), table), table)


@pytest.mark.parametrize(
    ("limits", "second"),
    [
        ({"gap_days": 0, "per_day": 1}, offer(0, 0, 900)),
        ({"gap_days": 0, "per_day": 2, "per_week": 1}, offer(0, 6, 600)),
        ({"gap_days": 3}, offer(0, 2, 600)),
        ({"gap_days": 0, "per_day": 0}, offer(0, 0, 630, provider=1)),
    ],
    ids=["day", "week", "gap", "elsewhere"],
)
def test_a_second_session_against_a_limit_does_not_fit(limits, second):
    schedule = schedule_of([offer(0, 0, 600), second], (0, 0, 2), **limits)
    assert schedule.fits(1)

    schedule.place(0)

    assert not schedule.fits(1)


def test_a_session_beyond_what_is_wanted_does_not_fit():
    schedule = schedule_of([offer(0, 0, 600), offer(0, 5, 600)], (0, 0, 1))

    schedule.place(0)

    assert not schedule.fits(1)


def test_a_place_given_back_can_be_taken_again():
    schedule = schedule_of([offer(0, 0, 600), offer(1, 0, 630)], (0, 0, 1), (1, 1, 1))
    schedule.place(0)
    assert schedule.possible(1).tolist() == []

    schedule.remove(0)

    assert schedule.possible(1).tolist() == [1]


def test_what_is_possible_for_a_demand_does_not_count_its_own_sessions():
    schedule = schedule_of([offer(0, 0, 600), offer(0, 0, 660)], (0, 0, 1))

    schedule.place(0)

    assert schedule.possible(0).tolist() == [0, 1]
