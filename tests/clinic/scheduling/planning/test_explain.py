"""What a plan says about sessions that found no time: each cause by name, with numbers that can be counted."""

from datetime import date, datetime, time, timedelta

import pytest

from clinic.enums import RefusalCode
from clinic.packages.services import extend
from tests.clinic.scheduling.planning.conftest import day
from tests.factories import (
    MONDAY,
    RIYADH,
    make_busy_time,
    make_clinic,
    make_leave,
    make_patient,
    make_provider,
    make_room,
    make_service,
)

WEEK = date(2030, 1, 13)  # the plan's last day in most of these: 7 days with 6 starts each
STARTS = "of 42 starting times"


def reasons(planned) -> dict[str, str]:
    (left,) = planned.unplaced
    return {reason.code: reason.message for reason in left.reasons}


def test_complete_plan_explains_nothing_and_offers_nothing(desk):
    planned = desk.plan(desk.sell(7), last_day=WEEK)

    assert (planned.unplaced, planned.ways_out) == ((), ())


def test_daily_limit_names_the_starts_and_the_days_they_lie_on(desk):
    planned = desk.plan(desk.sell(9), last_day=WEEK)

    assert planned.unplaced[0].sessions == 2
    assert reasons(planned) == {
        RefusalCode.DAILY_LIMIT: "42 starting times remain on 7 days; the limit is 1 a day.",
    }


def test_weekly_limit_is_named_only_where_it_binds(desk):
    few = desk.plan(desk.sell(9), last_day=WEEK, sessions_per_week=2)
    many = desk.plan(desk.sell(9), last_day=WEEK, sessions_per_week=50)

    assert reasons(few)[RefusalCode.WEEKLY_LIMIT] == "42 starting times remain; the limit is 2 a week."
    assert RefusalCode.WEEKLY_LIMIT not in reasons(many)


def test_gap_is_named_only_where_it_binds(desk):
    gap = desk.plan(desk.sell(9), last_day=WEEK, min_gap_days=3)
    apart = desk.plan(desk.sell(9), last_day=WEEK, min_gap_days=2, weekdays=frozenset({1, 3}))

    assert reasons(gap)[RefusalCode.GAP] == "42 starting times remain; sessions must be 3 days apart."
    assert RefusalCode.GAP not in reasons(apart)


def test_preferences_are_counted(desk):
    planned = desk.plan(desk.sell(9), last_day=WEEK, weekdays=frozenset({1, 3}), latest=time(10))

    assert reasons(planned)[RefusalCode.PREFERENCES] == (
        "38 of 42 starting times fall outside the chosen days and times."
    )


def test_bookings_of_others_are_counted(desk):
    desk.fill(day(7, 9), day(7, 10), day(8, 9))

    planned = desk.plan(desk.sell(9), last_day=WEEK)

    assert reasons(planned)[RefusalCode.BOOKED] == "3 of 42 starting times are already booked."


def test_rooms_that_are_taken_are_counted_apart_from_the_providers_time(desk):
    room = make_room(desk.olaya, desk.speech)
    omar = desk.provider("Omar")
    desk.fill(day(7, 9), day(7, 10), provider=omar, room=room)

    planned = desk.plan(desk.sell(9), providers=[desk.sara], last_day=WEEK)

    assert reasons(planned)[RefusalCode.ROOM] == "2 of 42 starting times have no free room."
    assert RefusalCode.BOOKED not in reasons(planned)


def test_other_appointments_of_the_patient_are_counted(desk):
    massage = make_service(desk.provider("Omar"), name="Massage", minutes=60)
    desk.book(day(7), service=massage, provider=massage.providers.get())

    planned = desk.plan(desk.sell(9), last_day=WEEK, providers=[desk.sara])

    assert reasons(planned)[RefusalCode.PATIENT_BUSY] == f"2 {STARTS} meet other appointments of the patient."


def test_expiry_is_named_when_it_comes_before_the_last_day_asked_for(desk):
    short, long = desk.sell(9, days=6), desk.sell(9, days=7)

    assert reasons(desk.plan(short, last_day=WEEK))[RefusalCode.EXPIRY] == "The last day of the package is 13 Jan 2030."
    assert RefusalCode.EXPIRY not in reasons(desk.plan(long, last_day=WEEK))


