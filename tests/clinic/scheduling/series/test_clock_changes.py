"""A series keeps its hour on the wall over every change of clocks of three years in eight zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.models import Clinic
from clinic.scheduling.series.recurrence import Recurrence
from clinic.scheduling.series.rule import Rule

ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "America/New_York", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe",
    "Europe/Berlin", "Pacific/Auckland",
)  # fmt: skip
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
MINUTE = timedelta(minutes=1)
DAYS = [date(2026, 1, 1) + n * A_DAY for n in range(3 * 365)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def changes(name: str) -> list[date]:
    """The days that do not have 24 hours."""
    zone = ZoneInfo(name)
    return [day for day in DAYS if midnight(day + A_DAY, zone).timestamp() - midnight(day, zone).timestamp() != 86_400]


SWITCHES = [(zone, day) for zone in ZONES for day in changes(zone)]


def starts(zone: str, first_on: date, start: time, rule: Rule) -> dict[date, datetime]:
    clinic = Clinic(time_zone=zone)
    recurrence = Recurrence(
        rule, patient=None, service=None, provider=None, clinic=clinic, first_on=first_on, start=start
    )
    return {day: place.starts_at for day, place in recurrence.places.items()}


def moment_of_change(day: date, zone: ZoneInfo) -> datetime:
    """The first minute of the day's new offset, found by walking through all of them."""
    walk = midnight(day, zone).astimezone(UTC) - MINUTE
    before = walk.astimezone(zone).utcoffset()
    while walk.astimezone(zone).utcoffset() == before:
        walk += MINUTE
    return walk


def test_every_zone_of_the_table_changes_its_clocks_twice_a_year():
    assert {zone: len(changes(zone)) >= 6 for zone in ZONES} == dict.fromkeys(ZONES, True)


@pytest.mark.parametrize(("zone", "day"), SWITCHES, ids=lambda value: str(value))
@pytest.mark.parametrize("start", [time(9), time(16, 45), time(23, 15)])
def test_the_hour_on_the_wall_is_the_same_before_on_and_after_the_day_of_change(zone, day, start):
    first_on = day - 2 * A_WEEK

    found = starts(zone, first_on, start, Rule((day.isoweekday(),), count=5))

    assert list(found) == [first_on + n * A_WEEK for n in range(5)]
    walls = [moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in found.values()]
    assert walls == [datetime.combine(day, start) for day in found]
    elapsed = found[day + A_WEEK].timestamp() - found[day - A_WEEK].timestamp()
    assert elapsed != 2 * A_WEEK.total_seconds()


@pytest.mark.parametrize("name", ZONES)
def test_a_daily_series_keeps_its_hour_for_a_year_over_all_its_changes(name):
    """Every day of three years, a hundred days at a time: a series has no more."""
    zone = ZoneInfo(name)
    for first_on in DAYS[::100]:
        for day, moment in starts(name, first_on, time(9), Rule(tuple(range(1, 8)), count=100)).items():
            assert moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == datetime.combine(day, time(9))


@pytest.mark.parametrize(("name", "day"), SWITCHES, ids=lambda value: str(value))
def test_an_hour_that_is_skipped_means_the_moment_of_the_change_and_one_that_comes_twice_its_first_coming(name, day):
    zone = ZoneInfo(name)
    change = moment_of_change(day, zone)
    before, after = ((change + step).astimezone(zone).utcoffset() for step in (-MINUTE, MINUTE))
    shown = (change.astimezone(UTC) + min(before, after)).replace(tzinfo=None) + timedelta(minutes=10)

    found = starts(name, shown.date() - A_WEEK, shown.time(), Rule((shown.isoweekday(),), count=3))

    first = found[shown.date()].astimezone(UTC)
    if after > before:  # ten minutes into the gap
        assert first == change
    else:
        assert first == change - (before - after) + timedelta(minutes=10)
    assert found[shown.date() + A_WEEK].astimezone(zone).time() == shown.time()
