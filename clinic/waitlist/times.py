"""A free time, as those who wait are matched with it, and the hours in which nobody is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.models import Clinic, Policy, Provider, Service


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


def after_quiet_hours(moment: datetime, clinic: Clinic, policy: Policy) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies, on the wall of the clinic."""
    local = moment.astimezone(clinic.zone)
    start, end = policy.quiet_from, policy.quiet_until
    is_quiet = start <= local.time() < end if start <= end else not end <= local.time() < start
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=local.time() >= end)
    return datetime.combine(day, end, local.tzinfo)
