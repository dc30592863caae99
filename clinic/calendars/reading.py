"""Calendars of others, read for one thing: when somebody is busy. Bytes in, spans of time out, no database.

What Google, Outlook and Apple publish: all-day events, zones by Windows' names, rules with exceptions and with single
events moved. It is bounded in every direction, because whoever wrote the file may want to keep us reading.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vRecur

from clinic.calendars.clocks import own_clocks
from clinic.calendars.events import PRODUCT
from clinic.calendars.foreign import Unreadable, face, listed, moments, too_much
from clinic.models.calendars import LONGEST_UID

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000  # that are not over, or repeat
MOST_SPANS = 10_000
MOST_TURNS = 50_000  # of one rule: daily, for more than a century
MOST_SECONDS = 10.0
LONGEST_UNDATED = timedelta(days=60)  # how long an event may last whose end is not written as a date
NEVER = datetime.combine(date.max, datetime.min.time())  # on a clock's face
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
FREE = {"TRANSPARENT", "FREE"}

BEGUN = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?\n", re.MULTILINE | re.IGNORECASE)
ENDED = re.compile(rb"^END:VEVENT[ \t]*\r?\n", re.MULTILINE | re.IGNORECASE)
FOLD = re.compile(rb"\r?\n[ \t]")
LASTS = re.compile(rb"^(?:RRULE|RDATE|RECURRENCE-ID)[;:]", re.MULTILINE | re.IGNORECASE)
STARTS = re.compile(rb"^DTSTART[^:\r\n]*:(\d{8})", re.MULTILINE | re.IGNORECASE)
ENDS = re.compile(rb"^DTEND[^:\r\n]*:(\d{8})", re.MULTILINE | re.IGNORECASE)


class Span(NamedTuple):
    """Somebody is busy from `starts_at` up to `ends_at`, both in UTC."""

    starts_at: datetime
    ends_at: datetime
    uid: str


@dataclass
class Reading:
    """When somebody is busy, in order, and how many entries could not be read."""

    spans: list[Span]
    left_out: int = 0


@dataclass(frozen=True)
class Window:
    """What is looked at, where somebody lives whose calendar names no zone, and how long anybody reads."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    deadline: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)


def busy_in(file: bytes, window: Window) -> Reading:
    """The busy time in a calendar file that touches the window, cut to it.

    Free, cancelled and empty events take no time. Raises Unreadable for what is no calendar, our own, or too much.
    """
    series: dict[str, list[Event]] = defaultdict(list)
    for event in parsed(relevant(file, window)).walk("VEVENT"):
        series[str(event.get("UID", ""))].append(event)
    reading, found = Reading([]), set()
    for uid, events in series.items():
        try:
            found |= set(spans_of(uid[:LONGEST_UID], events, window))
        except Unreadable:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            reading.left_out += len(events)
        if len(found) > MOST_SPANS:
            raise too_much()
    reading.spans = sorted(found)
    return reading


