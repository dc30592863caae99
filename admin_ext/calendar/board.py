"""The board of a calendar: the columns of a diary with places, words and addresses for the template."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from admin_ext.calendar.asked import Asked
from admin_ext.calendar.blocks import GONE, Band, BoardColumn, Card, Held, Slot, signs_of, times_of
from admin_ext.calendar.layout import SHORTEST_SHOWN, DayRuler, Mark, Place, Ruler, WeekRuler, scale_for, side_by_side
from admin_ext.columns import clock, day
from clinic.enums import MOVABLE_STATUSES
from clinic.models import Appointment, HeldSlot
from clinic.scheduling.attendance import no_show_records
from clinic.scheduling.diary import Column, Diary, Free
from clinic.scheduling.intervals import Span
from clinic.scheduling.local_time import instant_of


class Board:
    """What the template draws; `may_book` and `may_move` say what the person may do on it."""

    def __init__(
        self, asked: Asked, diary: Diary, columns: Iterable[Column], *, may_book: bool = False, may_move: bool = False
    ) -> None:
        self.asked = asked
        self.diary = diary
        self.may_book = may_book
        self.may_move = may_move
        self.shown = [column for column in columns if asked.is_week or not self._is_idle(column)]
        self.gone = sum(row.status in GONE for column in self.shown for row in column.appointments)
        self.ruler = self._ruler()
        self.records = no_show_records(
            {row.patient for column in self.shown for row in column.appointments}, at=asked.at
        )
        self.columns = [self._column(column) for column in self.shown]

    @property
    def marks(self) -> list[Mark]:
        return self.ruler.marks

    @property
    def length(self) -> float:
        return self.ruler.length

    @cached_property
    def scale(self) -> float:
        """Pixels of a minute."""
        heights: dict[type, list[float]] = {Slot: [], Card: [], Held: []}
        for column in self.columns:
            for block in column.blocks:
                heights[type(block)].append(block.height)
        return scale_for(min(heights[Slot], default=None), min(heights[Card], default=None))

    def now_at(self, at: datetime) -> float | None:
        """Where the line of the present runs, minutes from the top; None when it is on no day shown."""
        now = instant_of(at)
        spans = {column.span for column in self.shown}
        return next((self.ruler.minute(now, span) for span in spans if span[0] <= now < span[1]), None)

    def _is_idle(self, column: Column) -> bool:
        here = [row for row in column.appointments if row.clinic_id in self.diary.clinics]
        return not (column.openings or column.away or here)

    def _ruler(self) -> Ruler:
        used: dict[Span, Span] = {}
        for column in self.shown:
            spans = [(one.start, one.end) for one in column.openings]
            spans += [(instant_of(row.busy_from), instant_of(row.busy_until)) for row in self._rows(column)]
            spans += [(instant_of(slot.starts_at), instant_of(slot.ends_at)) for slot in column.held]
            for start, end in spans:
                first, last = used.get(column.span, (start, end))
                used[column.span] = min(first, start), max(last, end)
        if self.asked.is_week:
            return WeekRuler(self.diary.clock, used.items())
        span = self.diary.span_of(self.diary.days[0])
        return DayRuler(self.diary.clock, span, used.get(span))

    def _rows(self, column: Column) -> list[Appointment]:
        return [row for row in column.appointments if self.asked.shows_cancelled or row.status not in GONE]

    def _column(self, column: Column) -> BoardColumn:
        key = self._key(column)
        here = dict.fromkeys(one.clinic for one in column.openings)
        return BoardColumn(
            column,
            key,
            top=self.ruler.instant(column.span),
            address=self._address(column),
            is_today=column.day == self.asked.today,
            clinics=[self.diary.clinics[pk] for pk in here],
            open=[Band(self._place(one.start, one.end, column.span)) for one in column.openings],
            away=[
                Band(self._place(one.start, one.end, column.span), one.name, one.is_elsewhere) for one in column.away
            ],
            blocks=self._blocks(column, key),
        )

    def _key(self, column: Column) -> str:
        if self.asked.is_week:
            return column.day.isoformat()
        return f"provider-{column.provider.pk}" if column.provider else f"room-{column.room.pk if column.room else 0}"

    def _address(self, column: Column) -> str:
        """From a provider's name to that provider's week, from a day of the week to the day of all."""
        if self.asked.is_week:
            return self.asked.address(view=None, provider=None, day=column.day.isoformat())
        return self.asked.address(view="week", by=None, provider=column.provider.pk) if column.provider else ""

    def _place(self, start: int, end: int, span: Span, lane: int = 0, lanes: int = 1) -> Place:
        top = self.ruler.minute(start, span)
        return Place(top, self.ruler.minute(end, span) - top, lane, lanes)

    def _blocks(self, column: Column, key: str) -> list[Slot | Card | Held]:
        """Slots, cards and held times in order of time; where they overlap, side by side, cards first."""
        timed: list[tuple[int, int, int, Free | Appointment | HeldSlot]] = [
            (instant_of(row.busy_from), row.lane, instant_of(row.busy_until), row) for row in self._rows(column)
        ]
        timed += [(instant_of(slot.starts_at), 0, instant_of(slot.ends_at), slot) for slot in column.held]
        if self.may_book:
            timed += [(free.start, free.capacity, free.end, free) for free in column.free]
        timed.sort(key=lambda one: one[:3])
        places = [self._place(start, end, column.span) for start, _lane, end, _row in timed]
        lanes = side_by_side([(place.top, place.top + max(place.height, SHORTEST_SHOWN)) for place in places])
        return [
            self._block(row, place.in_lane(*lane), column, key)
            for (_start, _lane, _end, row), place, lane in zip(timed, places, lanes, strict=True)
        ]

    def _block(self, row: Free | Appointment | HeldSlot, place: Place, column: Column, key: str) -> Slot | Card | Held:
        if isinstance(row, Free):
            return self._slot(row, place, column, key)
        return self._held(row, place) if isinstance(row, HeldSlot) else self._card(row, place, column)

    def _held(self, slot: HeldSlot, place: Place) -> Held:
        zone = self.diary.clock.zone
        until = {"count": slot.asked, "until": clock(slot.held_until, zone)}
        words = ngettext("Offered to %(count)d, until %(until)s", "Offered to %(count)d, until %(until)s", slot.asked)
        label = _("%(time)s, %(provider)s: %(words)s")
        values = {"time": clock(slot.starts_at, zone), "provider": slot.provider, "words": words % until}
        return Held(place, slot, words % until, label % values)

    def _slot(self, free: Free, place: Place, column: Column, key: str) -> Slot:
        moment = self.diary.clock.moment(free.start)
        words = ""
        if free.capacity > 1:
            words = _("%(places)s of %(capacity)s free") % {"places": free.places, "capacity": free.capacity}
        values = {
            "who": day(column.day) if self.asked.is_week else column.provider or column.room,
            "time": f"{moment:%H:%M}",
            "free": words or pgettext("slot", "free"),
        }
        asked = {"clinic": free.clinic, "starts_at": moment.isoformat()}
        if column.provider:
            asked["provider"] = column.provider.pk
        return Slot(
            place,
            free.start,
            time=values["time"],
            label=_("%(who)s, %(time)s, %(free)s") % values,
            words=words,
            address=f"{reverse('admin:book')}?{urlencode(asked)}",
            clinic=free.clinic,
            key=f"slot-{key}-{free.start}",
        )

    def _card(self, row: Appointment, place: Place, column: Column) -> Card:
        starts, ends = instant_of(row.starts_at), instant_of(row.ends_at)
        is_movable = self.may_move and row.status in MOVABLE_STATUSES
        several = len({one.clinic for one in column.openings}) > 1
        return Card(
            place,
            starts,
            row,
            before=self.ruler.minute(starts, column.span) - place.top,
            after=place.top + place.height - self.ruler.minute(ends, column.span),
            times=times_of(row, self.diary.clock.zone),
            signs=signs_of(row, self.records[row.patient_id]),
            clinic=row.clinic if several or row.clinic_id not in self.diary.clinics else None,
            is_movable=is_movable,
            is_awaited=is_movable and column.day == self.asked.today,
            went_on=starts < column.span[0],
            goes_on=ends > column.span[1],
        )
