"""When it can be: the days shown, and what is to be said about the time that was chosen."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from admin_ext.front_desk.book.asked import Asked, Time, time_value
from admin_ext.front_desk.book.choices import Choice
from clinic.enums import AppointmentKind
from clinic.errors import Refusal
from clinic.models import Room
from clinic.packages.services import check_usable
from clinic.scheduling import attendance
from clinic.scheduling.booking.overruling import may_be_overruled
from clinic.scheduling.nearest import nearest_slots
from clinic.scheduling.offers import DAYS, Offers, Search, offers
from clinic.scheduling.refusals import ask, refusals
from clinic.scheduling.shut import Pair
from clinic.scheduling.slots import Slot

FURTHEST = timedelta(days=2 * 366)


class SlotChoice(NamedTuple):
    """A slot as it is shown: its value in the form, and its time on the clinic's wall."""

    slot: Slot
    value: str
    clock: str
    is_first: bool = False
    is_same_day: bool = True

    @classmethod
    def of(cls, slot: Slot, *, first: Slot | None = None, day: date | None = None) -> "SlotChoice":
        value = time_value(slot.provider.pk, slot.clinic.pk, slot.starts_at)
        return cls(slot, value, f"{slot.starts_at:%H:%M}", slot is first, slot.starts_at.date() == day)


class DayChoice(NamedTuple):
    day: date
    free: list[tuple[Pair, list[SlotChoice]]]
    shut: list[str]


@dataclass(frozen=True)
class Times:
    """The days shown and how to go on from them."""

    offers: Offers
    first_day: date
    today: date

    @cached_property
    def days(self) -> list[DayChoice]:
        first = self.offers.first
        return [
            DayChoice(
                day.day,
                [(pair, [SlotChoice.of(slot, first=first) for slot in slots]) for pair, slots in day.free.items()],
                day.shut,
            )
            for day in self.offers.days
        ]

    def time_at(self, starts_at: datetime) -> Time | None:
        """With the first who is free then."""
        slots = (slot for day in self.offers.days for slots in day.free.values() for slot in slots)
        found = next((slot for slot in slots if slot.starts_at == starts_at), None)
        return Time(found.provider, found.clinic, found.starts_at) if found else None

    @property
    def earlier(self) -> date | None:
        return max(self.first_day - timedelta(DAYS), self.today) if self.first_day > self.today else None

    @property
    def later(self) -> date:
        return self.first_day + timedelta(DAYS)

    @property
    def has_none(self) -> bool:
        return not any(day.free for day in self.offers.days)


@dataclass(frozen=True)
class Verdict:
    """The chosen time: when it ends and in which room, or what is wrong with it and what is free instead."""

    time: Time
    ends_at: datetime
    room: Room | None
    reasons: list[Refusal]
    nearest: list[SlotChoice]
    is_overbookable: bool  # nothing is wrong with the time but what may be overruled

    @property
    def sentences(self) -> list[str]:
        """With what to do instead only where no free slot says it better."""
        return [str(reason.message if self.nearest else reason) for reason in self.reasons]


def times_of(asked: Asked, chosen: Choice, *, today: date, at: datetime) -> Times:
    first_day = min(max(asked.first_day or asked.day or today, today), today + FURTHEST)
    purchase = chosen.card.purchase if chosen.card else None
    search = Search(chosen.service, asked.provider, asked.clinic, asked.patient, purchase, at)
    return Times(offers(search, first_day=first_day), first_day, today)


def verdict_of(asked: Asked, chosen: Choice, *, at: datetime) -> Verdict:
    time = asked.time
    where = chosen.service, time.provider, time.clinic, time.starts_at
    kind = AppointmentKind(asked.kind) if asked.kind else None
    question = ask(*where, patient=asked.patient, kind=kind, at=at)
    reasons = refusals(question)
    is_overbookable = bool(reasons) and all(may_be_overruled(reason, question) for reason in reasons)
    if asked.patient:
        purchase = chosen.card.purchase if chosen.card else None
        reasons += attendance.refusals(asked.patient, purchase, at)
        reasons += check_usable(purchase, asked.patient, chosen.service, on=time.day) if purchase else []
    nearest = nearest_slots(*where, patient=asked.patient, at=at) if reasons else []
    places = question.free_room_places() if question.needs_room() and not reasons else []
    return Verdict(
        time=time,
        ends_at=question.clock.moment(question.end),
        room=Room.objects.get(pk=places[0].room) if places else None,
        reasons=reasons,
        nearest=[SlotChoice.of(slot, day=time.day) for slot in nearest],
        is_overbookable=is_overbookable,
    )
