"""The times among which a patient chooses another one: those of the same provider, and those of the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

from clinic.models import Appointment, Policy
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.offers import first_after, slots_by_day
from clinic.scheduling.proposals import MoveSearch
from clinic.scheduling.slots import Slot

DAYS = timedelta(days=7)
BEFORE = timedelta(days=2)
A_DAY = timedelta(days=1)
FARTHEST = timedelta(days=3650)  # from now, of any time that makes sense


@dataclass(frozen=True)
class Day:
    """A day of the clinic with its free slots, one for each start."""

    day: date
    slots: list[Slot]


@dataclass(frozen=True)
class Times:
    """Some days at the clinic of an appointment, seen from `at`; five queries at most, whatever there is."""

    appointment: Appointment
    at: datetime
    today: date
    first_day: date
    horizon: date

    @classmethod
    def around(
        cls, appointment: Appointment, policy: Policy, *, at: datetime, first_day: date | None = None
    ) -> "Times":
        """From `first_day` on, or from shortly before the appointment's own day; from no day that cannot be booked."""
        today, own = (moment.astimezone(appointment.clinic.zone).date() for moment in (at, appointment.starts_at))
        horizon, purchase = today + timedelta(days=policy.booking_horizon_days), appointment.package_purchase
        if purchase is not None:
            horizon = max(today, min(horizon, purchase.expires_on))
        return cls(appointment, at, today, max(today, min(first_day or own - BEFORE, horizon)), horizon)

    @cached_property
    def search(self) -> MoveSearch:
        return MoveSearch.of(self.appointment, at=self.at, clinic=self.appointment.clinic)

    @cached_property
    def slots(self) -> list[Slot]:
        """All that is free, in order of time and then of provider."""
        situation = self.search.situation(self.first_day, self.last_day)
        found = [
            slot
            for pairs in slots_by_day(self.search, situation).values()
            for slots in pairs.values()
            for slot in slots
        ]
        return sorted(found, key=lambda slot: (instant_of(slot.starts_at), slot.provider.pk))

    @cached_property
    def same(self) -> list[Day]:
        """With the provider whom the patient has."""
        return by_day(slot for slot in self.slots if slot.provider == self.appointment.provider)

    @cached_property
    def others(self) -> list[Day]:
        """With others, where the same provider is not free."""
        own = {instant_of(slot.starts_at) for day in self.same for slot in day.slots}
        return by_day(slot for slot in self.slots if instant_of(slot.starts_at) not in own)

    @cached_property
    def next_free(self) -> date | None:
        """The first day after these with a free time, where these have none."""
        slot = None if self.slots else first_after(self.search, self.last_day)
        return slot and slot.starts_at.date()

    @property
    def last_day(self) -> date:
        return self.first_day + DAYS - A_DAY

    @property
    def earlier(self) -> date | None:
        return max(self.today, self.first_day - DAYS) if self.first_day > self.today else None

    @property
    def later(self) -> date | None:
        return self.first_day + DAYS if self.last_day < self.horizon else None


def by_day(slots: Iterable[Slot]) -> list[Day]:
    """The slots, which are in order, day by day; of several at the same time, the first."""
    days = []
    for day, of_day in groupby(slots, key=lambda slot: slot.starts_at.date()):
        firsts = [next(same) for _start, same in groupby(of_day, key=lambda slot: instant_of(slot.starts_at))]
        days.append(Day(day, firsts))
    return days


def chosen_slot(appointment: Appointment, start: str, code: str, *, at: datetime) -> Slot | None:
    """The slot that an address names, whether it is still free or not; None for what nobody can have offered."""
    try:
        starts_at = datetime.fromtimestamp(int(start), appointment.clinic.zone)
    except (ValueError, OverflowError, OSError):
        return None
    giving = appointment.service.providers.filter(clinics=appointment.clinic_id, active=True)
    provider = next((provider for provider in giving if provider.code == code), None)
    if provider is None or abs(starts_at - at) > FARTHEST:
        return None
    return Slot(provider, appointment.clinic, starts_at, starts_at + appointment.service.duration, 1)
