"""Zones that a calendar defines for itself are its own."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.calendars.reading import Span, Window, busy_in
from tests.clinic.calendars.files import calendar
from tests.factories import RIYADH

pytestmark = pytest.mark.any_engine

START = datetime(2030, 1, 1, tzinfo=UTC)
NINE_TO_TEN = "DTSTART;TZID={zone}:20300107T090000\nDTEND;TZID={zone}:20300107T100000"


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
