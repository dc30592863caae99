"""What the organisation offers: services with the providers, clinics and rooms they need, and packages of them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from clinic.management.demo.records import link_all, record_all
from clinic.management.demo.tables import table
from clinic.management.demo.world import World, by_code
from clinic.models import Package, PackageItem, Room, Service


def fill_catalogue(world: World) -> None:
    """Write services, rooms and packages; providers must be there already."""
    world.services = by_code(record_all(list(services(world)), by=world.office, at=world.founded_at))
    link_services(world)
    furnish_rooms(world)
    world.packages = by_code(record_all(list(packages(world)), by=world.office, at=world.founded_at))
    record_all(list(package_items(world)), by=world.office, at=world.founded_at)


def services(world: World) -> Iterator[Service]:
    for row in table(world.table("services")):
        yield Service(
            organisation=world.organisation,
            code=row["code"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            duration=timedelta(minutes=int(row["minutes"])),
            buffer_before=timedelta(minutes=int(row["prepare_minutes"])),
            buffer_after=timedelta(minutes=int(row["tidy_up_minutes"])),
            price=Decimal(row["price"]),
            capacity=int(row["most_at_once"]) if row["most_at_once"] else None,
            workflow_type=row["workflow"],
            bill_timing=row["billed"],
            auto_assign_doctor=world.providers.get(row["first_doctor"]),
        )


def link_services(world: World) -> None:
    rows = table(world.table("services"))
    for column, targets in (("clinics", world.clinics), ("providers", world.providers)):
        pairs = ((world.services[row["code"]], targets[code]) for row in rows for code in row[column].split())
        link_all(getattr(Service, column).through, pairs)


def furnish_rooms(world: World) -> None:
    rows = table(world.table("rooms"))
    rooms = [
        Room(
            organisation=world.organisation,
            clinic=world.clinics[row["clinic"]],
            code=row["code"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            capacity=int(row["places"]),
        )
        for row in rows
    ]
    record_all(rooms, by=world.office, at=world.founded_at)
    furnished = zip(rooms, rows, strict=True)
    pairs = ((room, world.services[code]) for room, row in furnished for code in row["services"].split())
    link_all(Room.services.through, pairs)


def packages(world: World) -> Iterator[Package]:
    for row in table(world.table("packages")):
        yield Package(
            organisation=world.organisation,
            code=row["code"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            price=Decimal(row["price"]),
            validity_days=int(row["valid_days"]),
            active=row["active"] == "yes",
        )


def package_items(world: World) -> Iterator[PackageItem]:
    for row in table(world.table("package_items")):
        yield PackageItem(
            organisation=world.organisation,
            package=world.packages[row["package"]],
            service=world.services[row["service"]],
            sessions=int(row["sessions"]),
            step=int(row["step"]),
        )
