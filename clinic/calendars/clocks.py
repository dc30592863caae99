"""Zones that a foreign calendar defines for itself: known to that one file alone, and worked out in bounded steps.

`icalendar` (7.3.0) keeps what it learns of a zone for as long as the process lives: the first file that uses a name
would set the clocks of all that follow. And it hands a zone's rules as text to `dateutil`, which follows one for every
second of a century, or one that never comes true, until time or memory is up.
"""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone, tzinfo
from itertools import islice, takewhile
from threading import Lock

from django.utils.translation import gettext as _
from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard, vRecur
from icalendar.timezone import tzp
from icalendar.timezone.zoneinfo import ZONEINFO

from clinic.calendars.foreign import Unreadable, face, listed, moments, too_much

FIRST_YEAR, LAST_YEAR = 1970, 2100  # in which a rule is followed
MOST_OBSERVANCES = 200
MOST_ONSETS = 10_000  # in all zones of a file: Outlook has some 260 in one
OBSERVANCES = {"STANDARD": TimezoneStandard, "DAYLIGHT": TimezoneDaylight}
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYDAY", "BYMONTHDAY", "WKST"}
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

parsing = Lock()  # the library knows one set of zones at a time


@contextmanager
def own_clocks() -> Iterator[None]:
    """What is parsed inside knows the zones of the world and those that it defines, which are forgotten after it."""
    with parsing:
        tzp.use(Clocks())
        try:
            yield
        finally:
            tzp.use_default()


class Clocks(ZONEINFO):
    """The library's source of zones, which counts what a file asks of it. Raises Unreadable when that is too much."""

    def __init__(self) -> None:
        self.observances = self.onsets = 0

    def create_timezone(self, tz: Timezone) -> tzinfo:
        """The zone as a list of dates: none of the file's own rules or text goes to whoever evaluates them."""
        plain = Timezone()
        plain.add("tzid", "of this file")
        for part in tz.subcomponents:
            if part.name in OBSERVANCES:
                plain.add_component(self.observance(part))
        return super().create_timezone(plain)

    def observance(self, part: Component) -> Component:
        onsets = list(islice(onsets_of(part), MOST_ONSETS + 1))
        self.observances, self.onsets = self.observances + 1, self.onsets + len(onsets)
        if self.observances > MOST_OBSERVANCES or self.onsets > MOST_ONSETS:
            raise too_much()
        plain = OBSERVANCES[part.name]()
        plain.add("dtstart", onsets[0])
        plain.add("rdate", onsets)
        plain.add("tzoffsetfrom", part["TZOFFSETFROM"].td)
        plain.add("tzoffsetto", part["TZOFFSETTO"].td)
        return plain


def onsets_of(part: Component) -> Iterator[datetime]:
    """When an observance begins, its first time and each other one, on the clock's face before the change."""
    start = face(part["DTSTART"].dt, None)
    yield start
    rules = listed(part, "RRULE")
    if len(rules) > 1 or "EXRULE" in part:
        raise strange()
    for rule in rules:
        yield from turns(rule, start, timezone(part["TZOFFSETFROM"].td))
    for moment in moments(part, "RDATE"):
        yield face(moment, None)


def strange() -> Unreadable:
    return Unreadable(_("The clocks of a time zone in this calendar change in a way that clocks do not."))


def turns(rule: vRecur, start: datetime, before: timezone) -> Iterator[datetime]:
    """The onsets by a rule that names days of one month: no zone changes its clocks by another."""
    one = {part: value[0] for part, value in rule.items() if len(value) == 1}
    every, until = int(one.get("INTERVAL", 1)), one.get("UNTIL")
    if not rule.keys() <= PARTS or one.get("FREQ") != "YEARLY" or every < 1 or len(rule.get("BYMONTH", "-")) > 1:
        raise strange()
    month, days = int(one.get("BYMONTH", start.month)), days_named(rule, start)
    years = range(max(start.year, FIRST_YEAR), LAST_YEAR + 1, every)
    dates = (day for year in years for day in days_in(year, month, *days))
    onsets = (onset for day in dates if (onset := datetime.combine(day, start.time())) >= start)
    if isinstance(until, datetime) and until.tzinfo is not None:
        onsets = takewhile(lambda onset: onset.replace(tzinfo=before) <= until, onsets)
    elif until is not None:
        onsets = takewhile(lambda onset: onset <= face(until, None) + timedelta(days=1), onsets)
    return islice(onsets, int(one["COUNT"]) if "COUNT" in one else None)


def days_named(rule: vRecur, start: datetime) -> tuple[set[str], set[int]]:
    """The weekdays (SU, 2SU, -1SU) and the days of the month by which a rule goes; neither means that of its start."""
    weekdays, numbers = set(map(str, rule.get("BYDAY", ()))), set(rule.get("BYMONTHDAY", ()))
    return weekdays, numbers if weekdays or numbers else {start.day}


def days_in(year: int, month: int, weekdays: set[str], numbers: set[int]) -> Iterator[date]:
    length = monthrange(year, month)[1]
    for day in range(1, length + 1):
        name = WEEKDAYS[date(year, month, day).weekday()]
        first, last = (day - 1) // 7 + 1, (length - day) // 7 + 1
        names = {name, f"{first}{name}", f"+{first}{name}", f"-{last}{name}"}
        if (not weekdays or names & weekdays) and (not numbers or {day, day - length - 1} & numbers):
            yield date(year, month, day)
