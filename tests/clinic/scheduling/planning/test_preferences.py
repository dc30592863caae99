"""What the patient wishes: every wish is kept, and the plan says how many sessions that leaves without a time."""

from datetime import date, time

import pytest

from tests.clinic.scheduling.planning.conftest import day, days_of, told
from tests.factories import MONDAY, make_clinic, make_service

TWO_WEEKS = date(2030, 1, 20)


def test_weekdays_are_the_only_ones_on_which_sessions_are_held(desk):
    planned = desk.plan(desk.sell(20), weekdays=frozenset({2, 7}))

    assert days_of(planned) == [1, 6, 8, 13, 15, 20, 22, 27]


def test_weekdays_are_those_of_the_clinics_zone(desk):
    tokyo = make_clinic(desk.organisation, "Tokyo", time_zone="Asia/Tokyo")
    desk.provider("Aiko", clinic=tokyo, start=time(0), end=time(1))

    planned = desk.plan(desk.sell(20), clinics=[tokyo], weekdays=frozenset({1}))

    assert [f"{s.starts_at:%a %H}" for s in planned.placed] == ["Mon 00"] * 4


def test_time_window_holds_the_whole_session(desk):
    long = make_service(desk.sara, name="Long", minutes=60)

    planned = desk.plan(desk.sell((long, 1), (desk.speech, 20)), earliest=time(10, 15), latest=time(11, 30))

    assert {f"{s.starts_at:%H:%M}" for s in planned.placed if s.item.service == long} == {"10:30"}
    assert {f"{s.starts_at:%H:%M}" for s in planned.placed} <= {"10:30", "11:00"}
    assert len(planned.placed) == 21


def test_session_that_would_end_after_the_latest_time_is_not_planned(desk):
    planned = desk.plan(desk.sell(6), last_day=MONDAY, latest=time(9, 45), min_gap_days=0, sessions_per_day=6)

    assert told(planned) == ["Mon 07 09:00 Sara"]
    assert planned.certificate.bound == 1


def test_closed_days_are_left_out(desk):
    closed = frozenset({date(2030, 1, 8), date(2030, 1, 9)})

    planned = desk.plan(desk.sell(5), last_day=date(2030, 1, 11), closed_days=closed)

    assert days_of(planned) == [0, 3, 4]
    assert planned.certificate.bound == 3


def test_several_sessions_a_day_follow_one_another(desk):
    planned = desk.plan(desk.sell(5), last_day=date(2030, 1, 8), min_gap_days=0, sessions_per_day=2)

    assert days_of(planned) == [0, 0, 1, 1]
    assert len({s.starts_at for s in planned.placed}) == 4


def test_gap_of_a_day_wins_over_two_sessions_a_day(desk):
    planned = desk.plan(desk.sell(5), last_day=date(2030, 1, 8), min_gap_days=1, sessions_per_day=2)

    assert days_of(planned) == [0, 1]


def test_session_that_stands_counts_in_its_day(desk):
    purchase = desk.sell(5)
    desk.book(day(7, 11), purchase=purchase)

    planned = desk.plan(purchase, last_day=MONDAY, min_gap_days=0, sessions_per_day=2)

    assert len(planned.placed) == 1


@pytest.mark.parametrize(
    ("week_start", "days"), [(7, [0, 6]), (1, [0, 7])], ids=["weeks begin on Sunday", "weeks begin on Monday"]
)
def test_sessions_a_week_are_counted_in_the_organisations_weeks(desk, week_start, days):
    desk.organisation.week_start = week_start
    desk.organisation.save()

    planned = desk.plan(desk.sell(9), last_day=date(2030, 1, 14), sessions_per_week=1)

    assert len(planned.placed) == 2
    assert planned.certificate.bound == 2
    assert days_of(planned)[1] >= days[1]


