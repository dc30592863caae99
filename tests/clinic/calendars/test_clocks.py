"""Zones that a calendar defines for itself: they are its own, right, and never made to keep us reading."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.calendars.reading import Span, Unreadable, Window, busy_in
from tests.clinic.calendars.files import calendar
from tests.factories import RIYADH

pytestmark = pytest.mark.any_engine

START = datetime(2030, 1, 1, tzinfo=UTC)
NINE_TO_TEN = "DTSTART;TZID={zone}:20300107T090000\nDTEND;TZID={zone}:20300107T100000"
STRANGE = "The clocks of a time zone in this calendar change in a way that clocks do not."
SUMMER = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"
SUNDAYS = "FREQ=YEARLY;BYMONTH=1;BYDAY=SU"
WINTER = "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"


def observance(kind: str, before: str, after: str, start: str, *more: str) -> str:
    lines = [f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *more, f"END:{kind}"]
    return "\n".join(lines)


def clock(*observances: str, zone: str = "Ours") -> str:
    return "\n".join(["BEGIN:VTIMEZONE", f"TZID:{zone}", *observances, "END:VTIMEZONE", ""])


def fixed(offset: str, *more: str, start: str = "19700101T000000") -> str:
    return clock(observance("STANDARD", offset, offset, start, *more))


def file_of(clocks: str, event: str = NINE_TO_TEN.format(zone="Ours")) -> bytes:
    return calendar(event).replace(b"BEGIN:VEVENT", clocks.replace("\n", "\r\n").encode() + b"BEGIN:VEVENT", 1)


def spans(file: bytes) -> list[Span]:
    return busy_in(file, Window(START, START + timedelta(days=365), RIYADH)).spans


def test_each_calendar_has_its_own_zone_of_the_same_name():
    [first], [second] = (spans(file_of(fixed(offset))) for offset in ("+0100", "-0500"))

    assert (first.starts_at.hour, second.starts_at.hour) == (8, 14)


def test_a_zone_that_another_calendar_defined_is_not_known():
    spans(file_of(fixed("-0500")))

    [span] = spans(calendar(NINE_TO_TEN.format(zone="Ours")))

    assert span.starts_at.hour == 6  # nine o'clock where the clinic is


@pytest.mark.parametrize("start", ["16010101", "19810329"])
def test_its_clocks_change_when_those_of_the_world_do(start):
    zone = clock(
        observance("STANDARD", "+0200", "+0100", f"{start}T030000", f"RRULE:{WINTER}"),
        observance("DAYLIGHT", "+0100", "+0200", f"{start}T020000", f"RRULE:{SUMMER}"),
    )
    daily = NINE_TO_TEN + "\nRRULE:FREQ=DAILY"

    assert spans(file_of(zone, daily.format(zone="Ours"))) == spans(calendar(daily.format(zone="Europe/Berlin")))


@pytest.mark.parametrize(
    ("ends", "hour"),
    [("UNTIL=20290325T010000Z", 7), ("UNTIL=20290325T005959Z", 8), ("COUNT=10", 7), ("COUNT=9", 8)],
)
def test_a_rule_that_has_ended_is_followed_to_its_end(ends, hour):
    summer = observance("DAYLIGHT", "+0100", "+0200", "20200329T020000", f"RRULE:{SUMMER};{ends}")
    winter = observance("STANDARD", "+0200", "+0100", "20201025T030000", f"RRULE:{WINTER};UNTIL=20281029T010000Z")

    [span] = spans(file_of(clock(summer, winter)))

    assert span.starts_at.hour == hour


def test_dates_change_clocks_as_rules_do():
    summer = observance("DAYLIGHT", "+0100", "+0200", "20200329T020000", "RDATE:20300101T020000,20310101T020000")
    winter = observance("STANDARD", "+0200", "+0100", "20201025T030000")

    [span] = spans(file_of(clock(summer, winter)))

    assert span.starts_at.hour == 7


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;BYHOUR=1,2", "FREQ=YEARLY;BYMINUTE=1", "FREQ=YEARLY;BYSECOND=1",
     "FREQ=YEARLY;BYYEARDAY=1", "FREQ=YEARLY;BYMONTH=1,2", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY\nRRULE:FREQ=YEARLY",
     "FREQ=YEARLY\nEXRULE:FREQ=SECONDLY"],
)  # fmt: skip
def test_a_rule_that_no_clock_follows_is_refused(rule):
    with pytest.raises(Unreadable) as refused:
        spans(file_of(fixed("+0100", f"RRULE:{rule}", start="20300106T000000")))

    assert str(refused.value) == STRANGE


@pytest.mark.parametrize("around", ["VTODO", "VTIMEZONE", "X-OTHER"])
def test_a_zone_where_none_belongs_is_bounded_like_any_other(around):
    inner = fixed("+0100", "RRULE:FREQ=HOURLY", start="20300106T000000")

    with pytest.raises(Unreadable, match="change in a way that clocks do not"):
        spans(file_of(f"BEGIN:{around}\n{inner}END:{around}\n"))


def test_a_rule_hidden_in_a_name_is_not_followed():
    hidden = "TZNAME:X\N{LINE SEPARATOR}RDATE:20300105T000000\N{LINE SEPARATOR}TZOFFSETTO:+0900"
    zone = clock(observance("STANDARD", "+0100", "+0100", "19700101T000000", hidden))

    [span] = spans(file_of(zone))

    assert span.starts_at.hour == 8


@pytest.mark.parametrize(
    "clocks",
    [clock(*[observance("STANDARD", "+0100", "+0100", "19700101T000000")] * 201),
     "".join(fixed("+0100").replace("Ours", f"Ours {n}") for n in range(201)),
     fixed("+0100", "RDATE:" + ",".join(["20300101T000000"] * 10_000)),
     clock(*[observance("STANDARD", "+0100", "+0100", "19700101T000000", f"RRULE:{SUNDAYS}")] * 20)],
    ids=["observances", "zones", "dates", "rules"],
)  # fmt: skip
def test_too_many_changes_of_clocks_are_refused(clocks):
    with pytest.raises(Unreadable, match="too much"):
        spans(file_of(clocks))
