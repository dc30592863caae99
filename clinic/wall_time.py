"""What the clock on a wall shows as moments, and the moments at which clocks change. Pure: no Django, no database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


def instant(day: date, clock: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """The moment in UTC at which the wall shows this; the moment of the change where the clocks skip it.

    Of an hour that comes twice `fold` 0 is the first coming, 1 the second.
    """
    wall = datetime.combine(day, clock).replace(tzinfo=zone, fold=fold)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return change_between(zone, *sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)))


def change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the clocks of a zone show what they show `after`; both are whole seconds of UTC."""
    while after - before > SECOND:
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if offset(zone, middle) == offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    """How far the clocks of a zone are ahead of UTC."""
    return at.astimezone(zone).utcoffset() or timedelta(0)
