"""Single appointments that fill the rest of the day: assessments, consultations, reviews, sessions paid one by one."""

from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random

from clinic.enums import AppointmentKind
from clinic.management.demo.bookings import SHORTEST_NOTICE, Agenda
from clinic.management.demo.tables import table
from clinic.management.demo.world import Person, World, need_of
from clinic.models import Service
from clinic.scheduling.local_time import moment_of

TRIES = 40
MOST_VISITS = 32  # of one patient, beside packages
MEAN_LEAD_DAYS = 6.0


class Demand:
    """Who asks for which service where: services by the weights of `demand.csv`, patients by what they need."""

    def __init__(self, world: World) -> None:
        self._weights = {world.services[row["service"]]: int(row["weight"]) for row in table(world.table("demand"))}
        self._people: dict[tuple[int, str], list[Person]] = defaultdict(list)
        for person in world.people:
            for need in person.needs:
                self._people[person.clinic.pk, need].append(person)
        self._visits: Counter[int] = Counter()

    def draw_service(self, chance: Random, offered: set[int]) -> Service | None:
        services = [service for service in self._weights if service.pk in offered]
        return chance.choices(services, [self._weights[service] for service in services])[0] if services else None

    def draw_person(self, chance: Random, clinic: int, service: Service, *, registered_by: datetime) -> Person | None:
        """Somebody who needs the service and was known by then; None when there is nobody, or they come enough."""
        people = self._people[clinic, need_of(service)]
        known = bisect_right(people, registered_by, key=lambda person: person.registered_at)
        person = people[chance.randrange(known)] if known else None
        if person is None or self._visits[person.patient.pk] >= MOST_VISITS:
            return None
        self._visits[person.patient.pk] += 1
        return person


def kinds(world: World) -> dict[int, AppointmentKind]:
    """What an appointment for each service is called."""
    rows = table(world.table("demand"))
    return {world.services[row["service"]].pk: AppointmentKind(row["kind"]) for row in rows}


def fill_days(agenda: Agenda) -> None:
    """Book single appointments until every provider's day is as full as it should be.

    A smaller world has fewer such days, not emptier ones, and today is never left out.
    """
    demand = Demand(agenda.world)
    for day, provider, clinic in agenda.diary.working_days():
        if agenda.world.chance.random() >= agenda.world.share and day != agenda.today:
            continue
        offered = {
            service.pk for service in agenda.world.services.values() if agenda.diary.offers(service, provider, clinic)
        }
        full = agenda.full_share(provider, day)
        for _ in range(TRIES):
            if agenda.diary.load(provider, clinic, day) >= full:
                break
            book_visit(agenda, demand, day, provider, clinic, offered)


def book_visit(agenda: Agenda, demand: Demand, day: int, provider: int, clinic: int, offered: set[int]) -> None:
    chance = agenda.world.chance
    service = demand.draw_service(chance, offered)
    starts = list(agenda.diary.starts(service, provider, clinic, day)) if service else []
    if not starts:
        return
    start, opening = chance.choice(starts)
    lead = SHORTEST_NOTICE + timedelta(days=chance.expovariate(1 / MEAN_LEAD_DAYS))
    if day > agenda.today:
        lead += timedelta(days=day - agenda.today)
    person = demand.draw_person(chance, clinic, service, registered_by=moment_of(start) - lead)
    place = person and agenda.diary.place(service, opening, start, person.patient)
    if place:
        agenda.book(person, service, place, earliest=person.registered_at, lead=lead)
