"""When reminders leave, across every change of clocks: pure arithmetic."""

import os
import time as clock
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from clinic.messaging.reminders.moments import QuietHours, leaves_at, starts_to_look_at

ZONES = (
    "Asia/Riyadh", "Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Gaza", "Europe/Berlin",
    "America/St_Johns", "Australia/Lord_Howe",
)  # fmt: skip
SERVERS = ("UTC", "America/St_Johns", "Asia/Kathmandu")
NINE_TO_EIGHT = (time(21), time(8))
HOUR = timedelta(hours=1)


@pytest.fixture(params=SERVERS)
def server(request, monkeypatch):
    """The server's own clock stands in another zone; it is put back after the test."""
    monkeypatch.setenv("TZ", request.param)
    clock.tzset()
    yield request.param
    monkeypatch.delenv("TZ")
    os.environ.pop("TZ", None)
    clock.tzset()


def at(text, zone="Asia/Riyadh"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@cache
def changes(zone: ZoneInfo) -> list[datetime]:
    """Every hour of 2026 to 2028 after which the wall is not an hour later; two a year where clocks change."""
    hours = (datetime(2026, 1, 1, tzinfo=UTC) + n * HOUR for n in range(3 * 366 * 24))
    return [hour for hour in hours if hour.astimezone(zone).utcoffset() != (hour + HOUR).astimezone(zone).utcoffset()]


def wall(moment: datetime, zone: ZoneInfo) -> time:
    return moment.astimezone(zone).time()


@pytest.mark.parametrize(
    ("start", "minutes", "leaves"),
    [
        ("2030-01-07T15:00", 120, "2030-01-07T13:00"),
        ("2030-01-07T15:00", 1440, "2030-01-06T15:00"),
        ("2030-01-07T10:00", 120, "2030-01-07T08:00"),
        ("2030-01-07T09:30", 120, "2030-01-07T08:00"),
        ("2030-01-07T09:00", 120, "2030-01-07T08:00"),
        ("2030-01-07T08:59", 120, "2030-01-06T20:30"),
        ("2030-01-07T08:30", 120, "2030-01-06T20:30"),
        ("2030-01-07T23:00", 120, "2030-01-07T20:30"),
        ("2030-01-07T22:59", 120, "2030-01-07T20:59"),
        ("2030-01-07T06:30", 1440, "2030-01-06T08:00"),
    ],
    ids=[
        "outside", "a day before", "as they end", "after them", "half is left", "less than half is left",
        "the evening before", "as they begin", "just before", "a day before, after them",
    ],
)  # fmt: skip
def test_a_reminder_leaves_outside_quiet_hours(start, minutes, leaves):
    quiet = QuietHours(ZoneInfo("Asia/Riyadh"), *NINE_TO_EIGHT)

    assert leaves_at(at(start), minutes, quiet) == at(leaves)


def test_without_quiet_hours_a_reminder_leaves_at_its_moment():
    quiet = QuietHours(ZoneInfo("Asia/Riyadh"), time(8), time(8))

    assert leaves_at(at("2030-01-07T08:30"), 120, quiet) == at("2030-01-07T06:30")


def test_quiet_hours_at_noon_are_left_on_the_same_day():
    quiet = QuietHours(ZoneInfo("Asia/Riyadh"), time(12), time(14))

    assert leaves_at(at("2030-01-07T15:00"), 120, quiet) == at("2030-01-07T14:00")
    assert leaves_at(at("2030-01-07T14:30"), 120, quiet) == at("2030-01-07T11:30")


def test_a_time_of_day_that_is_hardly_not_quiet_is_used_all_the_same():
    quiet = QuietHours(ZoneInfo("Asia/Riyadh"), time(21), time(20, 50))

    assert leaves_at(at("2030-01-07T08:30"), 120, quiet) == at("2030-01-06T20:50")


def test_a_day_before_is_24_hours_before_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    quiet = QuietHours(berlin, *NINE_TO_EIGHT)

    assert leaves_at(at("2026-03-29T12:00", "Europe/Berlin"), 1440, quiet).astimezone(berlin).time() == time(11)
    assert leaves_at(at("2026-10-25T12:00", "Europe/Berlin"), 1440, quiet).astimezone(berlin).time() == time(13)


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_clocks_reminders_are_quiet_and_in_time(zone, server):
    zone = ZoneInfo(zone)
    quiet = QuietHours(zone, *NINE_TO_EIGHT)

    for change in changes(zone):
        for start in (change + n * timedelta(minutes=30) for n in range(-50, 80)):
            for minutes in (30, 120, 1440):
                leaves = leaves_at(start, minutes, quiet)
                assert leaves < start
                assert time(8) <= wall(leaves, zone) < time(21)
                if time(8) <= wall(start - timedelta(minutes=minutes), zone) < time(21):
                    assert leaves == start - timedelta(minutes=minutes)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hours", [NINE_TO_EIGHT, (time(0, 30), time(2, 30)), (time(23), time(0, 15))], ids=str)
def test_quiet_hours_are_those_that_the_wall_shows(zone, hours):
    zone, (begin, end) = ZoneInfo(zone), hours
    quiet = QuietHours(zone, begin, end)

    for change in changes(zone):
        for moment in (change + n * timedelta(minutes=15) for n in range(-60, 60)):
            shown = wall(moment, zone)
            is_quiet = begin <= shown < end if begin < end else shown >= begin or shown < end
            hours_around = quiet.around(moment)
            if is_quiet:
                assert hours_around is not None
            elif hours_around is not None:
                assert moment.astimezone(zone).fold or (moment + HOUR).astimezone(zone).fold  # a repeated hour


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "Africa/Cairo", "Europe/Berlin"])
def test_no_start_is_overlooked_whenever_one_looks(zone):
    zone = ZoneInfo(zone)
    quiet = QuietHours(zone, *NINE_TO_EIGHT)
    first = datetime(2026, 4, 23, tzinfo=UTC)  # Cairo's clocks change within these days

    for minutes in (120, 1440):
        starts = [first + n * timedelta(minutes=30) for n in range(4 * 48)]
        leaving = [(start, leaves_at(start, minutes, quiet)) for start in starts]
        for after in (first + n * timedelta(minutes=20) for n in range(4 * 72)):
            until = after + timedelta(minutes=20)
            earliest, latest = starts_to_look_at(after, until, minutes, quiet)
            assert all(earliest <= start <= latest for start, leaves in leaving if after < leaves <= until)


def test_quiet_hours_widen_the_look_only_at_their_ends():
    quiet = QuietHours(ZoneInfo("Asia/Riyadh"), *NINE_TO_EIGHT)

    def width(moment):
        earliest, latest = starts_to_look_at(at(moment), at(moment) + timedelta(minutes=1), 120, quiet)
        return latest - earliest

    assert width("2030-01-07T12:00") == width("2030-01-07T03:00") == timedelta(minutes=1)
    assert width("2030-01-07T07:59") == timedelta(hours=11)
