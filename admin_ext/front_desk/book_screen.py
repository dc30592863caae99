"""What the booking page shows: what can be booked, when, and what is wrong with the time that was chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext

from admin_ext.front_desk.book_asked import Asked, Time, time_value
from admin_ext.purchases import PurchaseCard, purchase_card
from admin_ext.roles import OVERBOOK, ROLES
from clinic.enums import AppointmentKind
from clinic.errors import Refusal
from clinic.models import Clinic, Package, Provider, Room, Service
from clinic.packages.balance import Balance
from clinic.packages.refusals import wrong_patient
from clinic.packages.saving import saving_per_session
from clinic.packages.selectors import Choices, choices_for, local_day
from clinic.packages.services import check_usable
from clinic.scheduling import attendance
from clinic.scheduling.booking.overruling import may_be_overruled
from clinic.scheduling.nearest import nearest_slots
from clinic.scheduling.offers import DAYS, Offers, Search, offered_services, offers
from clinic.scheduling.refusals import ask, refusals
from clinic.scheduling.shut import Pair
from clinic.scheduling.slots import Slot

FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Choice:
    """A service by itself, or a session of it from one of the patient's purchases."""

    service: Service
    card: PurchaseCard | None = None
    balance: Balance | None = None
    saving: Decimal = Decimal(0)

    @property
    def value(self) -> str:
        return f"{self.service.pk}.{self.card.purchase.pk}" if self.card else str(self.service.pk)

    @property
    def minutes(self) -> int:
        return int(self.service.duration.total_seconds() // 60)


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


@dataclass(frozen=True)
class Screen:
    asked: Asked
    packages: list[Choice]
    unusable: list[PurchaseCard]
    services: list[Choice]
    chosen: Choice | None
    suggestion: tuple[Package, Decimal] | None
    refusals: list[Refusal]
    times: Times | None
    verdict: Verdict | None
    may_overbook: bool

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """An emergency may sit beyond a provider's limit, so it is for those who may book so."""
        hidden = () if self.may_overbook else (AppointmentKind.EMERGENCY,)
        return [(kind.value, kind.label) for kind in AppointmentKind if kind not in hidden]

    @property
    def asks_why(self) -> bool:
        """Whether this person may book so, and has to say why."""
        is_beyond = self.verdict is not None and self.verdict.is_overbookable
        return self.may_overbook and (is_beyond or self.asked.kind == AppointmentKind.EMERGENCY)

    @property
    def overbookers(self) -> str:
        codename = OVERBOOK.partition(".")[2]
        return ", ".join(gettext(role) for role, codenames in ROLES.items() if codename in codenames)

    @property
    def is_ready(self) -> bool:
        """Nothing is missing but the press of the button."""
        return self.asked.patient is not None and self.verdict is not None and not self.verdict.reasons

    @property
    def providers(self) -> list[Provider]:
        return by_name([pair.provider for pair in self.times.offers.pairs], self.asked.provider)

    @property
    def clinics(self) -> list[Clinic]:
        return by_name([pair.clinic for pair in self.times.offers.pairs], self.asked.clinic)


def by_name(rows: list, chosen) -> list:
    """Each row once, by name, and the chosen one even where it is none of them."""
    return sorted({row.pk: row for row in [*rows, *filter(None, [chosen])]}.values(), key=lambda row: row.name)


def screen_for(asked: Asked, user, *, at: datetime) -> Screen:
    """Everything on the page. A fixed number of queries for what is asked, whatever the number of rows."""
    today = local_day(asked.organisation, at)
    day = asked.time.day if asked.time else today
    services = offered_services(asked.organisation, provider=asked.provider, clinic=asked.clinic)
    single = [Choice(service) for service in services]
    known = choices_for(asked.patient, on=day) if asked.patient else Choices([], [])
    cards = [purchase_card(choice, today=today) for choice in known.assigned]
    packages = list(sessions_of(cards, {choice.service for choice in single}))
    reasons = against_purchase(asked, cards, on=day)
    chosen = None if reasons else chosen_of(asked, packages, single)
    return Screen(
        asked=asked,
        packages=packages,
        unusable=[card for card in cards if card.refusals and card.balance.free and card.purchase.status == "active"],
        services=single,
        chosen=chosen,
        suggestion=suggestion(chosen, known.available) if chosen and not chosen.card else None,
        refusals=reasons,
        times=times_of(asked, chosen, today=today, at=at) if chosen else None,
        verdict=verdict_of(asked, chosen, at=at) if chosen and asked.time else None,
        may_overbook=user.has_perm(OVERBOOK),
    )


def sessions_of(cards: Iterable[PurchaseCard], services: set[Service]) -> Iterable[Choice]:
    """What can be taken from the purchases, soonest expiring first."""
    for card in cards:
        contents = [(item.service, item.sessions) for item in card.items]
        for item, balance in card.items.items():
            if card.is_usable and balance.free > 0 and item.service in services:
                saving = saving_per_session(card.purchase.price, contents, item.service)
                yield Choice(item.service, card, balance, saving)


def against_purchase(asked: Asked, cards: list[PurchaseCard], *, on: date) -> list[Refusal]:
    """Why the purchase asked for cannot be used for this patient, service and day."""
    if asked.purchase is None:
        return []
    card = next((card for card in cards if card.purchase == asked.purchase), None)
    if card is None:
        return [wrong_patient()]
    return check_usable(asked.purchase, asked.patient, asked.service, on=on) if asked.service else card.refusals


def chosen_of(asked: Asked, packages: list[Choice], services: list[Choice]) -> Choice | None:
    """What was asked for; else the session that expires first, or the only service there is."""
    if asked.is_without_package:
        return Choice(asked.service)
    fitting = [
        choice
        for choice in packages
        if asked.purchase in (None, choice.card.purchase) and asked.service in (None, choice.service)
    ]
    if fitting:
        return fitting[0]
    if asked.service:
        return Choice(asked.service)
    return services[0] if len(services) == 1 else None


def suggestion(chosen: Choice, available: list[Package]) -> tuple[Package, Decimal] | None:
    """The package of the catalogue that would save most on this service, with what it saves a session."""
    found = []
    for package in available:
        contents = [(item.service, item.sessions) for item in package.items.all()]
        if any(service == chosen.service for service, _sessions in contents):
            found.append((package, saving_per_session(package.price, contents, chosen.service)))
    best = max(found, key=lambda pair: pair[1], default=None)
    return best if best and best[1] else None


def times_of(asked: Asked, chosen: Choice, *, today: date, at: datetime) -> Times:
    wanted = asked.first_day or (asked.time.day if asked.time else today)
    first_day = min(max(wanted, today), today + FURTHEST)
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
