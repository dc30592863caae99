"""Which patient bought which package when, and how far they are meant to have come with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from clinic.management.demo.tables import Row, table
from clinic.management.demo.world import CLOSED_WEEKDAY, Person, World
from clinic.models import Package, PackageItem
from clinic.scheduling.situation import Situation


@dataclass(frozen=True)
class Stage:
    """A kind of purchase: `count` of them, bought so many days ago or expiring in so many days.

    After `held` sessions the patient stops coming; None: they go on, with sessions booked up to `booked_ahead` days.
    """

    name: str
    count: int
    bought_days_ago: tuple[int, int] = (0, 0)
    expires_in_days: tuple[int, int] | None = None
    held: tuple[int, int] | None = None
    booked_ahead: tuple[int, ...] = (0,)
    least_sessions: int = 1


FROZEN = "frozen"
STAGES = (
    Stage("steady", 300, bought_days_ago=(4, 176), booked_ahead=(3, 7, 14, 21, 28, 28)),
    Stage("stopped coming", 45, bought_days_ago=(45, 172), held=(1, 6)),
    Stage("running out", 24, expires_in_days=(4, 29), held=(2, 6)),
    Stage("cannot fit any more", 10, expires_in_days=(4, 10), held=(1, 3), least_sessions=10),
    Stage(FROZEN, 12, bought_days_ago=(40, 85), held=(1, 5), booked_ahead=(-12,)),
    Stage("just bought", 60, bought_days_ago=(0, 7), held=(0, 0)),
)


@dataclass(frozen=True, eq=False)
class Sale:
    person: Person
    package: Package
    items: tuple[PackageItem, ...]
    stage: Stage
    sold_at: datetime
    purchased_on: date
    held: int | None
    booked_until: date

    @property
    def expires_on(self) -> date:
        return self.purchased_on + timedelta(days=self.package.validity_days)

    @property
    def sessions(self) -> int:
        return sum(item.sessions for item in self.items)


def sales(world: World, situation: Situation) -> list[Sale]:
    """All purchases, oldest first."""
    items: dict[int, list[PackageItem]] = {}
    for item in PackageItem.objects.of(world.organisation).select_related("service").order_by("step", "pk"):
        items.setdefault(item.package_id, []).append(item)
    found: list[Sale] = []
    for stage in STAGES:
        drawn = (draw_sale(world, stage, *chosen, items) for chosen in candidates(world, situation, stage, items))
        found += islice((sale for sale in drawn if sale), round(stage.count * world.share))
    return sorted(found, key=lambda sale: (sale.sold_at, sale.person.patient.file_number))


def candidates(
    world: World, situation: Situation, stage: Stage, items: dict[int, list[PackageItem]]
) -> Iterator[tuple[Person, Package]]:
    """Patients in a drawn order, again and again, each with a package that their clinic can deliver."""
    rows = table(world.table("sales"))
    people = list(world.people)
    while rows:
        world.chance.shuffle(people)
        for person in people:
            fitting = [row for row in rows if suits(world, situation, stage, person, row, items)]
            if fitting:
                row = world.chance.choices(fitting, [int(row["weight"]) for row in fitting])[0]
                yield person, world.packages[row["package"]]


def suits(
    world: World, situation: Situation, stage: Stage, person: Person, row: Row, items: dict[int, list[PackageItem]]
) -> bool:
    content = items[world.packages[row["package"]].pk]
    return (
        row["patients"] in ("any", "child" if person.is_child else "adult")
        and sum(item.sessions for item in content) >= stage.least_sessions
        and all(
            any(clinic == person.clinic.pk for _, clinic in situation.offers.get(item.service_id, ()))
            for item in content
        )
    )


def draw_sale(
    world: World, stage: Stage, person: Person, package: Package, items: dict[int, list[PackageItem]]
) -> Sale | None:
    """The purchase, or None when the patient was not yet known on the day it would have been made."""
    chance = world.chance
    if stage.expires_in_days:
        on = world.today + timedelta(days=chance.randint(*stage.expires_in_days) - package.validity_days)
    else:
        on = world.today - timedelta(days=chance.randint(*stage.bought_days_ago))
    if on.isoweekday() == CLOSED_WEEKDAY:
        on -= timedelta(days=1)
    sold_at = datetime.combine(on, time(12), world.zone) + timedelta(minutes=chance.randint(-180, 240))
    sold_at = min(sold_at.astimezone(UTC), world.now - timedelta(minutes=chance.randint(6, 90)))
    if sold_at < person.registered_at:
        return None
    return Sale(
        person=person,
        package=package,
        items=tuple(items[package.pk]),
        stage=stage,
        sold_at=sold_at,
        purchased_on=on,
        held=chance.randint(*stage.held) if stage.held else None,
        booked_until=world.today + timedelta(days=chance.choice(stage.booked_ahead)),
    )
