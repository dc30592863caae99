"""Who waits for an earlier or a rarer time."""

from datetime import time, timedelta

from clinic.enums import Urgency
from clinic.management.demo.visits import Demand
from clinic.management.demo.world import World
from clinic.models import Clinic, Patient, Service
from clinic.waitlist.services import join

WAITING = 14  # of the full number of patients
APART = timedelta(hours=9, minutes=40)  # between two who join
LONGEST = timedelta(weeks=6)
URGENCIES = {Urgency.ROUTINE: 6, Urgency.SOON: 3, Urgency.URGENT: 1}
NOON = time(12)


def fill_waiting_list(world: World) -> None:
    """Enter patients for what they need at their clinic, the last one a moment ago; half of them come after noon."""
    demand, waiting = Demand(world), set()
    for number in range(max(2, round(WAITING * world.share))):
        clinic = world.chance.choice(list(world.clinics.values()))
        service = demand.draw_service(world.chance, set(clinic.services.values_list("pk", flat=True)))
        person = service and demand.draw_person(world.chance, clinic.pk, service, registered_by=world.now)
        if person and (person.patient.pk, service.pk) not in waiting:
            waiting.add((person.patient.pk, service.pk))
            enter(world, person.patient, service, clinic, number)


def enter(world: World, patient: Patient, service: Service, clinic: Clinic, number: int) -> None:
    """The higher the number, the longer the patient has waited."""
    chance = world.chance
    join(
        patient, service, by=world.desk, clinic=clinic, first_on=world.today, last_on=world.today + LONGEST,
        earliest=NOON if chance.random() < 0.5 else None,
        urgency=chance.choices(list(URGENCIES), list(URGENCIES.values()))[0],
        at=world.now - number * APART - timedelta(minutes=12),
    )  # fmt: skip
