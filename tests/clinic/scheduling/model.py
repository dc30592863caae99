"""The rules of scheduling once more, minute by minute and as slow as they are plain: what the engine is held to.

It knows no spans, no offsets and no database: it asks the zone what the wall shows at each minute of some days, and
keeps sets of minutes. A minute is a whole number of minutes since 1970 in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from clinic.enums import RefusalCode as Code

AROUND = timedelta(days=4)


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@lru_cache(maxsize=8)
def wall(zone: str, day: date) -> dict[int, datetime]:
    """What the clock on the wall shows at each minute of the days around `day`."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    minutes = range(minute_of(midnight - AROUND), minute_of(midnight + AROUND))
    return {minute: moment_of(minute).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for minute in minutes}


@dataclass(frozen=True)
class Row:
    """A row of hours; `weekday` is None for extra hours, which hold on `first_on` alone."""

    weekday: int | None
    start: time
    end: time
    slot_minutes: int
    capacity: int
    first_on: date
    last_on: date | None = None
    every_n_weeks: int = 1

    def holds_on(self, day: date) -> bool:
        if self.weekday is None:
            return day == self.first_on
        weeks = (day - self.first_on).days // 7
        is_valid = self.first_on <= day <= (self.last_on or date.max)
        return is_valid and day.isoweekday() == self.weekday and weeks % self.every_n_weeks == 0


@dataclass(frozen=True)
class Service:
    before: int
    length: int
    after: int
    capacity: int | None = None


@dataclass(frozen=True)
class Booking:
    """Somebody's appointment: whose provider's lane, which room's place, and whether it is our patient."""

    start: int
    service: Service
    own_provider: bool
    lane: int
    seat: tuple[int, int] | None
    own_patient: bool

    @property
    def treatment(self) -> set[int]:
        return set(range(self.start, self.start + self.service.length))

    @property
    def busy(self) -> set[int]:
        first = self.start - self.service.before
        return set(range(first, self.start + self.service.length + self.service.after))


@dataclass(frozen=True)
class Elsewhere:
    """Busy time of a calendar elsewhere: whose, and whether that calendar is followed."""

    start: int
    end: int
    own_provider: bool
    followed: bool


@dataclass
class World:
    """One clinic, one provider, one service, one patient, and what surrounds them."""

    zone: str
    day: date
    at: int
    notice: int
    horizon_days: int
    service: Service
    rows: list[Row]
    leave: list[tuple[int, int]]
    closures: list[tuple[date, date]]
    rooms: list[int]
    elsewhere: list[Elsewhere] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)

    @property
    def wall(self) -> dict[int, datetime]:
        return wall(self.zone, self.day)

    def minutes_of(self, *days: date) -> list[int]:
        return [minute for minute, shown in self.wall.items() if shown.date() in days]

    @cached_property
    def hours(self) -> list[tuple[Row, int, int]]:
        """Each row on each of its days as the minutes [start, end).

        It starts the first time the wall shows its start or later, and ends after the last time it shows less than
        its end: so a skipped hour is the moment of the change, and a doubled hour is all inside.
        """
        days = [self.day + timedelta(days=n) for n in (-1, 0, 1, 2)]
        spans = []
        for row in self.rows:
            for day in filter(row.holds_on, days):
                opens, closes = datetime.combine(day, row.start), datetime.combine(day, row.end)
                start = min(minute for minute, shown in self.wall.items() if shown >= opens)
                end = 1 + max(minute for minute, shown in self.wall.items() if shown < closes)
                spans.append((row, start, end))
        return spans

    @cached_property
    def on_leave(self) -> set[int]:
        return {minute for start, end in self.leave for minute in range(start, end)}

    @cached_property
    def busy_elsewhere(self) -> set[int]:
        spans = [(one.start, one.end) for one in self.elsewhere if one.own_provider and one.followed]
        return {minute for start, end in spans for minute in range(start, end)}

    @cached_property
    def closed(self) -> set[int]:
        return {
            minute
            for minute, shown in self.wall.items()
            if any(first <= shown.date() <= last for first, last in self.closures)
        }

    def treatment(self, start: int) -> set[int]:
        return set(range(start, start + self.service.length))

    def busy(self, start: int) -> set[int]:
        return set(range(start - self.service.before, start + self.service.length + self.service.after))

    def rows_around(self, start: int) -> list[tuple[Row, int]]:
        end = start + self.service.length
        return [(row, opens) for row, opens, closes in self.hours if opens <= start and end <= closes]

    def rows_on_grid(self, start: int) -> list[tuple[Row, int]]:
        return [(row, opens) for row, opens in self.rows_around(start) if (start - opens) % row.slot_minutes == 0]

    def free_lanes(self, start: int) -> int:
        rows = self.rows_on_grid(start) or self.rows_around(start)
        most = max((row.capacity for row, _ in rows), default=1)
        limit = min(most, self.service.capacity or most)
        beside = [other for other in self.bookings if other.own_provider and other.busy & self.busy(start)]
        if any(other.lane >= limit for other in beside):
            return 0
        return sum(all(self._leaves(other, lane) for other in beside) for lane in range(limit))

    def _leaves(self, other: Booking, lane: int) -> bool:
        return other.lane != lane and (other.service.capacity is None or lane < other.service.capacity)

    def free_seats(self, start: int) -> int:
        busy = self.busy(start)
        taken = {other.seat for other in self.bookings if other.seat and other.busy & busy}
        return sum((room, place) not in taken for room, places in enumerate(self.rooms) for place in range(places))

    def against(self, start: int) -> set[Code]:
        """The code of every rule that the start breaks."""
        return set(self._against(start))

    def _against(self, start: int) -> Iterator[Code]:
        treatment = self.treatment(start)
        if start < self.at + self.notice:
            yield Code.NOTICE
        if self.wall[start].date() > self.wall[self.at].date() + timedelta(days=self.horizon_days):
            yield Code.HORIZON
        yield from self._away(treatment)
        if not self.rows_around(start):
            yield self._outside_hours(start)
        elif not self.rows_on_grid(start):
            yield Code.GRID
        if not self.free_lanes(start):
            yield self._booked(treatment)
        if self.rooms and not self.free_seats(start):
            yield Code.ROOM
        if any(other.own_patient and other.treatment & treatment for other in self.bookings):
            yield Code.PATIENT_BUSY

    def _away(self, treatment: set[int]) -> Iterator[Code]:
        away = {Code.CLOSURE: self.closed, Code.LEAVE: self.on_leave, Code.BUSY_ELSEWHERE: self.busy_elsewhere}
        return (code for code, minutes in away.items() if treatment & minutes)

    def _outside_hours(self, start: int) -> Code:
        day = self.wall[start].date()
        today = [row for row, opens, closes in self.hours if row.holds_on(day) and opens < closes]
        return Code.EXTRA_HOURS if today and all(row.weekday is None for row in today) else Code.WORKING_HOURS

    def _booked(self, treatment: set[int]) -> Code:
        own = (other for other in self.bookings if other.own_provider)
        return Code.BOOKED if any(other.busy & treatment for other in own) else Code.BUFFER

    def slots(self, *days: date) -> list[tuple[int, int]]:
        """Every start of these days that breaks no rule, in order, with how many patients could be booked into it."""
        found = []
        for start in self.minutes_of(*days):
            if self.rows_on_grid(start) and not self.against(start):
                lanes = self.free_lanes(start)
                found.append((start, min(lanes, self.free_seats(start)) if self.rooms else lanes))
        return found