def test_session_that_stands_counts_in_its_week_though_it_lies_before_the_first_day(desk):
    purchase = desk.sell(9)
    desk.book(day(7), purchase=purchase)

    planned = desk.plan(purchase, first_day=date(2030, 1, 9), last_day=date(2030, 1, 12), sessions_per_week=1)

    assert planned.placed == ()


def test_gap_is_kept_between_new_sessions_and_to_those_that_stand(desk):
    purchase = desk.sell(9)
    desk.book(day(14), purchase=purchase)

    planned = desk.plan(purchase, last_day=TWO_WEEKS, min_gap_days=4)

    assert all(abs(number - 7) >= 4 for number in days_of(planned))
    assert len(planned.placed) == planned.certificate.bound == 2


def test_keep_provider_continues_with_the_provider_who_gave_the_earlier_sessions(desk):
    omar = desk.provider("Omar")
    purchase = desk.sell(4)
    desk.book(day(7), purchase=purchase, provider=omar)

    kept = desk.plan(purchase)

    assert {str(s.provider) for s in kept.placed} == {"Omar"}
    assert kept.certificate.provider_changes == 0


def test_keep_provider_gives_way_where_it_would_cost_a_session(desk):
    omar = desk.provider("Omar", clinic=make_clinic(desk.organisation, "Malaz"))
    desk.fill(*(day(8, hour, minute) for hour in (9, 10, 11) for minute in (0, 30)))

    planned = desk.plan(desk.sell(3), last_day=date(2030, 1, 9), providers=[desk.sara, omar])

    assert len(planned.placed) == 3


def test_keep_time_prefers_one_weekday_and_time_over_an_earlier_end(desk):
    kept = desk.plan(desk.sell(4))
    free = desk.plan(desk.sell(4), keep_time=False)

    assert len({(s.starts_at.isoweekday(), s.starts_at.time()) for s in kept.placed}) == 1
    assert days_of(free) == [0, 1, 2, 3]


def test_order_holds_every_session_of_a_step_before_the_next(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment")

    planned = desk.plan(desk.sell((assessment, 2, 2), (desk.speech, 3, 1)))

    assert [str(s.item.service) for s in planned.placed] == ["Speech therapy"] * 3 + ["Assessment"] * 2
    assert [s.session_number for s in planned.placed] == [1, 2, 3, 4, 5]


def test_order_does_not_begin_a_step_before_the_earlier_one_has_all_its_times(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment")

    planned = desk.plan(desk.sell((assessment, 2, 2), (desk.speech, 9, 1)), last_day=date(2030, 1, 13))

    assert {str(s.item.service) for s in planned.placed} == {"Speech therapy"}
    assert [(str(left.item.service), left.sessions) for left in planned.unplaced] == [
        ("Speech therapy", 2),
        ("Assessment", 2),
    ]


def test_order_puts_an_earlier_step_before_a_later_one_that_is_booked(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment")
    purchase = desk.sell((assessment, 1, 2), (desk.speech, 9, 1))
    desk.book(day(10), purchase=purchase, service=assessment, provider=assessment.providers.get())

    planned = desk.plan(purchase)

    assert days_of(planned) == [0, 1, 2]


def test_order_that_nobody_wants_lets_the_steps_mix(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment")

    planned = desk.plan(
        desk.sell((assessment, 2, 2), (desk.speech, 9, 1)), last_day=date(2030, 1, 13), keep_order=False
    )

    assert len(planned.placed) == 7
    assert {str(s.item.service) for s in desk.plan(desk.sell((assessment, 2, 2)), keep_order=False).placed} == {
        "Assessment"
    }


def test_gap_holds_for_each_purchase_and_the_limit_a_day_for_the_patient(desk):
    purchases = [desk.sell(2), desk.sell(2)]

    one, two = (desk.plan(purchases, last_day=date(2030, 1, 8), sessions_per_day=most) for most in (1, 2))

    assert days_of(one) == [0, 1]
    assert days_of(two) == [0, 0, 1, 1]
    assert (one.certificate.bound, two.certificate.bound) == (2, 4)
