"""What to offer instead of a time that is taken."""

from datetime import datetime, timedelta

from clinic.models import Clinic, Patient, Provider, Service
from clinic.scheduling.local_time import instant_of
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

    def distance(slot: Slot) -> tuple[int, bool, int]:
        return abs(instant_of(slot.starts_at) - wanted), slot.provider != provider, slot.provider.pk

    wanted = instant_of(starts_at)  # walls of one zone cannot be subtracted where an hour comes twice
    nearest = sorted(slots, key=distance)[:count]
    return sorted(nearest, key=lambda slot: (instant_of(slot.starts_at), slot.provider.pk))