def relevant(file: bytes, window: Window) -> bytes:
    """The file without events that are over: calendars are published with all their years."""
    if len(file) > MOST_BYTES:
        raise Unreadable(_("The calendar is larger than %(size)s MB.") % {"size": MOST_BYTES // 1_000_000})
    file = FOLD.sub(b"", file.removeprefix(b"\xef\xbb\xbf"))
    if not file.lstrip()[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        raise Unreadable(_("This is not a calendar. It must begin with BEGIN:VCALENDAR."))
    if PRODUCT.encode() in file:
        raise Unreadable(_("This is a calendar of this clinic: its appointments take time anyway."))
    others, events = divided(file, window)
    if len(events) > MOST_EVENTS:
        raise Unreadable(_("The calendar has more than %(number)s events to come.") % {"number": f"{MOST_EVENTS:,}"})
    head, found, _rest = others.rpartition(b"END:VCALENDAR")
    if not found:
        raise Unreadable(_("The calendar is not complete: its end is missing."))
    return head + b"".join(events) + b"END:VCALENDAR\r\n"


def divided(file: bytes, window: Window) -> tuple[bytes, list[bytes]]:
    """What is no event, and the events that are not over. In one pass, for the file may be made to have us search."""
    others, events = [], []
    for piece in ENDED.split(file):
        before, *event = BEGUN.split(piece, maxsplit=1)
        others.append(before)
        if event and not is_over(event[0], window):
            events.append(b"BEGIN:VEVENT\r\n" + event[0] + b"END:VEVENT\r\n")
    return b"".join(others), events


def is_over(event: bytes, window: Window) -> bool:
    """Whether an event neither repeats nor can reach into the window; what is not clear is not over."""
    if LASTS.search(event):
        return False
    first = window.start - timedelta(days=2)  # on no clock is it longer ago
    if written := ENDS.search(event):
        return written[1] < f"{first:%Y%m%d}".encode()
    written = STARTS.search(event)
    return bool(written) and written[1] < f"{first - LONGEST_UNDATED:%Y%m%d}".encode()


def parsed(file: bytes) -> Calendar:
    try:
        with own_clocks():
            return Calendar.from_ical(file)
    except Unreadable:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as wrong:
        raise Unreadable(_("This calendar cannot be read.")) from wrong


def spans_of(uid: str, events: list[Event], window: Window) -> Iterator[Span]:
    """What one event takes, with all its repetitions and those of them that were changed."""
    changed = [event for event in events if "RECURRENCE-ID" in event]
    elsewhere = {in_utc(event["RECURRENCE-ID"].dt, window.zone) for event in changed}
    for event in events:
        if time.monotonic() > window.deadline:
            raise too_much()
        if not blocks(event):
            continue
        repeats = event not in changed
        for start in starts_of(event, window) if repeats else [event["DTSTART"].dt]:
            starts_at, ends_at = in_utc(start, window.zone), end_of(event, start, window.zone)
            if repeats and starts_at in elsewhere:
                continue
            starts_at, ends_at = max(starts_at, window.start), min(ends_at, window.end)
            if starts_at < ends_at:
                yield Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC), uid)


def blocks(event: Event) -> bool:
    """Whether the event takes time: not when it is cancelled, or shown as free."""
    shown = {str(event.get("TRANSP", "")).upper(), str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()}
    return str(event.get("STATUS", "")).upper() != "CANCELLED" and not shown & FREE


def starts_of(event: Event, window: Window) -> Iterator[date]:
    """The starts of an event up to the end of the window, as its own clock shows them: days for all-day events.

    A rule is followed on the clock's face: ten o'clock stays ten o'clock when the clocks change.
    """
    first = event["DTSTART"].dt
    if "RRULE" not in event and "RDATE" not in event:
        yield first
        return
    clock = first.tzinfo if isinstance(first, datetime) else None
    starts = rruleset()
    starts.rdate(face(first, clock))
    for rule in listed(event, "RRULE"):
        starts.rrule(Bounded(rule, face(first, clock), clock))
    for moment in moments(event, "RDATE"):
        starts.rdate(face(moment, clock))
    for moment in moments(event, "EXDATE"):
        starts.exdate(face(moment, clock))
    last = face(window.end.astimezone(clock or window.zone), None) + timedelta(days=1)
    for turn, start in enumerate(takewhile(lambda start: start <= last, starts)):
        if turn > MOST_TURNS:
            raise ValueError("A rule that does not end")
        yield start.replace(tzinfo=clock) if isinstance(first, datetime) else start.date()


class Bounded:
    """The turns of one rule on a clock's face, until its end."""

    def __init__(self, rule: vRecur, first: datetime, clock: tzinfo | None) -> None:
        if {str(frequency).upper() for frequency in rule.get("FREQ", ())} & TOO_OFTEN:
            raise ValueError("A rule that repeats more often than daily")
        if any(every < 1 for every in rule.get("INTERVAL", ())):
            raise ValueError("A rule that does not get on")
        parts = vRecur({key: value for key, value in rule.items() if key.upper() != "UNTIL"})
        self.turns = rrulestr(parts.to_ical().decode(), dtstart=first)
        untils = [until for key, value in rule.items() if key.upper() == "UNTIL" for until in value]
        self.until = min((last_face(until, clock) for until in untils), default=NEVER)

    def __iter__(self) -> Iterator[datetime]:
        return takewhile(lambda turn: turn <= self.until, islice(self.turns, MOST_TURNS))


def last_face(until: date, clock: tzinfo | None) -> datetime:
    """The last turn that `until` allows: all of its day, if it is one."""
    return face(until, clock) + (timedelta(0) if isinstance(until, datetime) else timedelta(days=1, seconds=-1))


def end_of(event: Event, start: date, zone: ZoneInfo) -> datetime:
    """When a turn of the event that starts at `start` is over. Days end at midnight, whatever the clocks did."""
    length = length_of(event, zone)
    if isinstance(start, datetime):
        return in_utc(start, zone) + length
    return in_utc(face(start, None) + length, zone)


def length_of(event: Event, zone: ZoneInfo) -> timedelta:
    """How long the event lasts: of all-day events in days of the calendar. Without an end it lasts no time."""
    first = event["DTSTART"].dt
    is_day = not isinstance(first, datetime)
    if "DTEND" in event:
        end = event["DTEND"].dt
        return face(end, None) - face(first, None) if is_day else in_utc(end, zone) - in_utc(first, zone)
    if "DURATION" in event:
        return event["DURATION"].dt
    return timedelta(days=1) if is_day else timedelta(0)


def in_utc(moment: date, zone: ZoneInfo) -> datetime:
    """The moment in UTC; what names no zone, and every day, is of `zone`."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.min.time())
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
