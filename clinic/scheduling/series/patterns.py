"""The rule that a patient's sessions have followed, to go on with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from clinic.enums import LIVE_STATUSES, AppointmentStatus
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Service

LATEST = 6  # sessions of a service that say how it goes
FORTNIGHT = timedelta(days=14)
ENOUGH = 120  # rows read at most, for a patient with many services


@dataclass(frozen=True)
class Pattern:
    """On which weekdays (ISO), when, with whom and where the latest sessions of a service were, the last on a day."""

    service: Service
    weekdays: tuple[int, ...]
    every_n_weeks: int
    start: time
    provider: Provider
    clinic: Clinic
    last_on: date

    def next_day(self, today: date) -> date:
        """The first day on which the pattern goes on: after the last session, and not in the past."""
        day = max(self.last_on, today) + timedelta(days=1)
        return next(day + timedelta(n) for n in range(7) if (day + timedelta(n)).isoweekday() in self.weekdays)


def patterns_of(patient: Patient, *, at: datetime) -> dict[int, Pattern]:
    """The patient's patterns by the key of the service, of sessions booked, held or going on; one query.

    Only with providers and at clinics that are active: nobody can go on with the others.
    """
    standing = Appointment.objects.filter(
        patient=patient, status__in=[*LIVE_STATUSES, AppointmentStatus.COMPLETED], provider__active=True,
        clinic__active=True,
    )  # fmt: skip
    latest: dict[int, list[Appointment]] = defaultdict(list)
    for row in standing.select_related("service", "provider", "clinic").order_by("-starts_at", "-pk")[:ENOUGH]:
        if len(latest[row.service_id]) < LATEST:
            latest[row.service_id].append(row)
    return {service: pattern_of(rows) for service, rows in latest.items()}


def pattern_for(purchase: PackagePurchase, services: Iterable[Service], patterns: dict[int, Pattern]) -> Pattern | None:
    """The first pattern of a service that the purchase has sessions of, before it expires."""
    known = (patterns[service.pk] for service in services if service.pk in patterns)
    return next((pattern for pattern in known if pattern.last_on < purchase.expires_on), None)


def pattern_of(rows: Sequence[Appointment]) -> Pattern:
    """The pattern of the latest of these rows: newest first, all of one service."""
    last = rows[0]
    start, last_on = shown(last)
    alike = [shown(row)[1] for row in rows if placed(row) == placed(last)]
    recent = {day.isoweekday() for day in alike if last_on - day < FORTNIGHT}
    return Pattern(
        last.service, tuple(sorted(recent)), weeks_between(alike), start, last.provider, last.clinic, last_on
    )  # fmt: skip


def placed(row: Appointment) -> tuple[time, int, int]:
    return shown(row)[0], row.provider_id, row.clinic_id


def shown(row: Appointment) -> tuple[time, date]:
    """The hour and the day on the wall of the clinic."""
    local = row.starts_at.astimezone(row.clinic.zone)
    return local.time(), local.date()


def weeks_between(days: Sequence[date]) -> int:
    """How many weeks apart the days are, newest first: two where each is a fortnight or more from the next."""
    gaps = {(later - earlier).days // 7 for later, earlier in pairwise(days)}
    return min(gaps) if gaps and min(gaps) > 1 else 1
