"""Other times for one session of a plan, and the plan with one of them taken instead."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.plan import Plan, PlannedSession, Preferences
from clinic.scheduling.planning.planner import World, world_of
from clinic.scheduling.planning.starts import Demand, Mask, Starts, starts_of, wanted_starts, week_of
from clinic.scheduling.slots import Lengths


class Neighbour(NamedTuple):
    """Another session of the patient, planned or booked, that an alternative must respect."""

    start: int
    end: int
    day: int
    provider: int
    step: int
    margin: int  # seconds that the provider must have between the two


def alternatives(plan: Plan, *, at: datetime | None = None, count: int = 3) -> list[list[PlannedSession]]:
    """For each session of a plan for one purchase the nearest other times that keep every rule, in order of time.

    Each supposes that all other sessions stay as planned. Sessions for which there is nothing else get an empty list.
    """
    if not plan.placed:
        return []
    world, at = world_of(plan.request), at or timezone.now()
    services = {session.item.service for session in plan.placed}
    starts = {service.pk: starts_of(world.situation, service, at) for service in services}
    return [others_of(session, plan, world, starts[session.item.service_id], count) for session in plan.placed]


def swapped(plan: Plan, index: int, session: PlannedSession) -> Plan:
    """The plan with `session` in place of the one at `index`, in order of time and numbered anew."""
    placed = list(plan.placed)
    numbers = sorted(planned.session_number for planned in placed)
    placed[index] = session
    placed.sort(key=lambda planned: planned.starts_at)
    renumbered = (replace(planned, session_number=number) for planned, number in zip(placed, numbers, strict=True))
    return replace(plan, placed=tuple(renumbered))


def others_of(session: PlannedSession, plan: Plan, world: World, starts: Starts, count: int) -> list[PlannedSession]:
    wishes = plan.request.preferences
    mine = wanted_starts(Demand(session.purchase, session.item, 1), starts, world.situation, plan.request)
    here = instant_of(session.starts_at)
    mask = (mine.start != here) | (mine.provider != session.provider.pk)
    for neighbour in neighbours_of(session, plan, world):
        mask &= compatible(mine, session, neighbour, wishes)
    mask &= within_limits(mine, session, plan, world)
    fitting = mine.where(mask)
    distance = np.abs(fitting.start - here)
    order = np.lexsort((fitting.provider, fitting.provider != session.provider.pk, distance))[:count]
    nearest = fitting.where(np.sort(order))
    return [planned_at(session, nearest, row, world) for row in range(len(nearest))]


def planned_at(session: PlannedSession, starts: Starts, row: int, world: World) -> PlannedSession:
    clinic = world.situation.clinics[starts.clinic[row]]
    start = world.situation.clocks[clinic.pk].moment(int(starts.start[row]))
    return replace(
        session,
        provider=world.situation.providers[starts.provider[row]],
        clinic=clinic,
        starts_at=start,
        ends_at=(start + session.item.service.duration).astimezone(clinic.zone),
    )


def neighbours_of(session: PlannedSession, plan: Plan, world: World) -> Iterable[Neighbour]:
    """The other sessions of the plan and those of the purchase that stand already."""
    margin = sum(Lengths.of(session.item.service)) - Lengths.of(session.item.service).treatment
    for other in plan.placed:
        if other is not session:
            between = margin + sum(Lengths.of(other.item.service)) - Lengths.of(other.item.service).treatment
            yield neighbour(other.starts_at, other.ends_at, other.provider.pk, other.item.step, between)
    step_of = {item.service_id: item.step for item in world.balances[session.purchase.pk]}
    for booked in world.booked:
        starts_at = booked.starts_at.astimezone(booked.clinic.zone)
        yield neighbour(starts_at, booked.ends_at, booked.provider_id, step_of.get(booked.service_id, 1), 0)


def neighbour(starts_at: datetime, ends_at: datetime, provider: int, step: int, margin: int) -> Neighbour:
    return Neighbour(instant_of(starts_at), instant_of(ends_at), starts_at.toordinal(), provider, step, margin)


def compatible(starts: Starts, session: PlannedSession, other: Neighbour, wishes: Preferences) -> Mask:
    """Which starts leave `other` alone: no overlap, the gap between days, the order of steps."""
    ends = starts.start + Lengths.of(session.item.service).treatment
    margin = np.where(starts.provider == other.provider, other.margin, 0)
    mask = (starts.start >= other.end + margin) | (ends + margin <= other.start)
    mask &= np.abs(starts.day - other.day) >= wishes.min_gap_days
    if wishes.keep_order and other.step < session.item.step:
        mask &= starts.start >= other.end
    elif wishes.keep_order and other.step > session.item.step:
        mask &= ends <= other.start
    return mask


def within_limits(starts: Starts, session: PlannedSession, plan: Plan, world: World) -> Mask:
    """Which starts keep the limits of sessions a day and a week."""
    wishes, week_start = plan.request.preferences, session.purchase.organisation.week_start
    days = np.array([other.day for other in neighbours_of(session, plan, world)], dtype=np.int64)
    same_day = (starts.day[:, None] == days).sum(axis=1)
    mask = same_day < wishes.sessions_per_day
    if wishes.sessions_per_week:
        same_week = (week_of(starts.day, week_start)[:, None] == week_of(days, week_start)).sum(axis=1)
        mask &= same_week < wishes.sessions_per_week
    return mask
