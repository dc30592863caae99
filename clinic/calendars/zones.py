"""The clocks of a zone as calendars write them down: one observance for every change, each at its true instant.

`icalendar` can generate them too (`add_missing_timezones`, 7.3.0), but it writes the onset of summer time in the time
after the change, where RFC 5545 (3.6.5) wants the time before: an hour late, in every spring.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from clinic.wall_time import SECOND, change_between, offset

DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def vtimezone(name: str, first_year: int, last_year: int) -> bytes:
    """The VTIMEZONE of a zone, right from the first moment of `first_year` to the last of `last_year`."""
    zone = ZoneInfo(name)
    start = datetime.combine(date(first_year, 1, 1), datetime.min.time(), UTC) - DAY
    onsets = [start, *changes(zone, start, datetime(last_year + 1, 1, 2, tzinfo=UTC))]
    standard = min(offset(zone, onset) for onset in onsets)
    component = Timezone()
    component.add("tzid", name)
    for onset in onsets:
        component.add_component(observance(zone, onset, is_summer=offset(zone, onset) > standard))
    return component.to_ical()


def observance(zone: ZoneInfo, onset: datetime, *, is_summer: bool) -> TimezoneStandard | TimezoneDaylight:
    """What the clocks show from this instant on. The onset is written in the time that they showed before it."""
    before = offset(zone, onset - SECOND)
    component = TimezoneDaylight() if is_summer else TimezoneStandard()
    component.add("dtstart", (onset + before).replace(tzinfo=None))
    component.add("tzoffsetfrom", before)
    component.add("tzoffsetto", offset(zone, onset))
    component.add("tzname", onset.astimezone(zone).tzname())
    return component


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants between `start` and `end` at which the clocks of a zone change, in order."""
    day = start
    while day < end:
        if offset(zone, day) != offset(zone, day + DAY):
            yield change_between(zone, day, day + DAY)
        day += DAY
