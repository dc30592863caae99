"""Other times for one session of a plan, and the plan with one of them taken instead."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from clinic.models import Clinic
from clinic.scheduling.intervals import Span
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.plan import Plan, PlannedSession, Preferences
from clinic.scheduling.planning.planner import World, world_of
from clinic.scheduling.planning.starts import Demand, Mask, Starts, starts_of, wanted_starts, week_of
from clinic.scheduling.slots import Lengths


class Neighbour(NamedTuple):
    """Another session, planned or booked, that an alternative must leave alone."""

    treatment: Span
    busy: Span
    day: int
    provider: int
    needs_room_at: int | None  # clinic
    patient: int
    step: int | None  # of its item; None for a session of another purchase


def alternatives(plan: Plan, *, at: datetime | None = None, count: int = 3) -> list[list[PlannedSession]]:
    """For each session of the plan the nearest other times that keep every rule, in order of time.

    Each supposes that all other sessions stay as planned. Sessions for which there is nothing else get an empty list.
    """
    if not plan.placed:
        return []
    at = at or timezone.now()
    world = world_of(plan.request, at=at)
    services = {session.item.service for session in plan.placed}
    starts = {service.pk: starts_of(world.situation, service, at) for service in services}
    return [others_of(session, plan, world, starts[session.item.service_id], count) for session in plan.placed]


def swapped(plan: Plan, index: int, session: PlannedSession) -> Plan:
    """The plan with `session` in place of the one at `index`, in order of time and numbered anew."""
    numbers = defaultdict(list)
    for planned in plan.placed:
        numbers[planned.purchase.pk].append(planned.session_number)
    unused = {purchase: iter(sorted(found)) for purchase, found in numbers.items()}
    placed = [session if number == index else planned for number, planned in enumerate(plan.placed)]
    placed.sort(key=lambda planned: instant_of(planned.starts_at))
    renumbered = (replace(planned, session_number=next(unused[planned.purchase.pk])) for planned in placed)
    return replace(plan, placed=tuple(renumbered))


def others_of(session: PlannedSession, plan: Plan, world: World, starts: Starts, count: int) -> list[PlannedSession]:
    wishes = plan.request.preferences
    mine = wanted_starts(Demand(session.purchase, session.item, 1), starts, world.situation, plan.request)
    here = instant_of(session.starts_at)
    mask = (mine.start != here) | (mine.provider != session.provider.pk)
    neighbours = list(neighbours_of(session, plan, world))
    for neighbour in neighbours:
        mask &= apart(mine, session, neighbour, world)
        if neighbour.step is not None:
            mask &= in_order(mine, session, neighbour, wishes)
    mask &= within_limits(mine, session, neighbours, wishes)
    fitting = mine.where(mask)
    distance = np.abs(fitting.start - here)
    order = np.lexsort((fitting.provider, fitting.provider != session.provider.pk, distance))[:count]
    nearest = fitting.where(np.sort(order))
    return [planned_at(session, nearest, row, world) for row in range(len(nearest))]


def planned_at(session: PlannedSession, starts: Starts, row: int, world: World) -> PlannedSession:
    clinic, start = world.situation.clinics[starts.clinic[row]], int(starts.start[row])
    moment = world.situation.clocks[clinic.pk].moment
    return replace(
        session,
        provider=world.situation.providers[starts.provider[row]],
        clinic=clinic,
        starts_at=moment(start),
        ends_at=moment(start + Lengths.of(session.item.service).treatment),
        lane=0,
        place=None,
    )


def neighbours_of(session: PlannedSession, plan: Plan, world: World) -> Iterator[Neighbour]:
    """The other sessions of the plan and those of the patient that stand already, of other packages too."""
    purchase = session.purchase.pk
    for other in plan.placed:
        if other is not session:
            lengths, start = Lengths.of(other.item.service), instant_of(other.starts_at)
            end = start + lengths.treatment
            yield Neighbour(
                (start, end),
                (start - lengths.before, end + lengths.after),
                day_of(other.starts_at, other.clinic),
                other.provider.pk,
                None if other.place is None else other.clinic.pk,
                other.purchase.patient_id,
                other.item.step if other.purchase.pk == purchase else None,
            )
    step_of = {item.service_id: item.step for item in world.balances[purchase]}
    for booked in world.booked:
        if booked.patient_id == session.purchase.patient_id:
            treatment = instant_of(booked.starts_at), instant_of(booked.ends_at)
            day = day_of(booked.starts_at, booked.clinic)
            step = step_of[booked.service_id] if booked.package_purchase_id == purchase else None
            yield Neighbour(treatment, treatment, day, booked.provider_id, None, booked.patient_id, step)


def day_of(moment: datetime, clinic: Clinic) -> int:
    return moment.astimezone(clinic.zone).toordinal()


def apart(starts: Starts, session: PlannedSession, other: Neighbour, world: World) -> Mask:
    """Which starts need neither the patient, the provider nor perhaps the room of `other` at the same time."""
    lengths = Lengths.of(session.item.service)
    ends = starts.start + lengths.treatment
    mask = np.ones(len(starts), bool)
    if other.patient == session.purchase.patient_id:
        mask &= (starts.start >= other.treatment[1]) | (ends <= other.treatment[0])
    needs_room = (session.item.service_id, other.needs_room_at) in world.situation.places
    shared = (starts.provider == other.provider) | (needs_room & (starts.clinic == other.needs_room_at))
    mask &= ~shared | (starts.start - lengths.before >= other.busy[1]) | (ends + lengths.after <= other.busy[0])
    return mask


def in_order(starts: Starts, session: PlannedSession, other: Neighbour, wishes: Preferences) -> Mask:
    """Which starts keep the gap between days and the order of steps with another session of the purchase."""
    mask = np.abs(starts.day - other.day) >= wishes.min_gap_days
    if wishes.keep_order and other.step < session.item.step:
        mask &= starts.start >= other.treatment[1]
    elif wishes.keep_order and other.step > session.item.step:
        mask &= starts.start + Lengths.of(session.item.service).treatment <= other.treatment[0]
    return mask


def within_limits(starts: Starts, session: PlannedSession, neighbours: list[Neighbour], wishes: Preferences) -> Mask:
    """Which starts keep the patient's limits of sessions a day and a week."""
    week_start, patient = session.purchase.organisation.week_start, session.purchase.patient_id
    days = np.array([other.day for other in neighbours if other.patient == patient], dtype=np.int64)
    mask = (starts.day[:, None] == days).sum(axis=1) < wishes.sessions_per_day
    if wishes.sessions_per_week:
        same_week = (week_of(starts.day, week_start)[:, None] == week_of(days, week_start)).sum(axis=1)
        mask &= same_week < wishes.sessions_per_week
    return mask
