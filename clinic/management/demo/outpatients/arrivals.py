"""Who walked in on which day, for what, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from clinic.enums import BillTiming, PaymentStatus
from clinic.management.demo.tables import Row, table
from clinic.management.demo.world import CLOSED_WEEKDAY, HISTORY, Person, World, need_of
from clinic.models import Clinic, Provider, Service

OPENED, LAST_IN = 8 * 60 + 20, 16 * 60 + 30  # minutes of the local day
#: What becomes of the money, and how often; VOID: the patient left before the doctor, and got it back.
FATES = {
    PaymentStatus.PAID: 90, PaymentStatus.WAIVED: 3, PaymentStatus.VOID: 2, PaymentStatus.UNPAID: 3,
    PaymentStatus.PARTIAL: 2,
}  # fmt: skip
BEFORE_THE_DOCTOR = {PaymentStatus.PAID, PaymentStatus.WAIVED, PaymentStatus.VOID}


@dataclass(frozen=True, eq=False)
class WalkIn:
    """`settled_at` is when the cashier was done, `called_at` and `left_at` when the doctor began and ended."""

    person: Person
    service: Service
    clinic: Clinic
    doctor: Provider
    fate: PaymentStatus
    came_at: datetime
    settled_at: datetime
    called_at: datetime
    left_at: datetime

    @property
    def is_treated(self) -> bool:
        return self.fate != PaymentStatus.VOID


def past_walk_ins(world: World, doctors: dict[str, Provider], chance: Random) -> list[WalkIn]:
    """Everybody of the half year until yesterday, in order of coming; a smaller world has fewer a day."""
    return sorted(drawn(world, doctors, chance), key=lambda one: one.came_at)


def drawn(world: World, doctors: dict[str, Provider], chance: Random) -> Iterator[WalkIn]:
    rows = [(row, *place_of(world, row)) for row in table(world.table("walk_ins"))]
    rows = [(row, service, clinic, patients_for(world, service, clinic)) for row, service, clinic in rows]
    for days in range(HISTORY.days, 0, -1):
        day = world.today - timedelta(days=days)
        if day.isoweekday() == CLOSED_WEEKDAY:
            continue
        midnight = datetime.combine(day, time(), world.zone).astimezone(world.now.tzinfo)
        for row, service, clinic, people in rows:
            for _ in range(how_many(float(row["a_day"]) * world.share, chance)):
                came_at = midnight + timedelta(minutes=chance.randrange(OPENED, LAST_IN), seconds=chance.randrange(60))
                known = [one for one in people if one.registered_at < came_at]
                if known:
                    yield walk_in(chance.choice(known), service, clinic, doctors[row["doctor"]], came_at, chance)


def how_many(mean: float, chance: Random) -> int:
    """A whole number that is `mean` in the long run."""
    return int(mean) + (chance.random() < mean % 1)


def place_of(world: World, row: Row) -> tuple[Service, Clinic]:
    return world.services[row["service"]], world.clinics[row["clinic"]]


def patients_for(world: World, service: Service, clinic: Clinic) -> list[Person]:
    """Who is at home in the clinic and may need the service."""
    return [one for one in world.people if one.clinic == clinic and need_of(service) in one.needs]


def walk_in(
    person: Person, service: Service, clinic: Clinic, doctor: Provider, came_at: datetime, chance: Random
) -> WalkIn:
    is_paid_first = service.bill_timing == BillTiming.BEFORE
    fates = [fate for fate in FATES if fate in BEFORE_THE_DOCTOR] if is_paid_first else list(FATES)
    fate = chance.choices(fates, [FATES[fate] for fate in fates])[0]
    desk, queue, room = (minutes(chance, *span) for span in ((2, 12), (3, 38), (6, 19)))
    settled_at = came_at + desk if is_paid_first else came_at + queue + room + desk
    called_at = settled_at + queue if is_paid_first else came_at + queue
    if fate == PaymentStatus.VOID:
        settled_at = came_at + desk
    return WalkIn(person, service, clinic, doctor, fate, came_at, settled_at, called_at, called_at + room)


def minutes(chance: Random, least: int, most: int) -> timedelta:
    return timedelta(minutes=chance.randint(least, most), seconds=chance.randrange(60))
