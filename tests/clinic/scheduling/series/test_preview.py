"""The preview says the truth about every date before anything is saved."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import NoShowConsequence, OccurrenceState, RefusalCode
from clinic.errors import BookingRefused
from clinic.scheduling.series.preview import preview
from clinic.scheduling.series.recurrence import Place, Recurrence
from clinic.scheduling.series.rule import Rule
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, MONDAY, make_closure, make_hours, make_leave, make_provider, make_week

FREE, CONFLICT, CLOSED = OccurrenceState.FREE, OccurrenceState.CONFLICT, OccurrenceState.CLOSED
EXPIRED, BEYOND = OccurrenceState.EXPIRED, OccurrenceState.BEYOND
WEEK = timedelta(days=7)
THIRD = monday(9) + 2 * WEEK


def wish(desk, rule=None, **fields) -> Recurrence:
    usual = {
        "patient": desk.patient, "service": desk.service, "provider": desk.provider, "clinic": desk.clinic,
        "first_on": MONDAY, "start": time(9),
    }  # fmt: skip
    return Recurrence(rule or Rule((1,), count=4), **{**usual, **fields})


def seen(desk, rule=None, chosen=None, **fields):
    return preview(wish(desk, rule, **fields), chosen=chosen, at=BEFORE)


def states(occurrences) -> list[OccurrenceState]:
    return [occurrence.state for occurrence in occurrences]


def times(slots) -> list[str]:
    return [f"{slot.starts_at:%a %d %H:%M} {slot.provider}" for slot in slots]


def test_a_free_date_is_booked_at_its_own_time(desk):
    first, *_others = seen(desk)

    assert (first.day, first.state, first.reasons, first.alternatives) == (MONDAY, FREE, [], [])
    assert first.chosen == Place(monday(9), desk.provider, desk.clinic)


def test_a_taken_date_says_why_and_takes_the_nearest_time_of_its_provider(desk):
    desk.appointment(THIRD)

    found = seen(desk)

    assert states(found) == [FREE, FREE, CONFLICT, FREE]
    assert [reason.code for reason in found[2].reasons] == [RefusalCode.BOOKED]
    assert times(found[2].alternatives) == ["Mon 21 09:30 Sara", "Mon 21 10:00 Sara", "Mon 21 10:30 Sara"]
    assert found[2].chosen.starts_at == THIRD + timedelta(minutes=30)


def test_alternatives_differ_same_day_another_day_and_somebody_else(desk):
    make_hours(desk.provider, desk.clinic, weekday=3)
    mona = make_provider(desk.clinic, name="Mona")
    mona.services.add(desk.service)
    make_week(mona, desk.clinic)
    desk.appointment(THIRD)

    found = seen(desk)

    assert times(found[2].alternatives) == ["Mon 21 09:30 Sara", "Wed 23 09:00 Sara", "Mon 21 09:00 Mona"]


def test_a_closed_day_and_a_leave_are_told_as_closed(desk):
    make_hours(desk.provider, desk.clinic, weekday=2)
    make_closure(desk.organisation, first_on=MONDAY + WEEK)
    make_leave(desk.provider, THIRD, THIRD + timedelta(hours=8))

    found = seen(desk)

    assert states(found) == [FREE, CLOSED, CLOSED, FREE]
    assert times(found[1].alternatives)[0] == "Tue 15 09:00 Sara"
    assert "on leave" in str(found[2].reasons[0])
    assert [f"{one.chosen.starts_at:%a %d}" for one in found] == ["Mon 07", "Tue 15", "Tue 22", "Mon 28"]


def test_two_dates_never_take_the_same_alternative(desk):
    make_hours(desk.provider, desk.clinic, weekday=4, start=time(9), end=time(9, 30))
    make_closure(desk.organisation, first_on=MONDAY, last_on=MONDAY + timedelta(days=1))

    found = seen(desk, Rule((1, 2), count=2))

    assert [f"{one.chosen.starts_at:%a %d}" for one in found] == ["Thu 10", "Mon 14"]
    assert "Thu 10 09:00 Sara" not in times(found[1].alternatives)


def test_a_person_chooses_another_alternative_or_leaves_a_date_out(desk):
    desk.appointment(THIRD)
    eleven = Place(THIRD + timedelta(hours=2), desk.provider, desk.clinic)

    found = seen(desk, chosen={eleven.starts_at.date(): eleven, MONDAY: None})

    assert found[0].chosen is None
    assert found[2].chosen.starts_at == eleven.starts_at
    assert times(found[2].alternatives)[-1] == "Mon 21 11:00 Sara"


def test_what_was_chosen_and_is_taken_meanwhile_gives_way_to_the_nearest(desk):
    desk.appointment(THIRD)
    desk.appointment(THIRD + timedelta(hours=2))
    eleven = Place(THIRD + timedelta(hours=2), desk.provider, desk.clinic)

    found = seen(desk, chosen={eleven.starts_at.date(): eleven})

    assert found[2].chosen.starts_at == THIRD + timedelta(minutes=30)


def test_dates_after_the_package_expires_and_beyond_its_sessions_are_said_so(desk):
    purchase = desk.purchase(sessions=2, on=date(2030, 1, 1), days=20)  # until 21 January

    found = seen(desk, Rule((1,), count=5), purchase=purchase)

    assert states(found) == [FREE, FREE, BEYOND, EXPIRED, EXPIRED]
    assert [str(found[number].reasons[0]) for number in (2, 3)] == [
        "The package has only 2 free sessions.",
        "The last day of this package is 21 Jan 2030. Choose an earlier day, or extend the package.",
    ]
    assert [len(one.reasons) for one in found] == [0, 0, 1, 1, 1]
    assert [one.chosen is not None for one in found] == [True, True, False, False, False]


def test_a_date_that_is_left_out_frees_its_session_for_a_later_one(desk):
    purchase = desk.purchase(sessions=2)

    found = seen(desk, purchase=purchase, chosen={MONDAY: None})

    assert states(found) == [FREE, FREE, FREE, BEYOND]


def test_no_alternative_lies_after_the_package_expires(desk):
    make_hours(desk.provider, desk.clinic, weekday=2)
    make_closure(desk.organisation, first_on=MONDAY)
    purchase = desk.purchase(on=date(2030, 1, 1), days=6)  # until the very Monday

    (found,) = seen(desk, Rule((1,), count=1), purchase=purchase)

    assert (found.state, found.alternatives, found.chosen) == (CLOSED, [], None)


def test_what_is_against_the_patient_is_against_every_date(desk):
    desk.policy(no_show_limit=1, no_show_consequence=NoShowConsequence.MUST_PREPAY)
    desk.appointment(BEFORE - WEEK, patient=desk.patient, status="no_show")

    found = seen(desk)

    assert {one.state for one in found} == {CONFLICT}
    assert RefusalCode.POLICY in {reason.code for reason in found[0].reasons}


def test_a_rule_without_a_day_is_refused(desk):
    with pytest.raises(BookingRefused, match="no day"):
        seen(desk, Rule((1,), until=date(2029, 12, 31)))


@pytest.mark.parametrize("purchase", [False, True])
def test_a_preview_asks_as_often_for_one_date_as_for_a_year_of_them(desk, purchase):
    bought = desk.purchase(sessions=60, days=800) if purchase else None
    desk.appointment(THIRD)
    asked = []

    for count in (1, 52):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(seen(desk, Rule((1,), count=count), purchase=bought)) == count
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 7
