"""What to offer instead of a time that is taken."""

from datetime import datetime, time, timedelta
from heapq import nsmallest

from clinic.models import Clinic, Patient, Provider, Service
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.slots import Slot, slots_for

A_DAY, A_FORTNIGHT = timedelta(days=1), timedelta(days=14)


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

    From that day to a fortnight ahead, in order of time; fewer than `count` when there are no more. That day
    and the next are looked at first, which is enough where nothing beyond them can be closer.
    """
    day = starts_at.astimezone(clinic.zone).date()
    wanted = instant_of(starts_at)  # walls of one zone cannot be subtracted where an hour comes twice

    def distance(slot: Slot) -> tuple[int, bool, int]:
        return abs(instant_of(slot.starts_at) - wanted), slot.provider != provider, slot.provider.pk

    for ahead in (A_DAY, A_FORTNIGHT):
        slots = slots_for(service, clinic=clinic, first_day=day, last_day=day + ahead, patient=patient, at=at)
        nearest = nsmallest(count, slots, key=distance)
        beyond = datetime.combine(day + ahead + A_DAY, time.min, clinic.zone)
        if len(nearest) == count and distance(nearest[-1])[0] <= instant_of(beyond) - wanted:
            break
    return sorted(nearest, key=lambda slot: (instant_of(slot.starts_at), slot.provider.pk))
