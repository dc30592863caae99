"""Single appointments that fill the rest of the day: assessments, consultations, reviews, sessions paid one by one."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

from clinic.enums import AppointmentKind
from clinic.management.demo.bookings import Agenda
from clinic.management.demo.tables import table
from clinic.management.demo.world import Person, World
from clinic.models import Service
from clinic.scheduling.local_time import moment_of

TRIES = 40
MEAN_LEAD_DAYS = 6.0


class Demand:
    """Who asks for which service where: drawn from `demand.csv`."""

    def __init__(self, world: World) -> None:
        self._rows = table(world.table("demand"))
        self._services = world.services
        self._people: dict[tuple[int, str], list[Person]] = defaultdict(list)
        for person in world.people:
            for group in ("any", "child" if person.is_child else "adult"):
                self._people[person.clinic.pk, group].append(person)

    def draw_service(self, chance: Random, offered: set[int]) -> tuple[Service, str] | None:
        """A service among the offered ones and the group of patients it is for, by weight."""
        rows = [row for row in self._rows if self._services[row["service"]].pk in offered]
        if not rows:
            return None
        row = chance.choices(rows, [int(row["weight"]) for row in rows])[0]
        return self._services[row["service"]], row["patients"]

    def draw_person(self, chance: Random, clinic: int, group: str, *, registered_by: datetime) -> Person | None:
        people = self._people[clinic, group]
        known = bisect_right(people, registered_by, key=lambda person: person.registered_at)
        return people[chance.randrange(known)] if known else None


def kinds(world: World) -> dict[int, AppointmentKind]:
    """What an appointment for each service is called."""
    rows = table(world.table("demand"))
    return {world.services[row["service"]].pk: AppointmentKind(row["kind"]) for row in rows}


def fill_days(agenda: Agenda) -> None:
    """Book single appointments until every provider's day is as full as it should be.

    A smaller world has fewer such days, not emptier ones; only today is never left out.
    """
    demand = Demand(agenda.world)
    for day, provider, clinic in agenda.diary.working_days():
        if agenda.world.chance.random() >= agenda.world.share and day != agenda.today:
            continue
        offered = {
            service.pk for service in agenda.world.services.values() if agenda.diary.offers(service, provider, clinic)
        }
        full = agenda.full_share(provider, day) * (agenda.world.share if day == agenda.today else 1)
        for _ in range(TRIES):
            if agenda.diary.load(provider, clinic, day) >= full:
                break
            book_visit(agenda, demand, day, provider, clinic, offered)


def book_visit(agenda: Agenda, demand: Demand, day: int, provider: int, clinic: int, offered: set[int]) -> None:
    chance = agenda.world.chance
    drawn = demand.draw_service(chance, offered)
    if drawn is None:
        return
    service, group = drawn
    starts = list(agenda.diary.starts(service, provider, clinic, day))
    if not starts:
        return
    start, opening = chance.choice(starts)
    lead = timedelta(days=chance.expovariate(1 / MEAN_LEAD_DAYS))
    if day > agenda.today:
        lead += timedelta(days=day - agenda.today)
    person = demand.draw_person(chance, clinic, group, registered_by=moment_of(start) - lead)
    place = person and agenda.diary.place(service, opening, start, person.patient)
    if place:
        agenda.book(person, service, place, earliest=person.registered_at + timedelta(minutes=3), lead=lead)
