"""Where things stand on the board, also on days on which the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from admin_ext.calendar.layout import DayRuler, WeekRuler, scale_for, side_by_side
from clinic.scheduling.local_time import WallClock

BERLIN = WallClock(ZoneInfo("Europe/Berlin"))
SPRING, AUTUMN = date(2030, 3, 31), date(2030, 10, 27)  # the clocks skip 02:00, repeat 02:00


def day_of(day, clock=BERLIN):
    return clock.day_span(day.toordinal(), day.toordinal())


def instant(text, zone=BERLIN.zone, fold=0):
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp())


@pytest.mark.parametrize(
    ("spans", "lanes"),
    [
        ([], []),
        ([(0, 30), (30, 60)], [(0, 1), (0, 1)]),
        ([(0, 30), (0, 30)], [(0, 2), (1, 2)]),
        ([(0, 60), (0, 30), (30, 60), (60, 90)], [(0, 2), (1, 2), (1, 2), (0, 1)]),
        ([(0, 30), (10, 50), (40, 70)], [(0, 2), (1, 2), (0, 2)]),
        ([(0, 90), (10, 20), (12, 30), (95, 99)], [(0, 3), (1, 3), (2, 3), (0, 1)]),
    ],
)
def test_what_overlaps_shares_out_the_width(spans, lanes):
    assert side_by_side(spans) == lanes


def test_day_begins_and_ends_with_whole_hours_around_its_use():
    day = day_of(date(2030, 1, 7))

    ruler = DayRuler(BERLIN, day, (instant("2030-01-07T09:20"), instant("2030-01-07T12:10")))

    assert [mark.label for mark in ruler.marks] == ["09:00", "10:00", "11:00", "12:00"]
    assert (ruler.minute(instant("2030-01-07T09:20"), day), ruler.length) == (20, 240)


def test_day_without_use_shows_the_usual_hours():
    ruler = DayRuler(BERLIN, day_of(SPRING), None)

    assert (ruler.marks[0].label, ruler.marks[-1].label, ruler.length) == ("08:00", "17:00", 600)


@pytest.mark.parametrize(
    ("day", "labels", "length"),
    [
        (SPRING, ["00:00", "01:00", "03:00", "04:00"], 240),
        (AUTUMN, ["00:00", "01:00", "02:00", "02:00", "03:00"], 300),
    ],
    ids=["skipped", "repeated"],
)
def test_day_shows_the_hours_that_there_are(day, labels, length):
    span = day_of(day)
    until = instant(f"{day}T05:00") if day == SPRING else instant(f"{day}T04:00")

    ruler = DayRuler(BERLIN, span, (span[0], until))

    assert [mark.label for mark in ruler.marks] == labels
    assert ruler.length == length


def test_whole_hours_of_a_zone_that_is_not_whole_hours_away():
    kathmandu = WallClock(ZoneInfo("Asia/Kathmandu"))
    day = day_of(date(2030, 1, 7), kathmandu)
    used = instant("2030-01-07T09:10", kathmandu.zone), instant("2030-01-07T10:50", kathmandu.zone)

    ruler = DayRuler(kathmandu, day, used)

    assert [(mark.label, mark.top) for mark in ruler.marks] == [("09:00", 0), ("10:00", 60)]


def test_what_lies_beyond_the_day_ends_with_the_day():
    day = day_of(date(2030, 1, 7))
    ruler = DayRuler(BERLIN, day, (instant("2030-01-07T22:00"), instant("2030-01-08T00:30")))

    assert ruler.length == 120
    assert ruler.minute(instant("2030-01-08T00:30"), day) == 120


@pytest.mark.parametrize("day", [date(2030, 3, 30), SPRING, date(2030, 4, 1), AUTUMN], ids=str)
def test_ten_oclock_is_on_one_line_throughout_a_week_whatever_the_clocks_do(day):
    days = [date(2030, 3, 30), SPRING, date(2030, 4, 1), AUTUMN]
    ruler = WeekRuler(BERLIN, [(day_of(one), (instant(f"{one}T01:30"), instant(f"{one}T12:00"))) for one in days])

    assert ruler.minute(instant(f"{day}T10:00"), day_of(day)) == 9 * 60
    assert [mark.label for mark in ruler.marks][:2] == ["01:00", "02:00"]


def test_top_of_a_column_is_the_instant_its_clock_shows():
    ruler = WeekRuler(BERLIN, [(day_of(SPRING), (instant(f"{SPRING}T09:00"), instant(f"{SPRING}T10:00")))])

    assert datetime.fromtimestamp(ruler.instant(day_of(SPRING)), UTC) == datetime(2030, 3, 31, 7, tzinfo=UTC)


@pytest.mark.parametrize(("shortest", "pixels"), [(None, 1.6), (30, 1.6), (15, 1.6), (10, 2.4), (5, 4.8)])
def test_board_grows_until_the_shortest_slot_can_be_hit(shortest, pixels):
    assert scale_for(shortest) == pixels


@pytest.mark.parametrize(("shortest", "pixels"), [(45, 1.6), (20, 1.7), (15, 2.27), (10, 3.4), (5, 3.4)])
def test_board_grows_until_two_lines_of_the_shortest_card_can_be_read(shortest, pixels):
    assert scale_for(30, shortest) == pixels
