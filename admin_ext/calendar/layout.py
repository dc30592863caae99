"""Where things stand on the board: instants become minutes from its top, what overlaps stands side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clinic.scheduling.intervals import MINUTE, Span
from clinic.scheduling.local_time import WallClock

HOUR = 60 * MINUTE
USUAL_HOURS = 8 * HOUR, 18 * HOUR  # what an empty day shows
LEAST_HEIGHT = 24  # pixels of anything that can be clicked
TWO_LINES = 34  # pixels of a card's first lines: who, and how it stands
USUAL_SCALE = 1.6  # pixels of a minute
SHORTEST_SHOWN = 15  # minutes: a shorter card is drawn as long
LEAST_READ = 10  # minutes of two lines: the board does not grow beyond this
MARKS_EVERY = 15 * MINUTE  # every zone's whole hours are on these


@dataclass(frozen=True)
class Mark:
    """A line of the board at a whole hour."""

    top: float
    label: str


@dataclass(frozen=True)
class Place:
    """Where a block stands: minutes from the top, minutes high, and which of how many lanes of its column."""

    top: float
    height: float
    lane: int = 0
    lanes: int = 1

    def in_lane(self, lane: int, lanes: int) -> "Place":
        return replace(self, lane=lane, lanes=lanes)


class DayRuler:
    """One day from its first to its last hour in use; an hour that comes twice or never is shown as it is lived."""

    def __init__(self, clock: WallClock, day: Span, used: Span | None) -> None:
        self.clock = clock
        first, last = used or (clock.start(clock.day(day[0]), hours) for hours in USUAL_HOURS)
        self.start = max(day[0], self._whole_hour(max(first, day[0]), -1))
        self.end = min(day[1], self._whole_hour(min(last, day[1]), 1))

    def minute(self, instant: int, day: Span) -> float:
        """Minutes from the top of the board, no further than its ends."""
        return (min(max(instant, self.start), self.end) - self.start) / MINUTE

    def instant(self, day: Span) -> int:
        """The instant at the top of a day's column."""
        return self.start

    @property
    def length(self) -> float:
        return (self.end - self.start) / MINUTE

    @property
    def marks(self) -> list[Mark]:
        instants = [one for one in range(self.start, self.end, MARKS_EVERY) if self.clock.moment(one).minute == 0]
        return [Mark((one - self.start) / MINUTE, f"{self.clock.moment(one):%H:%M}") for one in instants]

    def _whole_hour(self, instant: int, step: int) -> int:
        """The nearest whole hour of the wall clock at the instant or, by the sign of `step`, before or after it."""
        instant = instant // MARKS_EVERY * MARKS_EVERY if step < 0 else -(-instant // MARKS_EVERY) * MARKS_EVERY
        while self.clock.moment(instant).minute:
            instant += step * MARKS_EVERY
        return instant


class WeekRuler:
    """Days side by side by the clock on the wall, so that ten o'clock is on one line whatever the clocks do."""

    def __init__(self, clock: WallClock, used: Iterable[tuple[Span, Span]]) -> None:
        """`used` holds each day with its first and last instant in use."""
        self.clock = clock
        spans = [(self._wall(first, day), self._wall(last, day)) for day, (first, last) in used]
        first = min((first for first, _last in spans), default=USUAL_HOURS[0])
        last = max((last for _first, last in spans), default=USUAL_HOURS[1])
        self.first, self.last = first // HOUR * HOUR, -(-last // HOUR) * HOUR

    def minute(self, instant: int, day: Span) -> float:
        return (min(max(self._wall(instant, day), self.first), self.last) - self.first) / MINUTE

    def instant(self, day: Span) -> int:
        return self.clock.start(self.clock.day(day[0]), self.first)

    @property
    def length(self) -> float:
        return (self.last - self.first) / MINUTE

    @property
    def marks(self) -> list[Mark]:
        return [
            Mark((second - self.first) / MINUTE, f"{second // HOUR:02}:00")
            for second in range(self.first, self.last, HOUR)
        ]

    def _wall(self, instant: int, day: Span) -> int:
        """Seconds after midnight on the wall clock; the ends of the day for what lies beyond them."""
        if instant < day[0]:
            return 0
        if instant >= day[1]:
            return 24 * HOUR
        moment = self.clock.moment(instant)
        return moment.hour * HOUR + moment.minute * MINUTE + moment.second


Ruler = DayRuler | WeekRuler


def side_by_side(spans: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """For each span, in order of start, its lane and the number of lanes that stand beside one another there.

    Spans that overlap, directly or through others, share out the width equally.
    """
    lanes: list[int] = []
    widths: list[int] = []
    ends: list[float] = []
    first_of_group = 0
    for start, end in spans:
        if ends and start >= max(ends):
            widths += [len(ends)] * (len(lanes) - first_of_group)
            first_of_group, ends = len(lanes), []
        lane = next((number for number, until in enumerate(ends) if until <= start), len(ends))
        ends[lane : lane + 1] = [end]
        lanes.append(lane)
    widths += [len(ends)] * (len(lanes) - first_of_group)
    return list(zip(lanes, widths, strict=True))


def scale_for(shortest_slot: float | None, shortest_card: float | None = None) -> float:
    """Pixels of a minute, so that the shortest slot (minutes) can be hit with a finger and the shortest card read."""
    needed = [LEAST_HEIGHT / shortest_slot] if shortest_slot else []
    needed += [TWO_LINES / max(shortest_card, LEAST_READ)] if shortest_card else []
    return round(max(USUAL_SCALE, *needed), 2) if needed else USUAL_SCALE
