"""What is offered instead of a taken time: the three closest, however far the search has to go."""

from datetime import time, timedelta

import pytest

from clinic.scheduling.local_time import instant_of
from clinic.scheduling.nearest import nearest_slots
from clinic.scheduling.slots import slots_for
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, MONDAY, make_hours, make_provider


def nearest(desk, starts_at):
    found = nearest_slots(desk.service, desk.provider, desk.clinic, starts_at, patient=desk.patient, at=BEFORE)
    return [f"{slot.starts_at:%a %-d %H:%M}" for slot in found]


def test_nearest_are_the_closest_on_both_sides_in_order_of_time(desk):
    desk.appointment(monday(10))

    assert nearest(desk, monday(10)) == ["Mon 7 09:00", "Mon 7 09:30", "Mon 7 10:30"]


def test_nearest_prefers_the_same_provider_among_equals(desk):
    mona = make_provider(desk.clinic, name="Mona")
    desk.service.providers.add(mona)
    make_hours(mona, desk.clinic, start=time(9), end=time(12))

    found = nearest_slots(desk.service, mona, desk.clinic, monday(9), at=BEFORE, count=1)

    assert [slot.provider for slot in found] == [mona]


def test_nearest_goes_on_to_next_week_where_this_week_has_too_few(desk):
    desk.change(desk.hours, end=time(10))
    desk.appointment(monday(9))

    assert nearest(desk, monday(9)) == ["Mon 7 09:30", "Mon 14 09:00", "Mon 14 09:30"]


def test_nearest_are_fewer_where_a_fortnight_has_no_more(desk):
    desk.change(desk.hours, end=time(9, 30), valid_until=MONDAY)

    assert nearest(desk, monday(9)) == ["Mon 7 09:00"]


@pytest.mark.parametrize("hour", [0, 9, 15, 23])
@pytest.mark.parametrize("weekdays", [(1,), (1, 2), (1, 3), (2, 4), (3, 6)], ids=str)
def test_nearest_of_two_days_are_the_nearest_of_the_fortnight(desk, weekdays, hour):
    for weekday in weekdays:
        make_hours(desk.provider, desk.clinic, weekday=weekday, start=time(13), end=time(14))
    wanted = instant_of(monday(hour))
    options = {"clinic": desk.clinic, "first_day": MONDAY, "last_day": MONDAY + timedelta(days=14), "at": BEFORE}
    everything = sorted(slots_for(desk.service, **options), key=lambda slot: abs(instant_of(slot.starts_at) - wanted))

    found = nearest_slots(desk.service, desk.provider, desk.clinic, monday(hour), at=BEFORE)

    assert found == sorted(everything[:3], key=lambda slot: slot.starts_at)
