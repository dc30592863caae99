"""The quiet hours of a clinic, in which nobody is written to without need."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.models import Policy


def after_quiet_hours(moment: datetime, zone: ZoneInfo, policy: Policy) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies, on the wall of a clinic in this zone."""
    local = moment.astimezone(zone)
    start, end = (as_time(policy, name) for name in ("quiet_from", "quiet_until"))
    is_quiet = start <= local.time() < end if start <= end else not end <= local.time() < start
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=local.time() >= end)
    return datetime.combine(day, end, zone).replace(fold=local.fold)  # an hour that comes twice is not left early


def as_time(policy: Policy, name: str) -> time:
    """The usual policy, which is in no table, still has its hours as text."""
    return policy._meta.get_field(name).to_python(getattr(policy, name))
