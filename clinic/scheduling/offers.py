"""What the desk offers for a service: free slots day by day, and in words why there is none where there is none."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from clinic.models import Appointment, Clinic, Organisation, PackagePurchase, Patient, Provider, Service
from clinic.packages.refusals import after_expiry
from clinic.rota.selectors import closures_between
from clinic.scheduling import selectors
from clinic.scheduling.shut import Pair, ShutDays
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import FreeStart, Slot, free_starts, slot_of

DAYS = 7
LOOK_AHEAD = timedelta(days=56)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayOffer:
    """One day: the free slots of each provider at each clinic that has any, and sentences about the others."""

    day: date
    free: dict[Pair, list[Slot]]
    shut: list[str]


@dataclass(frozen=True)
class Offers:
    """Some days in order, the first slot of all, and everybody who gives the service where it was looked for.

    `first` lies after the days where they have none, and is None where the eight weeks after them have none either.
    """

    days: list[DayOffer]
    first: Slot | None
    pairs: list[Pair]


@dataclass(frozen=True)
class Search:
    """What is looked for, with whom and where, for whom, and from when on; `purchase` ends it with its last day.

    The time of `without`, an appointment that is to be moved, counts as free.
    """

    service: Service
    provider: Provider | None = None
    clinic: Clinic | None = None
    patient: Patient | None = None
    purchase: PackagePurchase | None = None
    at: datetime | None = None
    without: Appointment | None = None

    def situation(self, first_day: date, last_day: date) -> Situation:
        return selectors.situation(
            [self.service],
            clinics=[self.clinic] if self.clinic else None,
            providers=[self.provider] if self.provider else None,
            patients=[self.patient] if self.patient else [],
            first_day=first_day,
            last_day=last_day,
            without=self.without,
            at=self.at,
        )

    def starts(self, situation: Situation) -> Iterator[FreeStart]:
        engaged = situation.patients_busy.get(self.patient.pk, []) if self.patient else []
        return free_starts(situation, self.service, self.at or timezone.now(), engaged)

    def is_valid_on(self, day: date) -> bool:
        return self.purchase is None or day <= self.purchase.expires_on


def offered_services(
    organisation: Organisation, *, provider: Provider | None = None, clinic: Clinic | None = None
) -> QuerySet[Service]:
    """Active services that somebody gives at a clinic, by name; this provider, at this clinic, where they are named."""
    wanted = {"providers__active": True, "clinics__active": True, "providers__clinics": F("clinics")}
    if provider is not None:
        wanted["providers"] = provider
    if clinic is not None:
        wanted["clinics"] = clinic
    return Service.objects.of(organisation).filter(active=True, **wanted).distinct().order_by("name_en", "pk")


def offers(search: Search, *, first_day: date, days: int = DAYS) -> Offers:
    """The slots of `days` days from `first_day` (days of the clinics).

    A fixed number of queries, whatever the number of providers and days; more where none of the days has a slot.
    """
    last_day = first_day + (days - 1) * A_DAY
    situation = search.situation(first_day, last_day)
    pairs = [
        Pair(situation.providers[provider], situation.clinics[clinic])
        for provider, clinic in situation.offers.get(search.service.pk, ())
    ]
    by_day = slots_by_day(search, situation)
    closures = list(closures_between(search.service.organisation_id, first_day, last_day))
    shut = ShutDays(situation, search.service, search.patient, search.at or timezone.now(), closures)
    listed = []
    for number in range(days):
        day = first_day + number * A_DAY
        free = by_day.get(day, {})
        if search.is_valid_on(day):
            words = shut.sentences(day, [pair for pair in pairs if pair not in free], free)
        else:
            words = [str(after_expiry(search.purchase).message)]
        listed.append(DayOffer(day, {pair: free[pair] for pair in sorted(free, key=Pair.order)}, words))
    first = min((slots[0] for free in by_day.values() for slots in free.values()), key=soonest, default=None)
    return Offers(listed, first or first_after(search, last_day), pairs)


def soonest(slot: Slot) -> tuple[datetime, int]:
    return slot.starts_at, slot.provider.pk


def slots_by_day(search: Search, situation: Situation) -> dict[date, dict[Pair, list[Slot]]]:
    """Slots in order of time by the clinic's day, provider and clinic."""
    found: dict[date, dict[Pair, list[Slot]]] = defaultdict(lambda: defaultdict(list))
    for start in sorted(search.starts(situation)):
        slot = slot_of(situation, search.service, start)
        if search.is_valid_on(slot.starts_at.date()):
            found[slot.starts_at.date()][Pair(slot.provider, slot.clinic)].append(slot)
    return found


def first_after(search: Search, day: date) -> Slot | None:
    """The first slot within eight weeks after `day`."""
    situation = search.situation(day + A_DAY, day + LOOK_AHEAD)
    start = min(search.starts(situation), default=None)
    slot = slot_of(situation, search.service, start) if start else None
    return slot if slot and search.is_valid_on(slot.starts_at.date()) else None
