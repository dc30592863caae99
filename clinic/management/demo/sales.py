"""Which patient bought which package when, and how far they are meant to have come with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from clinic.management.demo.tables import table
from clinic.management.demo.world import CLOSED_WEEKDAY, Person, World, need_of
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


ROUNDS = 6
NOT_AGAIN_WITHIN = timedelta(days=50)
FROZEN = "frozen"
STAGES = (
    Stage("steady", 420, bought_days_ago=(4, 176), booked_ahead=(3, 7, 14, 21, 28, 28)),
    Stage("stopped coming", 55, bought_days_ago=(45, 172), held=(1, 6)),
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


class Counter:
    """Where packages are sold: to patients who need all that is in them, in a clinic that can deliver it."""

    def __init__(self, world: World, situation: Situation) -> None:
        self.world = world
        self.weights = {world.packages[row["package"]]: int(row["weight"]) for row in table(world.table("sales"))}
        self.items: dict[Package, list[PackageItem]] = {package: [] for package in world.packages.values()}
        for item in PackageItem.objects.of(world.organisation).select_related("package", "service"):
            self.items[item.package].append(item)
        self.delivered = {(service, clinic) for service, pairs in situation.offers.items() for _, clinic in pairs}
        self.sold: list[Sale] = []

    def sell(self, stage: Stage, count: int) -> None:
        """Sell `count` packages, or as many as there are takers."""
        enough = len(self.sold) + count
        for person in self.passers_by():
            if len(self.sold) < enough and (sale := self.draw_sale(stage, person)):
                self.sold.append(sale)

    def passers_by(self) -> Iterator[Person]:
        """All patients in a drawn order, again and again."""
        for _ in range(ROUNDS):
            yield from self.world.chance.sample(self.world.people, len(self.world.people))

    def draw_sale(self, stage: Stage, person: Person) -> Sale | None:
        """A purchase, or None when nothing suits, or the patient was not known yet or has the same already."""
        fitting = [package for package in self.weights if self.suits(package, stage, person)]
        if not fitting:
            return None
        chance = self.world.chance
        package = chance.choices(fitting, [self.weights[package] for package in fitting])[0]
        on = self.draw_day(stage, package)
        noon = datetime.combine(on, time(12), self.world.zone) + timedelta(minutes=chance.randint(-180, 240))
        sold_at = min(noon.astimezone(UTC), self.world.now - timedelta(minutes=chance.randint(6, 90)))
        if sold_at < person.registered_at or self.has_already(person, package, on):
            return None
        return Sale(
            person=person,
            package=package,
            items=tuple(self.items[package]),
            stage=stage,
            sold_at=sold_at,
            purchased_on=on,
            held=chance.randint(*stage.held) if stage.held else None,
            booked_until=self.world.today + timedelta(days=chance.choice(stage.booked_ahead)),
        )

    def suits(self, package: Package, stage: Stage, person: Person) -> bool:
        items = self.items[package]
        return (
            person.needs >= {need_of(item.service) for item in items}
            and sum(item.sessions for item in items) >= stage.least_sessions
            and all((item.service_id, person.clinic.pk) in self.delivered for item in items)
        )

    def has_already(self, person: Person, package: Package, on: date) -> bool:
        return any(
            sale.person is person and sale.package == package and abs(sale.purchased_on - on) < NOT_AGAIN_WITHIN
            for sale in self.sold
        )

    def draw_day(self, stage: Stage, package: Package) -> date:
        today, chance = self.world.today, self.world.chance
        if stage.expires_in_days:
            on = today + timedelta(days=chance.randint(*stage.expires_in_days) - package.validity_days)
        else:
            on = today - timedelta(days=chance.randint(*stage.bought_days_ago))
        return on - timedelta(days=1) if on.isoweekday() == CLOSED_WEEKDAY else on


def sales(world: World, situation: Situation) -> list[Sale]:
    """All purchases, oldest first."""
    counter = Counter(world, situation)
    for stage in STAGES:
        counter.sell(stage, round(stage.count * world.share))
    return sorted(counter.sold, key=lambda sale: (sale.sold_at, sale.person.patient.file_number))
