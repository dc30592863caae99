"""Times that a person has chosen beside an earlier plan: taken again in a new one as far as the rules still allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.alternatives import others_of, swapped
from clinic.scheduling.planning.plan import Plan, PlannedSession
from clinic.scheduling.planning.planner import World, world_of
from clinic.scheduling.planning.starts import Starts, starts_of, within_preferences


@dataclass(frozen=True)
class ChosenTime:
    """When, with whom and where a session of an item is wanted; keys of rows."""

    item: int
    provider: int
    clinic: int
    starts_at: datetime

    @classmethod
    def of(cls, session: PlannedSession) -> "ChosenTime":
        return cls(session.item.pk, session.provider.pk, session.clinic.pk, session.starts_at)


@dataclass(frozen=True)
class Dropped:
    """A time that was chosen and cannot be kept; `why` is a clause that follows a colon."""

    time: ChosenTime
    why: str


def keep(plan: Plan, times: Iterable[ChosenTime], *, at: datetime | None = None) -> tuple[Plan, list[Dropped]]:
    """The plan with these times in place of its nearest ones of the same item, and those that could not be kept.

    All other sessions stay as planned. Nothing is read where no time was chosen.
    """
    times, kept, dropped = list(times), set(), []
    if not times:
        return plan, []
    at = at or timezone.now()
    world = world_of(plan.request, at=at)
    services = {session.item.service for session in plan.placed}
    starts = {service.pk: starts_of(world.situation, service, at) for service in services}
    for time in times:
        changed = with_time(plan, time, kept, world, starts)
        if changed is None:
            dropped.append(Dropped(time, why_dropped(plan, time, world, starts)))
        else:
            plan = changed
            kept.add(time)
    return plan, dropped


def with_time(
    plan: Plan, time: ChosenTime, kept: set[ChosenTime], world: World, starts: dict[int, Starts]
) -> Plan | None:
    """The plan with the time, which it may have already; None where no session of the item can be held then."""
    placed = [ChosenTime.of(session) for session in plan.placed]
    if time in placed:
        return plan
    own = [number for number, other in enumerate(placed) if other.item == time.item and other not in kept]
    for number in sorted(own, key=lambda number: abs(placed[number].starts_at - time.starts_at)):
        session = plan.placed[number]
        for other in others_of(session, plan, world, exactly(time, starts[session.item.service_id]), 1):
            return swapped(plan, number, other)
    return None


def exactly(time: ChosenTime, starts: Starts) -> Starts:
    here = (starts.start == instant_of(time.starts_at)) & (starts.provider == time.provider)
    return starts.where(here & (starts.clinic == time.clinic))


def why_dropped(plan: Plan, time: ChosenTime, world: World, starts: dict[int, Starts]) -> str:
    session = next((session for session in plan.placed if session.item.pk == time.item), None)
    if session is None:
        return _("no session of this service is in the plan any more.")
    if time.provider not in world.situation.providers or time.clinic not in world.situation.clinics:
        return _("the provider or the clinic is not among those chosen.")
    if not plan.request.first_day <= local_day(time, world) <= plan.request.last_day:
        return _("it lies outside the chosen days.")
    free = exactly(time, starts[session.item.service_id])
    if not len(free):
        return _("it is no longer free.")
    if not within_preferences(free, session.item.service, plan.request.preferences).all():
        return _("it falls outside the chosen days and times.")
    return _("it does not fit beside the other sessions with the chosen limits.")


def local_day(time: ChosenTime, world: World) -> date:
    return time.starts_at.astimezone(world.situation.clinics[time.clinic].zone).date()