def test_notice_and_horizon_are_counted(desk):
    policy = desk.organisation.policy
    policy.minimum_notice, policy.booking_horizon_days = timedelta(hours=2), 3
    policy.save()

    planned = desk.plan(desk.sell(9), last_day=WEEK, at=datetime(2030, 1, 7, 9, tzinfo=RIYADH))

    assert reasons(planned)[RefusalCode.NOTICE] == f"4 {STARTS} have passed or come too soon."
    assert reasons(planned)[RefusalCode.HORIZON] == f"18 {STARTS} lie beyond the last day that can be booked."


def test_days_that_are_all_beyond_the_horizon_are_not_said_to_lack_hours(desk):
    planned = desk.plan(desk.sell(1), at=datetime(2028, 1, 1, tzinfo=RIYADH))

    assert RefusalCode.HORIZON in reasons(planned)
    assert RefusalCode.WORKING_HOURS not in reasons(planned)


def test_hours_are_the_reason_when_leave_takes_all_of_them(desk):
    make_leave(desk.sara, day(1), day(31))

    assert list(reasons(desk.plan(desk.sell(1), last_day=WEEK))) == [RefusalCode.WORKING_HOURS]


def test_hours_are_the_reason_when_a_calendar_elsewhere_takes_all_of_them(desk):
    make_busy_time(desk.sara, day(1), day(31))

    assert reasons(desk.plan(desk.sell(1), last_day=WEEK)) == {
        RefusalCode.WORKING_HOURS: "The chosen providers have no time between these days: hours, leave, closures and "
        "what they do elsewhere leave nothing."
    }


def test_hours_are_the_reason_when_they_hold_too_few_starts(desk):
    planned = desk.plan(desk.sell(9), last_day=MONDAY, min_gap_days=0, sessions_per_day=9)

    assert planned.unplaced[0].sessions == 3
    assert reasons(planned)[RefusalCode.WORKING_HOURS] == "6 starting times remain: not enough for 9 sessions."


def test_service_that_none_of_the_chosen_gives_is_the_only_reason(desk):
    malaz = make_clinic(desk.organisation, "Malaz")
    assessment = make_service(make_provider(malaz, name="Noura"), name="Assessment")

    planned = desk.plan(desk.sell((assessment, 2)), providers=[desk.sara])

    assert reasons(planned) == {
        RefusalCode.NOT_OFFERED: "None of the chosen providers offers Assessment at the chosen clinics."
    }


def test_service_that_is_no_longer_offered_is_the_only_reason(desk):
    purchase = desk.sell(2)
    desk.speech.active = False
    desk.speech.save()

    assert reasons(desk.plan(purchase)) == {RefusalCode.INACTIVE: "Speech therapy is no longer offered."}


def test_order_names_the_step_that_comes_first_and_the_one_that_is_booked(desk):
    assessment = make_service(desk.provider("Omar"), name="Assessment")
    purchase = desk.sell((desk.speech, 9, 1), (assessment, 2, 2))
    desk.book(day(9), purchase=purchase, service=assessment, provider=assessment.providers.get())

    first, second = desk.plan(purchase, last_day=WEEK).unplaced

    assert "A later step of the package is already booked on 9 Jan 2030." in messages(first)
    assert "Sessions of an earlier step of the package come first." in messages(second)


def messages(left) -> list[str]:
    return [reason.message for reason in left.reasons]


def test_competition_counts_the_starts_that_went_to_other_patients(desk):
    purchases = [desk.sell(6, patient=make_patient(desk.organisation, name=name)) for name in "ab"]

    planned = desk.plan(purchases, last_day=MONDAY, min_gap_days=0, sessions_per_day=6)

    taken = len([s for s in planned.placed if s.purchase != planned.unplaced[0].purchase])
    lost = [r.message for left in planned.unplaced for r in left.reasons if r.code == RefusalCode.COMPETITION]
    assert taken > 0
    assert lost[0] == f"6 starting times remain; {taken} of them went to other packages of this plan."


@pytest.mark.parametrize("sessions", [1, 3])
def test_explaining_costs_the_same_whatever_is_missing(desk, sessions, django_assert_num_queries):
    purchases = [desk.sell(9, patient=make_patient(desk.organisation, name=str(n))) for n in range(5 + sessions)]

    with django_assert_num_queries(7):
        planned = desk.plan(purchases, last_day=date(2030, 1, 8))

    assert len(planned.unplaced) == len(purchases)


def test_extension_makes_room_and_then_nothing_is_left_to_explain(desk):
    purchase = desk.sell(9, days=6)
    extend(purchase, days=7, by=desk.user)

    assert desk.plan(purchase).is_complete
