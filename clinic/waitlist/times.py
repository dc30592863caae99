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

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.service.duration
