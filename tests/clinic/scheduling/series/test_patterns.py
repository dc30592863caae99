"""How a patient's sessions have gone, to go on in the same way."""

from datetime import date, time, timedelta

import pytest

from clinic.scheduling.series.patterns import Pattern, pattern_for, patterns_of
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, MONDAY, make_appointment, make_provider, make_service

DAY, WEEK, HOUR = timedelta(days=1), timedelta(days=7), timedelta(hours=1)


@pytest.fixture
def came(desk):
    """Write down sessions of the patient at these moments."""

    def came(*moments, **fields) -> None:
        place = {"service": desk.service, "provider": desk.provider, "clinic": desk.clinic, **fields}
        for moment in moments:
            make_appointment(desk.patient, starts_at=moment, **{"status": "completed", **place})

    return came


def pattern(desk, service=None) -> Pattern | None:
    return patterns_of(desk.patient, at=BEFORE).get((service or desk.service).pk)


def test_one_session_is_a_pattern_of_its_weekday_and_hour(desk, came):
    came(monday(10))

    found = pattern(desk)

    assert (found.weekdays, found.start, found.every_n_weeks) == ((1,), time(10), 1)
    assert (found.provider, found.clinic, found.last_on) == (desk.provider, desk.clinic, MONDAY)


def test_weekdays_are_those_of_the_last_fortnight(desk, came):
    came(monday(10), monday(10) - 5 * DAY, monday(10) - WEEK, monday(10) - 18 * DAY)

    assert pattern(desk).weekdays == (1, 3)


def test_a_session_at_another_hour_or_with_somebody_else_says_nothing(desk, came):
    came(monday(10))
    came(monday(11) - DAY)
    came(monday(10) - 2 * DAY, provider=make_provider(desk.clinic, name="Mona"))

    assert pattern(desk).weekdays == (1,)


def test_every_other_week_stays_every_other_week(desk, came):
    came(monday(10), monday(10) - 2 * WEEK, monday(10) - 4 * WEEK)

    assert (pattern(desk).weekdays, pattern(desk).every_n_weeks) == ((1,), 2)


def test_what_was_cancelled_or_missed_is_no_pattern(desk, came):
    came(monday(10), status="cancelled_by_patient")
    came(monday(11), status="no_show")

    assert pattern(desk) is None


def test_nobody_goes_on_with_who_is_no_longer_here(desk, came):
    came(monday(10))
    desk.change(desk.provider, active=False)

    assert pattern(desk) is None


@pytest.mark.parametrize(
    ("today", "expected"), [(MONDAY - WEEK, MONDAY + 2 * DAY), (MONDAY + 3 * WEEK, MONDAY + 3 * WEEK + 2 * DAY)]
)
def test_it_goes_on_after_the_last_session_and_never_in_the_past(desk, came, today, expected):
    came(monday(10), monday(10) - 5 * DAY)

    assert pattern(desk).next_day(today) == expected


def test_a_purchase_goes_on_with_the_first_service_that_has_a_pattern_until_it_expires(desk, came):
    came(monday(10))
    other = make_service(desk.provider, name="Play")
    patterns = patterns_of(desk.patient, at=BEFORE)

    assert pattern_for(desk.purchase(), [other, desk.service], patterns).service == desk.service
    assert pattern_for(desk.purchase(), [other], patterns) is None
    assert pattern_for(desk.purchase(on=date(2029, 12, 1), days=30), [desk.service], patterns) is None
