"""Outpatients: half a year of visits with their consultations and money, and the queue as it stands now.

What is behind is written in bulk; what is going on now goes through the services, as the desk would do it. Chance is
drawn from a source of its own, so that nothing else of the demo depends on how many patients walk in.
"""

from random import Random

from clinic.management.demo.outpatients.arrivals import past_walk_ins
from clinic.management.demo.outpatients.doctors import open_doctors
from clinic.management.demo.outpatients.money import number_documents, write_money
from clinic.management.demo.outpatients.queue import play_queue
from clinic.management.demo.outpatients.treatment import treat, write_visits
from clinic.management.demo.world import World

__all__ = ["fill_outpatients"]


def fill_outpatients(world: World) -> None:
    chance = Random(f"{world.folder} outpatients")
    doctors = open_doctors(world)
    walk_ins = past_walk_ins(world, doctors, chance)
    visits = write_visits(world, walk_ins)
    lines = write_money(world, visits, chance)
    treat(world, visits, lines, chance)
    number_documents(world)
    play_queue(world, doctors, chance)
