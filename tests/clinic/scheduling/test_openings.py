"""From rows of hours to openings."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.openings import ANY_WEEKDAY, Hours, Opening, days_of, hours_spans, openings

RIYADH = ZoneInfo("Asia/Riyadh")
CLOCKS = {7: WallClock(RIYADH)}
FOREVER = date.max.toordinal()
MONDAY, SUNDAY = date(2030, 1, 7), date(2030, 1, 6)


def hours(**fields):
    """Provider 1 at clinic 7, Mondays 09:00–12:00, every half hour, one at a time, for ever."""
    row = Hours(1, 7, 1, 9 * 3600, 12 * 3600, 30, 1, date(2020, 1, 6).toordinal(), FOREVER, 1)
    return row._replace(**{name: _ordinal(value) for name, value in fields.items()})


def _ordinal(value):
    return value.toordinal() if isinstance(value, date) else value


def days(row, first, last):
    return [date.fromordinal(on).isoformat() for on in days_of(row, first.toordinal(), last.toordinal())]


def riyadh(hour, minute=0, on=MONDAY):
    return instant_of(datetime(on.year, on.month, on.day, hour, minute, tzinfo=RIYADH))


def spans(*rows, away=(), first=MONDAY, last=MONDAY, clocks=CLOCKS):
    found = openings(rows, clocks, {(1, 7): away}, first.toordinal(), last.toordinal())
    return [f"{row(opening.start)}–{row(opening.end)}" for opening in found]


def row(instant):
    return f"{CLOCKS[7].moment(instant):%H:%M}"


def test_weekly_hours_hold_on_their_weekday():
    assert days(hours(), date(2030, 1, 1), date(2030, 1, 31)) == [
        "2030-01-07", "2030-01-14", "2030-01-21", "2030-01-28",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [(1, "2030-01-07"), (2, "2030-01-08"), (3, "2030-01-09"), (4, "2030-01-10"), (5, "2030-01-11"), (6, "2030-01-12"),
     (7, "2030-01-13")],
)  # fmt: skip
def test_each_weekday_is_its_own_day_of_the_week(weekday, expected):
    assert days(hours(weekday=weekday), MONDAY, date(2030, 1, 13)) == [expected]


def test_every_second_week_counts_from_the_first_day_of_validity():
    row = hours(every_n_weeks=2, first_day=date(2030, 1, 7))

    assert days(row, date(2030, 1, 1), date(2030, 2, 28)) == ["2030-01-07", "2030-01-21", "2030-02-04", "2030-02-18"]


def test_every_second_week_is_the_same_weeks_wherever_the_search_begins():
    row = hours(every_n_weeks=2, first_day=date(2030, 1, 7))

    assert days(row, date(2030, 1, 8), date(2030, 2, 5)) == ["2030-01-21", "2030-02-04"]
    assert days(row, date(2030, 1, 21), date(2030, 1, 21)) == ["2030-01-21"]
    assert days(row, date(2030, 1, 28), date(2030, 1, 28)) == []


def test_two_weekdays_every_second_week_fall_into_the_same_seven_days():
    sunday = hours(weekday=7, every_n_weeks=2, first_day=SUNDAY)
    thursday = hours(weekday=4, every_n_weeks=2, first_day=SUNDAY)

    assert days(sunday, date(2030, 1, 1), date(2030, 1, 31)) == ["2030-01-06", "2030-01-20"]
    assert days(thursday, date(2030, 1, 1), date(2030, 1, 31)) == ["2030-01-10", "2030-01-24"]


def test_validity_includes_its_first_and_its_last_day():
    row = hours(first_day=date(2030, 1, 14), last_day=date(2030, 1, 28))

    assert days(row, date(2030, 1, 1), date(2030, 2, 28)) == ["2030-01-14", "2030-01-21", "2030-01-28"]


def test_validity_that_ends_before_the_weekday_comes_gives_no_day():
    row = hours(first_day=date(2030, 1, 8), last_day=date(2030, 1, 13))

    assert days(row, date(2030, 1, 1), date(2030, 1, 31)) == []


def test_extra_hours_hold_on_their_one_day():
    extra = hours(weekday=ANY_WEEKDAY, first_day=SUNDAY, last_day=SUNDAY)

    assert extra.is_extra
    assert days(extra, date(2030, 1, 1), date(2030, 1, 31)) == ["2030-01-06"]
    assert days(extra, MONDAY, date(2030, 1, 31)) == []


def test_an_opening_knows_its_grid_and_its_capacity():
    found = list(openings([hours(capacity=3)], CLOCKS, {}, MONDAY.toordinal(), MONDAY.toordinal()))

    assert found == [Opening(1, 7, riyadh(9), riyadh(12), riyadh(9), 1800, 3)]


def test_leave_of_a_part_of_the_day_leaves_the_rest():
    assert spans(hours(), away=[(riyadh(10), riyadh(11))]) == ["09:00–10:00", "11:00–12:00"]


def test_after_leave_the_grid_is_still_that_of_the_hours():
    (_, after) = openings([hours()], CLOCKS, {(1, 7): [(riyadh(10), riyadh(10, 45))]}, *[MONDAY.toordinal()] * 2)

    assert row(after.start) == "10:45"
    assert row(after.first_start(after.start)) == "11:00"


def test_closed_for_the_day_leaves_nothing():
    away = [CLOCKS[7].day_span(MONDAY.toordinal(), MONDAY.toordinal())]

    assert spans(hours(), away=away) == []


def test_absence_of_one_provider_leaves_the_others_alone():
    found = openings([hours(), hours(provider=2)], CLOCKS, {(1, 7): [(0, 2**40)]}, *[MONDAY.toordinal()] * 2)

    assert [opening.provider for opening in found] == [2]


def test_hours_within_a_skipped_hour_do_not_exist():
    cairo = WallClock(ZoneInfo("Africa/Cairo"))
    friday = date(2026, 4, 24).toordinal()
    skipped = hours(weekday=5, start=0, end=45 * 60)

    assert list(hours_spans(skipped, cairo, friday, friday)) == []


def test_hours_across_a_doubled_hour_are_an_hour_longer():
    cairo = WallClock(ZoneInfo("Africa/Cairo"))
    thursday = date(2026, 10, 29).toordinal()
    evening = hours(weekday=4, start=22 * 3600, end=23 * 3600 + 1800)

    ((start, end),) = hours_spans(evening, cairo, thursday, thursday)

    assert (end - start) / 3600 == 2.5
