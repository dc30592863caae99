"""When a reminder leaves: so long before the appointment, but not in the clinic's quiet hours. Pure: no database.

Minutes are those that pass, whatever the clocks do: a day before is 24 hours before. A reminder whose moment lies in
quiet hours leaves when they end, if at least half of its notice is left by then; otherwise before they begin. Of 8:30
with quiet hours until 8:00, two hours before become the evening before; of 9:30, two hours before become 8:00.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.wall_time import instant

EARLY = timedelta(minutes=30)  # before quiet hours begin: time enough to be sent, were a gateway to fail at first
DAY = timedelta(days=1)

type Span = tuple[datetime, datetime]  # from the first moment up to, not including, the second; in UTC


@dataclass(frozen=True)
class QuietHours:
    """The hours of a zone's wall clock in which nobody is written to; there are none where both ends are the same."""

    zone: ZoneInfo
    begin: time
    end: time

    def around(self, moment: datetime) -> Span | None:
        """The quiet hours in which the moment lies, None outside them."""
        today = moment.astimezone(self.zone).date()
        spans = (self.beginning_on(day) for day in (today - DAY, today))
        return next((span for span in spans if span[0] <= moment < span[1]), None)

    def beginning_on(self, day: date) -> Span:
        """Those that begin on this local day; an hour that comes twice is quiet twice, one that is skipped is over."""
        if self.begin == self.end:
            return datetime.combine(day, time(), UTC), datetime.combine(day, time(), UTC)
        last_day = day + DAY if self.end <= self.begin else day
        return instant(day, self.begin, self.zone, fold=0), instant(last_day, self.end, self.zone, fold=1)


def leaves_at(starts_at: datetime, minutes: int, quiet: QuietHours) -> datetime:
    """When the reminder `minutes` before the appointment leaves, in UTC: always before it, never in quiet hours."""
    starts_at = starts_at.astimezone(UTC)
    moment = starts_at - timedelta(minutes=minutes)
    hours = quiet.around(moment)
    if hours is None:
        return moment
    begin, end = hours
    if starts_at - end >= (starts_at - moment) / 2:
        return end
    before = quiet.around(begin - EARLY)  # between two quiet times of a day may be less than half an hour
    return before[1] if before else begin - EARLY


def starts_to_look_at(after: datetime, until: datetime, minutes: int, quiet: QuietHours) -> Span:
    """Between which times begin all appointments whose reminder may leave after `after` and until `until`.

    Some of those in between leave at another time. Quiet hours widen the span only around their ends.
    """
    first, last = after, until
    day = after.astimezone(quiet.zone).date() - DAY
    while quiet.begin != quiet.end and day <= until.astimezone(quiet.zone).date() + DAY:
        begin, end = quiet.beginning_on(day)
        if after < end <= until or (begin - EARLY <= until and after < begin):
            first, last = min(first, begin), max(last, end)
        day += DAY
    notice = timedelta(minutes=minutes)
    return first.astimezone(UTC) + notice, last.astimezone(UTC) + notice
