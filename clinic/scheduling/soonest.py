"""The next free times for what is left of many purchases, found in one situation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils import timezone

from clinic.models import PackagePurchase, Service
from clinic.packages.selectors import local_day
from clinic.scheduling import selectors
from clinic.scheduling.intervals import Span, is_clear
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import FreeStart, Lengths, Slot, free_starts, slot_of

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Soonest:
    """A free time for a service of the purchase."""

    service: Service
    slot: Slot


@dataclass(frozen=True)
class Supply:
    """The free starts of one service: all in order of time, and those of each provider at each clinic."""

    service: Service
    starts: Sequence[FreeStart]
    by_pair: Mapping[tuple[int, int], Sequence[FreeStart]]

    @classmethod
    def of(cls, situation: Situation, service: Service, at: datetime) -> "Supply":
        starts = sorted(free_starts(situation, service, at))
        by_pair = defaultdict(list)
        for start in starts:
            by_pair[start[1], start[2]].append(start)
        return cls(service, starts, by_pair)


def soonest_for(
    wanted: Mapping[PackagePurchase, Service], *, at: datetime | None = None, count: int = 2
) -> dict[int, list[Soonest]]:
    """By purchase, at most `count` times within a fortnight, and within the purchase's days, when its patient is free.

    With the `usual_provider` at the `usual_clinic` that the rows say, else with anybody. As many queries for many
    purchases as for one.
    """
    if not wanted:
        return {}
    at = at or timezone.now()
    today = local_day(next(iter(wanted)).organisation, at)
    services = {service.pk: service for service in wanted.values()}
    situation = selectors.situation(
        services.values(), patients={purchase.patient for purchase in wanted}, first_day=today,
        last_day=min(today + AHEAD, max(purchase.expires_on for purchase in wanted)), at=at,
    )  # fmt: skip
    supplies = {pk: Supply.of(situation, service, at) for pk, service in services.items()}
    return {
        purchase.pk: [
            Soonest(service, slot_of(situation, service, start))
            for start in free_for(purchase, supplies[service.pk], situation, count)
        ]
        for purchase, service in wanted.items()
    }


def free_for(purchase: PackagePurchase, supply: Supply, situation: Situation, count: int) -> list[FreeStart]:
    """The first starts that suit the purchase, at the usual place where there are any."""
    engaged = situation.patients_busy.get(purchase.patient_id, [])
    usual = supply.by_pair.get((purchase.usual_provider, purchase.usual_clinic), ())
    length = Lengths.of(supply.service).treatment
    for starts in (usual, supply.starts):
        suiting = (start for start in starts if suits(start, length, engaged, purchase.expires_on, situation))
        if found := list(islice(suiting, count)):
            return found
    return []


def suits(start: FreeStart, length: int, engaged: Sequence[Span], last_day: date, situation: Situation) -> bool:
    begin, _provider, clinic, _places = start
    return is_clear(engaged, begin, begin + length) and situation.clocks[clinic].moment(begin).date() <= last_day
