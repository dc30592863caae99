"""The plan for what has lost its time: everybody who can be is placed, with the least disturbance there is."""

from datetime import time, timedelta

import pytest

from clinic.enums import AppointmentStatus, RebookingWay, RefusalCode
from clinic.models import Rebooking
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.planning import plan_rebooking
from clinic.scheduling.planning.disturbance import ANOTHER_CLINIC, ANOTHER_PROVIDER, ANOTHER_TIME
from clinic.scheduling.refusals import ask, refusals
from tests.clinic.scheduling.rebooking.conftest import A_DAY, at
from tests.factories import BEFORE, make_busy_time, make_leave, make_package, make_patient, make_room


def proposed(plan) -> list[tuple]:
    return [(one.proposed.provider.name_en, one.proposed.starts_at, one.proposed.way) for one in plan.placed]


def test_the_same_time_with_somebody_else_disturbs_least(desk):
    desk.book_day(2)

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    assert proposed(plan) == [
        ("Omar", at(9), RebookingWay.SAME_TIME), ("Omar", at(9, 30), RebookingWay.SAME_TIME),
    ]  # fmt: skip
    assert (plan.disturbance, plan.placed_bound, plan.optimal, plan.unplaced) == (0, 2, True, ())


def test_when_the_others_are_taken_the_own_provider_at_the_nearest_time_is_proposed(desk):
    row = desk.book(at(9))
    make_leave(desk.omar, at(0, day=6), at(0, day=9))

    (one,) = plan_rebooking(desk.leave(), at=BEFORE).placed

    assert (one.appointment, one.proposed.provider, one.proposed.starts_at) == (row, desk.sara, at(9, day=6))
    assert one.proposed.disturbance == ANOTHER_TIME + 24 * 60
    assert one.proposed.ends_at == at(9, 30, day=6)


def test_nobody_is_moved_into_time_that_is_busy_elsewhere(desk):
    desk.book(at(9))
    make_busy_time(desk.omar, at(8), at(9, 30))
    make_busy_time(desk.sara, at(0, day=1), at(9, 30, day=12))

    (one,) = plan_rebooking(desk.leave(), at=BEFORE).placed

    assert (one.proposed.provider, one.proposed.starts_at) == (desk.omar, at(9, 30))
    assert {spot.provider for spot in one.others} == {desk.omar, desk.sara}
    assert min(spot.starts_at for spot in one.others if spot.provider == desk.sara) == at(9, 30, day=12)


@pytest.mark.parametrize(
    ("minutes", "away", "way", "weight"),
    [
        pytest.param(0, 0, RebookingWay.SAME_TIME, 0, id="same time"),
        pytest.param(60, 0, RebookingWay.OTHER_PROVIDER, ANOTHER_TIME + 60 + ANOTHER_PROVIDER, id="another hour"),
    ],
)
def test_how_much_a_change_weighs(desk, minutes, away, way, weight):
    desk.book(at(9))
    if minutes:
        for half_hour in range(2):
            desk.book(at(9) + half_hour * timedelta(minutes=30), provider=desk.omar)
        make_leave(desk.sara, at(0, day=1), at(0, day=7))
        make_leave(desk.sara, at(0, day=8), at(0, day=30))

    (one,) = plan_rebooking(desk.leave(), at=BEFORE).placed

    assert (one.proposed.way, one.proposed.disturbance) == (way, weight)


def test_another_clinic_comes_last_and_before_nothing_at_all(desk):
    desk.book(at(9))
    desk.rawdah()
    for provider in (desk.omar, desk.sara):
        make_leave(provider, at(0, day=1), at(0, day=7)), make_leave(provider, at(0, day=8), at(0, day=30))

    leave, _omars = desk.leave(), desk.leave(provider=desk.omar)
    (one,) = plan_rebooking(leave, at=BEFORE).placed

    assert (one.proposed.clinic.name_en, one.proposed.starts_at) == ("Rawdah", at(9))
    assert one.proposed.way == RebookingWay.OTHER_CLINIC
    assert one.proposed.disturbance == ANOTHER_TIME + ANOTHER_PROVIDER + ANOTHER_CLINIC


def test_the_nearest_for_everybody_is_not_the_nearest_for_the_first(desk):
    """Nine o'clock with Omar is free once: it goes to whom it helps most, and everybody is placed."""
    nine, half_past = desk.book_day(2)
    free = {at(9), at(16, 30)}
    for n in range(16):
        if (start := at(9) + n * timedelta(minutes=30)) not in free:
            desk.book(start, provider=desk.omar)
    for days in ((1, 7), (8, 30)):
        make_leave(desk.sara, at(0, day=days[0]), at(0, day=days[1]))
        make_leave(desk.omar, at(0, day=days[0]), at(0, day=days[1]))

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    assert proposed(plan) == [
        ("Omar", at(9), RebookingWay.SAME_TIME), ("Omar", at(16, 30), RebookingWay.OTHER_PROVIDER),
    ]  # fmt: skip
    assert [one.appointment for one in plan.placed] == [nine, half_past]


