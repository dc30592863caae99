"""The clinic's wall clock on days on which the clocks change, and on days on which they do not."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.local_time import WallClock, instant_of, moment_of

ZONES = ("Asia/Riyadh", "Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Europe/Berlin", "Australia/Lord_Howe")


def clock(zone):
    return WallClock(ZoneInfo(zone))


def utc(instant):
    return f"{moment_of(instant):%m-%d %H:%M}"


def day(text):
    return date.fromisoformat(text).toordinal()


def at(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


@pytest.mark.parametrize(
    ("zone", "on", "local", "expected"),
    [
        ("Asia/Riyadh", "2026-03-29", "09:00", "03-29 06:00"),
        ("Africa/Cairo", "2026-04-23", "09:00", "04-23 07:00"),
        ("Africa/Cairo", "2026-04-24", "09:00", "04-24 06:00"),
        ("Europe/Berlin", "2026-03-28", "09:00", "03-28 08:00"),
        ("Europe/Berlin", "2026-03-29", "09:00", "03-29 07:00"),
        ("Africa/Casablanca", "2026-02-15", "09:00", "02-15 09:00"),
        ("Africa/Casablanca", "2026-03-22", "09:00", "03-22 08:00"),
    ],
)
def test_nine_stays_nine_across_a_change_of_clocks(zone, on, local, expected):
    wall = clock(zone)

    assert utc(wall.start(day(on), at(local))) == utc(wall.end(day(on), at(local))) == expected


@pytest.mark.parametrize(
    ("zone", "on", "skipped", "change"),
    [
        ("Africa/Cairo", "2026-04-24", ["00:00", "00:30", "00:59"], "04-23 22:00"),
        ("Asia/Beirut", "2026-03-29", ["00:00", "00:30", "00:59"], "03-28 22:00"),
        ("Africa/Casablanca", "2026-03-22", ["02:00", "02:30", "02:59"], "03-22 02:00"),
        ("Europe/Berlin", "2026-03-29", ["02:00", "02:30", "02:59"], "03-29 01:00"),
        ("Australia/Lord_Howe", "2026-10-04", ["02:00", "02:15", "02:29"], "10-03 15:30"),
    ],
)
def test_a_skipped_hour_means_the_moment_of_the_change(zone, on, skipped, change):
    wall = clock(zone)

    assert {utc(wall.start(day(on), at(local))) for local in skipped} == {change}
    assert {utc(wall.end(day(on), at(local))) for local in skipped} == {change}


@pytest.mark.parametrize(
    ("zone", "on", "local", "first", "second"),
    [
        ("Africa/Cairo", "2026-10-29", "23:30", "10-29 20:30", "10-29 21:30"),
        ("Asia/Beirut", "2026-10-24", "23:30", "10-24 20:30", "10-24 21:30"),
        ("Africa/Casablanca", "2026-02-15", "02:30", "02-15 01:30", "02-15 02:30"),
        ("Europe/Berlin", "2026-10-25", "02:30", "10-25 00:30", "10-25 01:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "04-04 14:45", "04-04 15:15"),
    ],
)
def test_a_doubled_hour_starts_with_its_first_and_ends_with_its_second_coming(zone, on, local, first, second):
    wall = clock(zone)

    assert utc(wall.start(day(on), at(local))) == first
    assert utc(wall.end(day(on), at(local))) == second


@pytest.mark.parametrize(
    ("zone", "on", "local", "expected"),
    [
        ("Africa/Cairo", "2026-10-29", "23:00", "10-29 20:00"),
        ("Africa/Casablanca", "2026-02-15", "02:00", "02-15 01:00"),
        ("Europe/Berlin", "2026-10-25", "02:00", "10-25 00:00"),
    ],
)
def test_what_ends_as_the_doubled_hour_begins_ends_with_its_first_coming(zone, on, local, expected):
    assert utc(clock(zone).end(day(on), at(local))) == expected


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("Asia/Riyadh", "2026-03-29", 24),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Africa/Cairo", "2026-10-29", 25),
        ("Asia/Beirut", "2026-10-24", 25),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Africa/Casablanca", "2026-03-22", 23),
    ],
)
def test_a_day_of_change_is_an_hour_shorter_or_longer(zone, on, hours):
    start, end = clock(zone).day_span(day(on), day(on))

    assert (end - start) / 3600 == hours


@given(st.sampled_from(ZONES), st.integers(day("2026-01-01"), day("2026-12-31")), st.integers(0, 86_399))
def test_a_wall_time_that_exists_is_shown_again_by_its_instant(zone, on, seconds):
    wall = clock(zone)
    local = datetime.fromordinal(on) + timedelta(seconds=seconds)

    shown = {wall.moment(find(on, seconds)).replace(tzinfo=None) for find in (wall.start, wall.end)}

    exists = local.replace(tzinfo=wall.zone).astimezone(UTC).astimezone(wall.zone).replace(tzinfo=None) == local
    assert shown == {local} or not exists


@given(st.sampled_from(ZONES), st.integers(day("2026-01-01"), day("2026-12-31")), st.integers(0, 86_399))
def test_an_instant_lies_in_the_span_of_its_local_day(zone, on, seconds):
    wall = clock(zone)
    instant = int(datetime.fromordinal(on).replace(tzinfo=UTC).timestamp()) + seconds

    start, end = wall.day_span(wall.day(instant), wall.day(instant))

    assert start <= instant < end


@pytest.mark.parametrize("zone", ZONES)
def test_later_on_the_wall_is_never_earlier_in_time(zone):
    wall = clock(zone)

    starts = [
        wall.start(on, minute * 60)
        for on in range(day("2026-02-10"), day("2026-04-30"))
        for minute in range(0, 1440, 15)
    ]

    assert starts == sorted(starts)


def test_a_moment_without_a_zone_is_an_error():
    with pytest.raises(ValueError, match="time zone"):
        instant_of(datetime(2026, 1, 1, 9))  # noqa: DTZ001 (the naive moment is the point)


def test_the_same_instant_gives_the_same_moment_object():
    wall = clock("Asia/Riyadh")

    assert wall.moment(1_800_000_000) is wall.moment(1_800_000_000)
    assert wall.moment(1_800_000_000).tzinfo is wall.zone
