"""The day as the desk watches it: who is expected, who is here, who has left, and where there is still room."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from clinic.enums import AppointmentStatus
from clinic.models import Appointment, Clinic, Provider, Service
from clinic.scheduling.local_time import WallClock, instant_of, moment_of
from clinic.scheduling.selectors import is_first_visit, situation
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import FreeStart, Slot, free_starts, slot_of

HERE = (AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS)  # midnight sends nobody home
SHOWN = ("patient", "provider", "clinic", "service", "room", "package_purchase")


def flow_of(clinics: Iterable[Clinic], *, at: datetime, provider: Provider | None = None) -> QuerySet[Appointment]:
    """Appointments of the day that it is at `at` in each clinic, of every status, soonest first.

    Who has come the day before and is still here stays. Each row knows `is_first`: whether it is the first visit.
    """
    clinics = list(clinics)
    still_here = appointments_of(clinics, at=at, days_ahead=-1).filter(status__in=HERE)
    rows = appointments_of(clinics, at=at) | still_here
    if provider is not None:
        rows = rows.filter(provider=provider)
    return rows.annotate(is_first=is_first_visit()).select_related(*SHOWN).order_by("starts_at", "pk")


def appointments_of(clinics: Iterable[Clinic], *, at: datetime, days_ahead: int = 0) -> QuerySet[Appointment]:
    """Appointments that start on the clinics' own day at `at`, or so many days later; none without a clinic."""
    by_zone: dict[ZoneInfo, list[int]] = defaultdict(list)
    for clinic in clinics:
        by_zone[clinic.zone].append(clinic.pk)
    found = Q(pk__in=[])
    for zone, keys in by_zone.items():
        start, end = day_span(zone, at=at, days_ahead=days_ahead)
        found |= Q(clinic__in=keys, starts_at__gte=start, starts_at__lt=end)
    return Appointment.objects.filter(found)


def day_span(zone: ZoneInfo, *, at: datetime, days_ahead: int = 0) -> tuple[datetime, datetime]:
    """The first moment of the zone's day that `at` lies in, or of a later one, and the first moment after it."""
    clock = WallClock(zone)
    day = clock.day(instant_of(at)) + days_ahead
    start, end = clock.day_span(day, day)
    return moment_of(start), moment_of(end)


@dataclass(frozen=True)
class NextFree:
    """The first free time of a service in one clinic, and how many more starts there are in the days asked for."""

    service: Service
    first: Slot
    more: int


def next_free(
    services: Iterable[Service],
    clinics: Iterable[Clinic],
    *,
    at: datetime,
    days: int,
    providers: Iterable[Provider] | None = None,
) -> dict[Service, list[NextFree]]:
    """For every service given there the clinics that have a free time within `days`, soonest first.

    Three queries at most, whatever the number of services, clinics and providers.
    """
    services, clinics = list(services), list(clinics)
    if not services or not clinics:
        return {}
    today = min(at.astimezone(clinic.zone).date() for clinic in clinics)
    last = today + timedelta(days=days - 1)
    found = situation(services, clinics=clinics, providers=providers, first_day=today, last_day=last, at=at)
    given = [service for service in services if found.offers.get(service.pk)]
    return {service: sorted(firsts(found, service, at), key=lambda free: free.first.starts_at) for service in given}


def firsts(found: Situation, service: Service, at: datetime) -> Iterator[NextFree]:
    by_clinic: dict[int, list[FreeStart]] = defaultdict(list)
    for free in free_starts(found, service, at):
        by_clinic[free[2]].append(free)
    for starts in by_clinic.values():
        yield NextFree(service, slot_of(found, service, min(starts)), more=len({start for start, *_ in starts}) - 1)
