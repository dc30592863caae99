"""What to offer instead of a time that is taken."""

from datetime import datetime, timedelta

from clinic.models import Clinic, Patient, Provider, Service
from clinic.scheduling.slots import Slot, slots_for

AHEAD = timedelta(days=14)


def nearest_slots(
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    *,
    patient: Patient | None = None,
    at: datetime | None = None,
    count: int = 3,
) -> list[Slot]:
    """The free slots of the service at the clinic closest to `starts_at`, the same provider first among equals.

    From that day to a fortnight ahead, in order of time; fewer than `count` when there are no more.
    """
    day = starts_at.astimezone(clinic.zone).date()
    slots = slots_for(service, clinic=clinic, first_day=day, last_day=day + AHEAD, patient=patient, at=at)

    def distance(slot: Slot) -> tuple[timedelta, bool, int]:
        return abs(slot.starts_at - starts_at), slot.provider != provider, slot.provider.pk

    return sorted(sorted(slots, key=distance)[:count], key=lambda slot: (slot.starts_at, slot.provider.pk))
