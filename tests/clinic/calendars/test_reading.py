"""What Google, Outlook and others publish, read for when somebody is busy; and files made to keep us reading."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from clinic.calendars import reading
from clinic.calendars.events import PRODUCT
from clinic.calendars.reading import Reading, Unreadable, Window, busy_in
from tests.clinic.calendars.files import GOOGLE, OUTLOOK, calendar, crlf
from tests.factories import RIYADH

START = datetime(2030, 1, 1, tzinfo=UTC)
NINE_TO_TEN = "DTSTART;TZID=Asia/Riyadh:20300107T090000\nDTEND;TZID=Asia/Riyadh:20300107T100000"


def read(file: bytes, days=365, zone=RIYADH) -> Reading:
    return busy_in(file, Window(START, START + timedelta(days=days), zone))


def times(file: bytes, zone=RIYADH, **kwargs) -> list[str]:
    """The busy spans on the clocks of `zone`."""
    spans = read(file, zone=zone, **kwargs).spans
    return [f"{s.starts_at.astimezone(zone):%d %b %H:%M}–{s.ends_at.astimezone(zone):%d %b %H:%M}" for s in spans]


def test_google_is_read_with_its_rules_exceptions_and_moved_events():
    assert times(crlf(GOOGLE)) == [
        "07 Jan 09:00–07 Jan 10:00",  # rounds, but not on the 14th, which is an exception
        "07 Jan 14:00–07 Jan 15:00",  # the lecture, written in UTC
        "09 Jan 00:00–11 Jan 00:00",  # the congress, two whole days
        "22 Jan 15:00–22 Jan 16:00",  # rounds of the 21st, moved
        "28 Jan 09:00–28 Jan 10:00",
    ]


def test_outlook_is_read_with_the_names_that_windows_gives_to_zones():
    assert times(crlf(OUTLOOK)) == [
        "07 Jan 12:00–07 Jan 12:30",  # tentative takes time, free does not
        "08 Jan 08:00–08 Jan 08:45",  # of no zone: the clinic's
        "26 Mar 12:00–26 Mar 13:00",
        "02 Apr 11:00–02 Apr 12:00",  # ten o'clock in Berlin still, after the clocks changed
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_of_either_kind_are_read(newline):
    assert len(times(GOOGLE.replace("\n", newline).encode())) == 5


def test_a_whole_day_lasts_from_midnight_to_midnight_when_the_clocks_change():
    cairo = ZoneInfo("Africa/Cairo")
    day = calendar("DTSTART;VALUE=DATE:20300425\nDTEND;VALUE=DATE:20300427")

    [span] = read(day, zone=cairo).spans

    assert span.ends_at - span.starts_at == timedelta(hours=47)  # Friday 26 April 2030 begins at one
    assert span.starts_at == datetime(2030, 4, 24, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20300107", ["07 Jan 00:00–08 Jan 00:00"]),
        ("DTSTART;VALUE=DATE:20300107\nDURATION:P2D", ["07 Jan 00:00–09 Jan 00:00"]),
        ("DTSTART:20300107T060000Z", []),
        ("DTSTART:20300107T060000Z\nDTEND:20300107T050000Z", []),
        ("DTSTART:20200101T000000Z\nDTEND:20400101T000000Z", ["01 Jan 03:00–31 Jan 03:00"]),
        ("DTSTART;TZID=Nowhere/Known:20300107T060000\nDURATION:PT1H", ["07 Jan 06:00–07 Jan 07:00"]),
        (NINE_TO_TEN + "\nRDATE;TZID=Asia/Riyadh:20300109T110000,20300110T110000",
         ["07 Jan 09:00–07 Jan 10:00", "09 Jan 11:00–09 Jan 12:00", "10 Jan 11:00–10 Jan 12:00"]),
        (NINE_TO_TEN + "\nRRULE:FREQ=DAILY;UNTIL=20300108", ["07 Jan 09:00–07 Jan 10:00", "08 Jan 09:00–08 Jan 10:00"]),
        ("DTSTART;VALUE=DATE:20300107\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20300107",
         ["14 Jan 00:00–15 Jan 00:00"]),
    ],
    ids=["a day", "days by length", "no time", "backwards", "cut to the window", "unknown zone", "dates", "until a day",
         "a day left out"],
)  # fmt: skip
def test_each_way_to_write_time_is_read(event, expected):
    assert times(calendar(event), days=30) == expected


RULES = [
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=20",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;UNTIL=20300601T000000Z",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo"])
def test_rules_are_read_as_another_program_reads_them(rule, zone):
    first = f"DTSTART;TZID={zone}:20291112T013000\nDTEND;TZID={zone}:20291112T023000"
    file = calendar(f"{first}\nRRULE:{rule}")

    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(file)).between(START, START + timedelta(days=365))

    expected = [(event.start.astimezone(UTC), event.end.astimezone(UTC)) for event in theirs]
    assert [(span.starts_at, span.ends_at) for span in read(file).spans] == sorted(expected)


def test_what_cannot_be_read_is_counted_and_the_rest_is_taken():
    file = calendar(NINE_TO_TEN, "DTSTART:nonsense", "SUMMARY:no start", NINE_TO_TEN + "\nRRULE:FREQ=SECONDLY")

    assert len(read(file).spans) == 1
    assert read(file).left_out == 3


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "This is not a calendar. It must begin with BEGIN:VCALENDAR."),
        (b"<html>Sign in</html>", "This is not a calendar. It must begin with BEGIN:VCALENDAR."),
        (crlf(GOOGLE)[:-30], "The calendar is not complete: its end is missing."),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nEND:VCALENDAR\r\n", "This calendar cannot be read."),
        (calendar(NINE_TO_TEN).replace(b"-//Somebody//EN", PRODUCT.encode()),
         "This is a calendar of this clinic: its appointments take time anyway."),
        (b"BEGIN:VCALENDAR" + b" " * 5_000_000, "The calendar is larger than 5 MB."),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 300_000 + b"END:VCALENDAR\r\n",
         "The calendar is not complete: its end is missing."),
        (calendar(*["DTSTART:20300107T060000Z"] * 5_001), "The calendar has more than 5,000 events to come."),
    ],
    ids=["nothing", "a page", "cut off", "crossed", "our own", "too large", "never ended", "too many"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_with_the_reason(file, sentence):
    with pytest.raises(Unreadable) as refused:
        read(file)

    assert str(refused.value) == sentence


def test_years_that_are_over_are_not_even_parsed():
    old = "DTSTART:20200107T060000Z\nDTEND:20200107T070000Z"

    assert len(read(calendar(*[old] * 6_000, NINE_TO_TEN)).spans) == 1


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=DAILY;INTERVAL=0;BYMONTH=2"],
    ids=["every second", "never", "after the end of time", "on the spot"],
)  # fmt: skip
def test_a_rule_made_to_keep_us_reading_does_not(rule):
    began = time.monotonic()

    try:
        found = len(read(calendar(f"{NINE_TO_TEN}\nRRULE:{rule}")).spans)
    except Unreadable:
        found = 0

    assert found <= 1
    assert time.monotonic() - began < 2 * reading.MOST_SECONDS


def test_reading_ends_when_it_has_taken_too_long():
    late = Window(START, START + timedelta(days=365), RIYADH, deadline=time.monotonic())

    with pytest.raises(Unreadable, match="too much"):
        busy_in(calendar(NINE_TO_TEN), late)
