"""Days and hours of a clinic's wall clock as instants, whatever the clocks do. Pure: no Django, no database.

An hour that the clocks skip means the moment of the change. An hour that comes twice begins with its first and ends
with its second coming, so that a clinic stays open through the repeated hour; one that closes as that hour begins
closes at its first coming. Days are `date.toordinal()` numbers.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.scheduling.intervals import DAY
from clinic.wall_time import change_between

EPOCH_DAY = date(1970, 1, 1).toordinal()


class Moments(dict[int, datetime]):
    """Instants as aware datetimes of a zone, each made when it is first asked for."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def __missing__(self, instant: int) -> datetime:
        moment = self[instant] = datetime.fromtimestamp(instant, self.zone)
        return moment


class WallClock:
    """One zone's clock. Remembers each day's offset, because a search asks for the same days again and again."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._offsets: dict[int, int | None] = {}
        self.moments = Moments(zone)

    def start(self, day: int, seconds: int) -> int:
        """The instant at which something that starts `seconds` after local midnight of `day` starts."""
        return self._instant(day, seconds, fold=0)

    def end(self, day: int, seconds: int) -> int:
        """The instant at which something that ends `seconds` after local midnight of `day` ends."""
        end = self._instant(day, seconds, fold=1)
        if self._offsets[day] is None:
            return min(end, self._instant(day, seconds - 1, fold=1) + 1)  # the wall shows less until then
        return end

    def day_span(self, first_day: int, last_day: int) -> tuple[int, int]:
        """From the first moment of `first_day` to the first moment after `last_day`."""
        return self.start(first_day, 0), self.start(last_day + 1, 0)

    def moment(self, instant: int) -> datetime:
        """The instant as an aware datetime of this zone; the same object for the same instant."""
        return self.moments[instant]

    def day(self, instant: int) -> int:
        """The local day of an instant."""
        return datetime.fromtimestamp(instant, self.zone).toordinal()

    def _instant(self, day: int, seconds: int, *, fold: int) -> int:
        if day not in self._offsets:
            self._offsets[day] = self._offset_of(day)
        offset = self._offsets[day]
        if offset is not None:
            return (day - EPOCH_DAY) * DAY + seconds - offset
        return self._instant_on_a_day_of_change(day, seconds, fold)

    def _offset_of(self, day: int) -> int | None:
        """Seconds east of UTC throughout `day`, None on a day on which the clocks change."""
        midnight = datetime.fromordinal(day).replace(tzinfo=self.zone)
        offsets = {_offset(midnight), _offset(midnight.replace(fold=1)), _offset(midnight + timedelta(days=1))}
        return offsets.pop() if len(offsets) == 1 else None

    def _instant_on_a_day_of_change(self, day: int, seconds: int, fold: int) -> int:
        wall = (datetime.fromordinal(day) + timedelta(seconds=seconds)).replace(tzinfo=self.zone, fold=fold)
        instant = int(wall.timestamp())
        if datetime.fromtimestamp(instant, self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return instant
        return instant_of(change_between(self.zone, moment_of(instant - DAY), moment_of(instant + DAY)))


def instant_of(moment: datetime) -> int:
    """The instant of an aware datetime, whole seconds. A naive one is a programmer's error."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return int(moment.timestamp())


def moment_of(instant: int) -> datetime:
    """The instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("A moment needs a time zone.")
    return int(offset.total_seconds())
