"""Hours around the demo's now for days and times at which the clinics would be closed, so that today is never empty."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from clinic.management.demo.tables import table
from clinic.management.demo.world import World
from clinic.models import ExtraHours, Provider, WorkingHours

BACK, AHEAD = timedelta(hours=3), timedelta(hours=4)
ENOUGH = 4  # providers in the house; who signs in as a provider is there in any case
LAST_MINUTE = time(23, 59)


def hours_around_now(world: World, weekly: list[WorkingHours]) -> Iterator[ExtraHours]:
    """Today's extra hours of the providers in `open_now`, as far as `weekly` leaves them and the house empty."""
    at = world.now.astimezone(world.zone)
    spans = {provider: span_of(provider, at, weekly) for provider in world.providers.values()}
    in_the_house = [span for span in spans.values() if span and span[0] <= at.time() < span[1]]
    for row in table(world.table("open_now")):
        provider = world.providers[row["provider"]]
        if len(in_the_house) >= ENOUGH and not provider.user_id:
            continue
        start, end = beside(window(at), spans[provider], at.time())
        if start < end:
            yield ExtraHours(
                organisation=world.organisation,
                provider=provider,
                clinic=world.clinics[row["clinic"]],
                date=at.date(),
                start=start,
                end=end,
                slot_minutes=int(row["every_minutes"]),
                capacity=int(row["patients_at_once"]),
            )


def span_of(provider: Provider, at: datetime, weekly: list[WorkingHours]) -> tuple[time, time] | None:
    """From the first to the last minute of the provider's weekly hours on that day; a break in between counts."""
    today = [hours for hours in weekly if hours.provider == provider and hours.weekday == at.isoweekday()]
    return (min(hours.start for hours in today), max(hours.end for hours in today)) if today else None


def window(at: datetime) -> tuple[time, time]:
    """Whole hours around the moment, within its day."""
    first = (at - BACK).replace(minute=0)
    last = (at + AHEAD).replace(minute=0)
    start = first.time() if first.date() == at.date() else time()
    return start, last.time() if last.date() == at.date() else LAST_MINUTE


def beside(wanted: tuple[time, time], taken: tuple[time, time] | None, now: time) -> tuple[time, time]:
    """The part of the wanted time on now's side of what is taken; nothing (start = end) when now lies within."""
    if taken is None:
        return wanted
    if now < taken[0]:
        return wanted[0], min(wanted[1], taken[0])
    return max(wanted[0], taken[1]), wanted[1] if now >= taken[1] else taken[1]
