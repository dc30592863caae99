"""Moments at which a wall shows a time, also where its clocks skip it or show it twice."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from clinic.wall_time import change_between, instant

pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize(
    ("day", "clock", "fold", "moment"),
    [
        (date(2026, 4, 23), time(9), 0, datetime(2026, 4, 23, 7, tzinfo=UTC)),
        (date(2026, 4, 24), time(0, 30), 0, datetime(2026, 4, 23, 22, tzinfo=UTC)),
        (date(2026, 4, 24), time(0, 30), 1, datetime(2026, 4, 23, 22, tzinfo=UTC)),
        (date(2026, 10, 29), time(23, 30), 0, datetime(2026, 10, 29, 20, 30, tzinfo=UTC)),
        (date(2026, 10, 29), time(23, 30), 1, datetime(2026, 10, 29, 21, 30, tzinfo=UTC)),
    ],
    ids=["once", "skipped", "skipped too", "first coming", "second coming"],
)
def test_a_wall_in_cairo_shows_a_time_at_one_moment(day, clock, fold, moment):
    assert instant(day, clock, ZoneInfo("Africa/Cairo"), fold=fold) == moment


@pytest.mark.parametrize(
    ("zone", "before", "change"),
    [
        ("Africa/Cairo", (2026, 4, 23), (2026, 4, 23, 22)),
        ("Australia/Lord_Howe", (2026, 10, 3), (2026, 10, 3, 15, 30)),
        ("Pacific/Apia", (2011, 12, 29), (2011, 12, 30, 10)),
    ],
)
def test_a_change_is_found_to_the_second(zone, before, change):
    start = datetime(*before, tzinfo=UTC)

    assert change_between(ZoneInfo(zone), start, start.replace(day=start.day + 2)) == datetime(*change, tzinfo=UTC)
