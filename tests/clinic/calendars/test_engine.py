"""The engine takes busy time elsewhere away, in every clinic, and says so."""

from datetime import timedelta

import pytest

from clinic.enums import RefusalCode
from clinic.errors import SlotTaken
from clinic.scheduling import booking, slots_for, why_not
from clinic.scheduling.diary import Diary
from clinic.scheduling.local_time import moment_of
from clinic.scheduling.selectors import situation
from tests.factories import BEFORE, MONDAY, NINE, make_busy_time, make_clinic, make_patient, make_provider, make_week

TEN, NOON = NINE + timedelta(hours=1), NINE + timedelta(hours=3)


def busy(desk, starts_at=TEN, ends_at=NOON, provider=None, **fields) -> None:
    make_busy_time(provider or desk.provider, starts_at, ends_at, **fields)


def starts(desk, **kwargs) -> list[str]:
    found = slots_for(desk.service, first_day=MONDAY, last_day=MONDAY, at=BEFORE, **kwargs)
    return [f"{slot.starts_at.astimezone(desk.clinic.zone):%H:%M}" for slot in found]


def test_no_slot_is_offered_in_time_that_is_busy_elsewhere(desk):
    before = starts(desk)
    busy(desk)

    assert starts(desk) == [start for start in before if not "10:00" <= start < "12:00"]
    assert len(starts(desk)) == len(before) - 4


def test_busy_time_is_busy_in_every_clinic(desk):
    second = make_clinic(desk.organisation, "Malaz")
    desk.provider.clinics.add(second)
    desk.service.clinics.add(second)
    make_week(desk.provider, second)
    busy(desk, NINE - timedelta(days=1), NINE + timedelta(days=2))

    assert starts(desk) == []


def test_why_not_says_who_is_busy_elsewhere_and_until_when(desk):
    busy(desk)

    [reason] = why_not(desk.service, desk.provider, desk.clinic, TEN, patient=desk.patient, at=BEFORE)

    assert reason.code == RefusalCode.BUSY_ELSEWHERE
    assert str(reason) == (
        "Sara is busy elsewhere until Monday 7 January 2030 12:00, says a calendar of this provider. "
        "Choose another provider or a later time."
    )


@pytest.mark.parametrize("minutes", [-30, 0, 90, 120])
def test_a_slot_is_refused_exactly_when_it_is_not_offered(desk, minutes):
    busy(desk)
    at = TEN + timedelta(minutes=minutes)

    reasons = why_not(desk.service, desk.provider, desk.clinic, at, patient=desk.patient, at=BEFORE)

    assert bool(reasons) == (0 <= minutes < 120)
    assert (f"{at:%H:%M}" in starts(desk)) != bool(reasons)


def test_what_touches_busy_time_only_with_its_buffer_may_be_booked(desk):
    desk.service.buffer_after = timedelta(minutes=15)
    desk.service.save()
    busy(desk)

    assert "09:30" in starts(desk)


def test_overlapping_busy_times_are_one_reason(desk):
    busy(desk)
    busy(desk, NINE, TEN)
    busy(desk, NINE, NOON)

    assert len(why_not(desk.service, desk.provider, desk.clinic, TEN, at=BEFORE)) == 1


def test_another_provider_and_a_calendar_that_is_not_active_take_nothing(desk):
    before = starts(desk)
    busy(desk, provider=make_provider(desk.clinic, name="Omar"))
    busy(desk, active=False, calendar="Paused")

    assert starts(desk) == before


def test_what_is_booked_stays_where_it_is(desk):
    appointment = booking.book(
        patient=desk.patient, service=desk.service, provider=desk.provider, clinic=desk.clinic, starts_at=TEN,
        by=desk.user, at=BEFORE,
    )  # fmt: skip
    busy(desk)

    booking.confirm(appointment, by=desk.user, at=BEFORE)

    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.status) == (TEN, "confirmed")


def test_nobody_books_time_that_is_busy_elsewhere(desk):
    busy(desk)

    with pytest.raises(SlotTaken) as refused:
        booking.book(
            patient=make_patient(desk.organisation), service=desk.service, provider=desk.provider, clinic=desk.clinic,
            starts_at=TEN, by=desk.user, at=BEFORE,
        )  # fmt: skip

    assert {reason.code for reason in refused.value.reasons} == {RefusalCode.BUSY_ELSEWHERE}
    assert TEN - timedelta(minutes=30) in [slot.starts_at for slot in refused.value.nearest]


@pytest.mark.parametrize("n", [0, 3])
def test_busy_time_costs_no_question_more(desk, django_assert_num_queries, n):
    for day in range(n):
        busy(desk, TEN + timedelta(days=day), NOON + timedelta(days=day), calendar=f"Calendar {day}")

    with django_assert_num_queries(2):
        situation(
            [desk.service], clinics=[desk.clinic], providers=[desk.provider], first_day=MONDAY, last_day=MONDAY,
            at=BEFORE,
        )  # fmt: skip


def test_the_calendar_shows_what_meets_the_hours_of_the_day(desk):
    evening = NINE + timedelta(hours=9)
    busy(desk)
    busy(desk, evening, evening + timedelta(hours=2))

    days = {"first_day": MONDAY, "last_day": MONDAY}
    [column] = Diary(desk.organisation, clinics=[desk.clinic], providers=[desk.provider], **days).by_provider()

    assert [(moment_of(one.start), moment_of(one.end), one.name, one.is_elsewhere) for one in column.away] == [
        (TEN, NOON, "Busy elsewhere", True)
    ]