def test_all_proposals_can_be_booked_and_alternatives_leave_them_as_they_are(desk):
    desk.book_day(8)
    desk.book(at(9), provider=desk.omar)

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    spots = {(one.proposed.provider.pk, one.proposed.starts_at) for one in plan.placed}
    assert len(plan.placed) == len(spots) == 8
    for one in plan.placed:
        assert 0 < len(one.others) <= 4
        for spot in (one.proposed, *one.others):
            row = one.appointment
            asked = ask(row.service, spot.provider, spot.clinic, spot.starts_at, patient=row.patient, without=row)
            assert refusals(asked) == []
        taken = spots - {(one.proposed.provider.pk, one.proposed.starts_at)}
        assert not {(spot.provider.pk, spot.starts_at) for spot in one.others} & taken


def test_a_changed_grid_lets_the_patient_stay_within_the_own_time(desk):
    """The hours begin a quarter later: the appointment's own time is in nobody's way but its own."""
    row = desk.book(at(9))
    desk.hours[0].start = time(9, 15)
    desk.hours[0].save()
    make_leave(desk.omar, at(0, day=7), at(0, day=8))

    (one,) = plan_rebooking(Rebooking.objects.get(), at=BEFORE).placed

    assert (one.appointment, one.proposed.starts_at, one.proposed.provider) == (row, at(9, 15), desk.sara)


def test_rooms_are_shared_and_the_own_room_may_be_kept(desk):
    make_room(desk.olaya, desk.speech)
    nine, half_past = desk.book_day(2)

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    assert proposed(plan) == [
        ("Omar", at(9), RebookingWay.SAME_TIME), ("Omar", at(9, 30), RebookingWay.SAME_TIME),
    ]  # fmt: skip
    assert (nine.room, half_past.room) == (nine.room, nine.room)


def test_times_after_the_last_day_of_the_package_are_not_proposed(desk):
    huda = make_patient(desk.organisation)
    package = make_package((desk.speech, 4), validity_days=7)
    purchase = assign(package, huda, by=desk.user, on=at(9).date() - 7 * A_DAY)  # until the 7th
    desk.book(at(9), patient=huda, purchase=purchase)
    make_leave(desk.omar, at(0, day=1), at(0, day=30))
    make_leave(desk.sara, at(0, day=1), at(0, day=7))

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    ((refusal,),) = [one.reasons for one in plan.unplaced]
    assert (plan.placed, refusal.code) == ((), RefusalCode.BOOKED)
    assert str(refusal.message) == "Nothing is free for Speech therapy until 7 Jan 2030."


def test_the_patient_s_other_appointments_are_in_the_way(desk):
    huda = make_patient(desk.organisation)
    desk.book(at(9), patient=huda)
    music = desk.book(at(9), provider=desk.omar)
    booking.cancel(music, by=desk.user, at=BEFORE)
    desk.book(at(9, 30), patient=huda, provider=desk.omar)

    (one,) = plan_rebooking(desk.leave(), at=BEFORE).placed

    starts = {spot.starts_at for spot in (one.proposed, *one.others)}
    assert one.proposed.starts_at == at(9)
    assert at(9, 30) not in starts


def test_whoever_has_arrived_is_spoken_to(desk):
    (row,) = desk.book_day(1)
    type(row).objects.filter(pk=row.pk).update(status=AppointmentStatus.ARRIVED)

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    ((refusal,),) = [one.reasons for one in plan.unplaced]
    assert refusal.code == RefusalCode.STATUS
    assert "who is here already" in refusal.hint


def test_who_wants_what_others_of_the_list_get_is_told_so(desk):
    """One half hour is left for two."""
    desk.book_day(2)
    for days in ((1, 7), (8, 30)):
        make_leave(desk.sara, at(0, day=days[0]), at(0, day=days[1]))
        make_leave(desk.omar, at(0, day=days[0]), at(0, day=days[1]))
    make_leave(desk.omar, at(9, 30), at(17))

    plan = plan_rebooking(desk.leave(), at=BEFORE)

    assert (len(plan.placed), plan.placed_bound, plan.optimal) == (1, 1, True)
    ((refusal,),) = [one.reasons for one in plan.unplaced]
    assert refusal.code == RefusalCode.COMPETITION


def test_notice_and_horizon_are_kept(desk):
    desk.book(at(9))
    make_leave(desk.omar, at(0), at(0, day=8))
    policy = desk.organisation.policy
    policy.minimum_notice, policy.booking_horizon_days = 6 * A_DAY + timedelta(hours=12), 7
    policy.save()

    (one,) = plan_rebooking(desk.leave(), at=BEFORE).placed

    assert {spot.starts_at.day for spot in (one.proposed, *one.others)} == {8}


@pytest.mark.parametrize("count", [1, 8])
def test_any_number_costs_the_same_queries(desk, django_assert_num_queries, count):
    desk.book_day(count)
    batch = desk.leave().rebookings.get()

    with django_assert_num_queries(5):
        plan_rebooking(batch, at=BEFORE)


def test_equal_question_gets_an_equal_plan(desk):
    desk.book_day(6)
    leave = desk.leave()

    assert proposed(plan_rebooking(leave, at=BEFORE)) == proposed(plan_rebooking(leave, at=BEFORE))


def test_nothing_hit_needs_no_plan(desk):
    plan = plan_rebooking(desk.leave(), at=BEFORE)

    assert (plan.placed, plan.unplaced, plan.optimal) == ((), (), True)
