"""A free time, as those who wait are matched with it."""

from dataclasses import dataclass
from datetime import datetime

from clinic.models import Clinic, Provider, Service


@dataclass(frozen=True)
class FreeTime:
    """A time at which `service` could begin with the provider in the clinic."""

    service: Service
    provider: Provider
    clinic: Clinic
    starts_at: datetime
    given_up_by: int | None = None  # the patient, by key, who has freed it or lost it and is not asked

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.service.duration
