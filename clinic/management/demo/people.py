"""The patients: children who come for therapy, often with brothers and sisters, and adults."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.enums import Channel, Language, Sex
from clinic.management.demo.records import record_all
from clinic.management.demo.tables import Row, document, table
from clinic.management.demo.world import HISTORY, Person, World
from clinic.models import Clinic, FileNumber, Patient

CHILDREN_RATE = 0.62
SIBLING_RATE = 0.18
FORGETFUL_RATE = 0.09
LONG_STANDING_RATE = 0.6
NOTES = (
    "Prefers appointments after school.",
    "Please call the mother, not the father.",
    "Comes with a driver; ask him to wait at the north gate.",
    "Wheelchair: ground floor rooms.",
    "Speaks English better than Arabic.",
    "Likes dinosaurs.",
)


@dataclass(frozen=True)
class Household:
    """What brothers and sisters share."""

    father: Row
    family: Row
    clinic: Clinic
    phone: str
    email: str
    language: str
    registered_at: datetime


def register_patients(world: World, count: int) -> None:
    """Write `count` patients with consecutive file numbers, each at home in one clinic."""
    world.people = list(invented_people(world, count))
    record_all([person.patient for person in world.people], by=world.desk, at=world.founded_at)
    FileNumber.objects.create(organisation=world.organisation, last=first_file_number(world) + count - 1)


def first_file_number(world: World) -> int:
    return document(world.table("organisation"))["first_file_number"]


def invented_people(world: World, count: int) -> Iterator[Person]:
    """People in the order in which they registered, so that file numbers rise with time."""
    given, first = table("given_names"), first_file_number(world)
    household = None
    for number in range(first, first + count):
        is_child = world.chance.random() < CHILDREN_RATE
        if household is None or not is_child or world.chance.random() >= SIBLING_RATE:
            household = new_household(world, (number - first) / count, is_child)
        patient = invented_patient(world, household, world.chance.choice(given), str(number), is_child)
        forgetful = world.chance.random() < FORGETFUL_RATE
        forgets_rate = world.chance.uniform(0.15, 0.3) if forgetful else world.chance.uniform(0, 0.04)
        yield Person(patient, household.clinic, household.registered_at, draw_needs(world, is_child), forgets_rate)
        household = household if is_child else None


def draw_needs(world: World, is_child: bool) -> frozenset[str]:
    rows = [row for row in table(world.table("needs")) if (row["patients"] == "child") == is_child]
    row = world.chance.choices(rows, [int(row["weight"]) for row in rows])[0]
    return frozenset(row["needs"].split())


def new_household(world: World, order: float, is_child: bool) -> Household:
    """A family; `order` from 0 to 1 says how late in the history it came to the clinic."""
    chance = world.chance
    fathers = [name for name in table("given_names") if name["sex"] == Sex.MALE]
    father, family = chance.choice(fathers), chance.choice(table("family_names"))
    shares = [int(row["children_share" if is_child else "adults_share"]) for row in table(world.table("clinics"))]
    mailbox = f"{father['name_en']}.{family['name_en'].removeprefix('Al-')}{chance.randint(1, 99)}".lower()
    return Household(
        father=father,
        family=family,
        clinic=chance.choices(list(world.clinics.values()), shares)[0],
        phone=invented_phone(world) if chance.random() < 0.96 else "",
        email=f"{mailbox}@example.com" if chance.random() < 0.45 else "",
        language=Language.ARABIC if chance.random() < 0.8 else Language.ENGLISH,
        registered_at=registration_moment(world, order),
    )


def registration_moment(world: World, order: float) -> datetime:
    """Most patients are there before the history begins; the others come evenly, the last a week ago."""
    began = world.now - HISTORY
    if order < LONG_STANDING_RATE:
        return world.founded_at + (began - world.founded_at) * order / LONG_STANDING_RATE
    return began + (HISTORY - timedelta(days=8)) * (order - LONG_STANDING_RATE) / (1 - LONG_STANDING_RATE)


def invented_phone(world: World) -> str:
    prefixes = document(world.table("organisation"))["phone_prefixes"]
    return f"{world.chance.choice(prefixes)}{world.chance.randrange(10**7):07d}"


def invented_patient(world: World, household: Household, given: Row, file_number: str, child: bool) -> Patient:
    """One member of the household, named as people are there: own name, father's name, family name."""
    names = (given, household.father, household.family)
    patient = Patient(
        organisation=world.organisation,
        file_number=file_number,
        name_en=" ".join(name["name_en"] for name in names),
        name_ar=" ".join(name["name_ar"] for name in names),
        born_on=birthday(world, child),
        sex=given["sex"],
        phone=household.phone,
        email=household.email,
        language=household.language,
        preferred_channel=preferred_channel(world, household),
        accepts_messages=world.chance.random() < 0.97,
        notes=world.chance.choice(NOTES) if world.chance.random() < 0.06 else "",
    )
    patient._history_date = household.registered_at
    return patient


def birthday(world: World, child: bool) -> date:
    """Children are 2 to 14 years old, most of them before school age; adults 18 to 74."""
    years = 2 + 12 * world.chance.betavariate(1.6, 2.6) if child else world.chance.triangular(18, 74, 34)
    return world.today - timedelta(days=int(years * 365.25))


def preferred_channel(world: World, household: Household) -> str:
    if not household.phone:
        return Channel.EMAIL if household.email else Channel.SMS
    weights = {Channel.SMS: 50, Channel.WHATSAPP: 42, Channel.EMAIL: 8 if household.email else 0}
    return world.chance.choices(list(weights), list(weights.values()))[0]
