"""Other times for one session: each keeps every rule beside the rest of the plan, and can be booked in its place."""

from collections import Counter
from datetime import date, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.scheduling.planning import apply
from clinic.scheduling.planning.alternatives import alternatives, swapped
from tests.clinic.scheduling.planning.conftest import day, days_of
from tests.clinic.scheduling.planning.judge import broken, planned, standing
from tests.clinic.scheduling.planning.test_plan_property import EXAMPLES, plan_for, rolled_back
from tests.clinic.scheduling.planning.worlds import World
from tests.factories import BEFORE, MONDAY, make_patient, make_room, make_service


def others(plan, index=0, **options):
    return [f"{s.starts_at:%a %d %H:%M} {s.provider}" for s in alternatives(plan, at=BEFORE, **options)[index]]


def test_alternatives_are_the_nearest_times_first_with_the_same_provider(desk):
    desk.provider("Omar")

    answer = desk.plan(desk.sell(1), earliest=time(10))

    assert others(answer) == ["Mon 07 10:00 Omar", "Mon 07 10:30 Sara", "Mon 07 10:30 Omar"]
    assert others(answer, count=1) == ["Mon 07 10:00 Omar"]


def test_alternatives_leave_out_what_is_taken_and_what_the_patient_does_not_wish(desk):
    desk.fill(day(7, 9, 30))
    massage = make_service(desk.provider("Omar"), name="Massage")
    desk.book(day(7, 10), service=massage, provider=massage.providers.get())

    answer = desk.plan(desk.sell(1), providers=[desk.sara], latest=time(11), last_day=MONDAY)

    assert others(answer) == ["Mon 07 10:30 Sara"]


def test_alternatives_keep_gap_limits_and_order_to_the_other_sessions(desk):
    assessment = make_service(desk.sara, name="Assessment")
    answer = desk.plan(
        desk.sell((desk.speech, 2, 1), (assessment, 1, 2)), min_gap_days=2, keep_time=False, last_day=date(2030, 1, 13)
    )

    found = alternatives(answer, at=BEFORE, count=99)

    assert days_of(answer) == [0, 2, 4]
    assert [{(s.starts_at.date() - MONDAY).days for s in row} for row in found] == [{0}, {2}, {4, 5, 6}]


def test_alternatives_keep_the_order_of_steps_within_a_day(desk):
    assessment = make_service(desk.sara, name="Assessment")
    purchase = desk.sell((desk.speech, 1, 1), (assessment, 1, 2))
    answer = desk.plan(purchase, last_day=MONDAY, min_gap_days=0, sessions_per_day=2)

    for index in (1, 0):  # both as late as they can be, the later one first
        answer = swapped(answer, index, alternatives(answer, at=BEFORE, count=99)[index][-1])

    assert [f"{s.starts_at:%H:%M}" for s in answer.placed] == ["11:00", "11:30"]
    assert others(answer, 0) == ["Mon 07 09:30 Sara", "Mon 07 10:00 Sara", "Mon 07 10:30 Sara"]
    assert others(answer, 1) == []


def test_alternatives_keep_the_sessions_of_a_week(desk):
    answer = desk.plan(desk.sell(2), sessions_per_week=1, keep_time=False, last_day=date(2030, 1, 19), min_gap_days=1)

    second = alternatives(answer, at=BEFORE, count=99)[1]

    assert {s.starts_at.date() for s in second} == {date(2030, 1, 13) + timedelta(days=n) for n in range(7)}


def test_alternatives_keep_buffers_but_no_more_than_buffers(desk):
    massage = make_service(desk.sara, name="Massage", buffer_after=timedelta(minutes=10))
    answer = desk.plan(
        desk.sell((massage, 1, 1), (desk.speech, 1, 2)), last_day=MONDAY, min_gap_days=0, sessions_per_day=2
    )

    assert [f"{s.starts_at:%H:%M}" for s in answer.placed] == ["09:00", "10:00"]
    assert others(answer, 1) == ["Mon 07 10:30 Sara", "Mon 07 11:00 Sara", "Mon 07 11:30 Sara"]
    assert others(answer, 0) == []


def test_alternatives_of_one_purchase_are_not_bound_by_the_days_of_another(desk):
    amal = make_patient(desk.organisation, name="Amal")
    answer = desk.plan([desk.sell(1), desk.sell(1, patient=amal)], last_day=MONDAY)

    found = alternatives(answer, at=BEFORE)

    assert [f"{s.starts_at:%H:%M}" for s in answer.placed] == ["09:00", "09:30"]
    assert [f"{s.starts_at:%H:%M}" for s in found[0]] == ["10:00", "10:30", "11:00"]


def test_alternative_does_not_take_the_only_room_from_another_session(desk):
    desk.provider("Omar")
    make_room(desk.olaya, desk.speech)
    purchases = [desk.sell(1, patient=make_patient(desk.organisation, name=name)) for name in "ab"]
    answer = desk.plan(purchases, last_day=MONDAY, latest=time(10))

    first, second = answer.placed
    found = alternatives(answer, at=BEFORE, count=99)

    assert [{s.starts_at for s in row} for row in found] == [{first.starts_at}, {second.starts_at}]


def test_swapped_plan_is_in_order_of_time_and_numbered_anew(desk):
    answer = desk.plan(desk.sell(3), last_day=date(2030, 1, 13), keep_time=False)
    last = alternatives(answer, at=BEFORE, count=99)[0][-1]

    changed = swapped(answer, 0, last)

    assert [s.session_number for s in changed.placed] == [1, 2, 3]
    assert changed.placed[2].starts_at == last.starts_at
    assert [row.starts_at for row in desk.apply(changed)] == [s.starts_at for s in changed.placed]


def test_plan_that_books_nothing_has_no_alternatives(desk):
    purchase = desk.sell(1)
    desk.book(day(7), purchase=purchase)

    assert alternatives(desk.plan(purchase), at=BEFORE) == []


@pytest.mark.django_db
@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**32 - 1))
def test_plan_with_any_alternative_taken_keeps_every_rule_and_can_be_booked(seed):
    with rolled_back():
        world = World(Random(seed))
        answer = plan_for(world)
        found = alternatives(answer, at=world.at)
        assert len(found) == len(answer.placed)

        for index, row in enumerate(found[:4]):
            for other in row[:2]:
                changed = swapped(answer, index, other)

                sessions = [planned(s.purchase, s.item, s.provider, s.clinic, s.starts_at) for s in changed.placed]
                assert broken(answer.request, standing(world.patients) + sessions, Counter()) == []
                with rolled_back():
                    assert len(apply(changed, by=world.user, at=world.at)) == len(answer.placed)
