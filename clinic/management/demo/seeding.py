"""The order in which the demo comes into being."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from clinic.management.demo.catalogue import fill_catalogue
from clinic.management.demo.history import write_history
from clinic.management.demo.organisation import open_organisation, open_platform
from clinic.management.demo.outpatients import fill_outpatients
from clinic.management.demo.people import register_patients
from clinic.management.demo.rota import employ_providers, write_rota
from clinic.management.demo.waiting import fill_waiting_list
from clinic.management.demo.world import World
from clinic.models import Organisation

PATIENTS = 500
NEIGHBOUR_SHARE = 0.12
GROUP, NEIGHBOUR = "noor", "cedar"
ZONE = ZoneInfo("Asia/Riyadh")
MID_MORNING = time(11, 20)  # some have left, some are in the room, some wait


@contextmanager
def collector_resting() -> Iterator[None]:
    """Tens of thousands of rows are held at once and none of them is garbage: looking for some costs a third."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@collector_resting()
@transaction.atomic
def seed(*, today: date, at: time = MID_MORNING, patients: int = PATIENTS, number: int = 1) -> Organisation:
    """Write both organisations as of `today` at `at` o'clock of the larger one, and return the larger.

    `patients` is its size: purchases and appointments shrink in proportion. `number` chooses another, equally
    believable world. The tables must not hold these organisations yet.
    """
    now = datetime.combine(today, at, ZONE).astimezone(UTC)
    group = build(GROUP, now=now, number=number, patients=patients)
    build(NEIGHBOUR, now=now, number=number, patients=max(5, round(patients * NEIGHBOUR_SHARE)))
    open_platform(at=group.founded_at)
    return group.organisation


def build(folder: str, *, now: datetime, number: int, patients: int) -> World:
    world = open_organisation(folder, now=now, chance=Random(f"{folder} {number}"), share=patients / PATIENTS)
    employ_providers(world)
    fill_catalogue(world)
    write_rota(world)
    register_patients(world, patients)
    write_history(world)
    fill_waiting_list(world)
    fill_outpatients(world)
    return world
