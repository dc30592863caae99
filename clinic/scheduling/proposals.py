"""Where an appointment could be moved to: a few times that differ in what they keep of the one it has."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.utils import timezone

from clinic.enums import ProposalReason
from clinic.models import Appointment
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.offers import Search
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Slot, slot_of

COUNT = 5
BEFORE = timedelta(days=7)
AROUND = timedelta(days=35)
SOON = timedelta(days=14)
WEEKS = 5


class Start(NamedTuple):
    """A free time in numbers: instant, provider, clinic."""

    start: int
    provider: int
    clinic: int


@dataclass(frozen=True)
class Proposal:
    """A slot (for this one patient) with everything that speaks for it."""

    slot: Slot
    reasons: list[ProposalReason]


@dataclass(frozen=True)
class Rule:
    """What a proposal of this reason must be like, and which one of several is the best: the smallest by `order`."""

    reason: ProposalReason
    fits: Callable[[Start], bool]
    order: Callable[[Start], tuple]


@dataclass(frozen=True)
class MoveSearch(Search):
    """Looks for another time for the appointment `without`."""

    @classmethod
    def of(cls, appointment: Appointment, *, at: datetime | None = None, **narrowed: object) -> Self:
        """For the appointment's service, patient and purchase; `provider` and `clinic` narrow it."""
        return cls(
            service=appointment.service, patient=appointment.patient, purchase=appointment.package_purchase, at=at,
            without=appointment, **narrowed,
        )  # fmt: skip

    def starts(self, situation: Situation) -> Iterator[tuple[int, int, int, int]]:
        """All free starts but the one that the appointment has."""
        own = instant_of(self.without.starts_at), self.without.provider_id, self.without.clinic_id
        return (start for start in super().starts(situation) if tuple(start[:3]) != own)

    def valid_starts(self, situation: Situation) -> Iterator[Start]:
        """Those before the purchase expires."""
        for start, provider, clinic, _places in self.starts(situation):
            if self.is_valid_on(situation.clocks[clinic].moment(start).date()):
                yield Start(start, provider, clinic)


def proposals(appointment: Appointment, *, at: datetime | None = None, count: int = COUNT) -> list[Proposal]:
    """At most `count` different free slots for the appointment's service and patient, soonest first.

    Looks from a week before the appointment to four weeks after it, and at the next fortnight; a purchase ends it
    with its last day. Its own time counts as free, and is not proposed. Eight queries, whatever there is.
    """
    at = at or timezone.now()
    search = MoveSearch.of(appointment, at=at)
    today, day = (moment.astimezone(appointment.clinic.zone).date() for moment in (at, appointment.starts_at))
    first = max(today, day - BEFORE)
    near, soon = search.situation(first, first + AROUND), search.situation(today, today + SOON)
    starts = {*search.valid_starts(near), *search.valid_starts(soon)}
    chosen = _chosen(starts, appointment, count)
    return [Proposal(slot_of(near, search.service, (*start, 1)), chosen[start]) for start in sorted(chosen)]


def _chosen(starts: set[Start], appointment: Appointment, count: int) -> dict[Start, list[ProposalReason]]:
    """The best start of each rule, then those that are near; a start that is the best in two ways comes once."""
    chosen: dict[Start, list[ProposalReason]] = {}
    *rules, near = _rules(appointment)
    for rule in rules:
        if fitting := list(filter(rule.fits, starts)):
            chosen.setdefault(min(fitting, key=rule.order), []).append(rule.reason)
    others = heapq.nsmallest(count, starts - chosen.keys(), key=near.order)
    return dict([*chosen.items(), *((start, [near.reason]) for start in others)][:count])


def _rules(appointment: Appointment) -> list[Rule]:
    was, provider, clinic = instant_of(appointment.starts_at), appointment.provider_id, appointment.clinic_id
    weeks = _same_time_in_weeks(appointment)

    def elsewhere(start: Start) -> tuple[bool, bool]:
        return start.clinic != clinic, start.provider != provider

    def distance(start: Start) -> tuple:
        return abs(start.start - was), start.start, start.provider, start.clinic

    return [
        Rule(
            ProposalReason.SAME_PROVIDER,
            lambda start: start.provider == provider and start.clinic == clinic,
            distance,
        ),
        Rule(
            ProposalReason.SAME_TIME,
            lambda start: start.start == was and start.provider != provider,
            lambda start: (start.clinic != clinic, *distance(start)),
        ),
        Rule(
            ProposalReason.LATER_WEEK,
            lambda start: start.start in weeks and start.clinic == clinic,
            lambda start: (start.provider != provider, start.start, start.provider),
        ),
        Rule(
            ProposalReason.FIRST_FREE,
            lambda start: start.clinic == clinic,
            lambda start: (start.start, *elsewhere(start), start.provider),
        ),
        Rule(
            ProposalReason.OTHER_CLINIC,
            lambda start: start.clinic != clinic,
            lambda start: (abs(start.start - was), start.provider != provider, *distance(start)),
        ),
        Rule(ProposalReason.NEAR, lambda start: True, lambda start: (*elsewhere(start), *distance(start))),
    ]


def _same_time_in_weeks(appointment: Appointment) -> set[int]:
    """The instants at which the clinic's wall shows the same weekday and time in the weeks to come."""
    zone = appointment.clinic.zone
    wall = appointment.starts_at.astimezone(zone).replace(tzinfo=None)
    return {instant_of((wall + timedelta(weeks=week)).replace(tzinfo=zone)) for week in range(1, WEEKS)}
