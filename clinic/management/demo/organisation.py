"""The organisation itself: its policy, its logins and its clinics."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from clinic.management.demo.records import record_all
from clinic.management.demo.tables import Row, document, table
from clinic.management.demo.world import World, by_code
from clinic.models import Clinic, Organisation, Policy, User

PASSWORD = "demo"  # public on purpose: these logins are made only together with the demo
PLATFORM_LOGIN = "platform"


def open_organisation(folder: str, *, now: datetime, chance: Random, share: float) -> World:
    """Write the organisation described in `fixtures/<folder>`, with its policy, its logins and its clinics."""
    described = document(f"{folder}/organisation")
    fields = ("name_en", "name_ar", "slug", "country", "currency", "time_zone", "language", "week_start")
    organisation = Organisation(**{field: described[field] for field in fields})
    world = World(organisation, folder, now, chance, share)
    organisation._history_date = world.founded_at
    organisation.save()
    world.logins = logins(world)
    record_all([policy(organisation, described["policy"])], by=world.office, at=world.founded_at)
    world.clinics = by_code(record_all(list(clinics(world)), by=world.office, at=world.founded_at))
    return world


def policy(organisation: Organisation, rules: dict) -> Policy:
    return Policy(
        organisation=organisation,
        cancellation_window=timedelta(minutes=rules["cancellation_window_minutes"]),
        late_cancellation_uses_session=rules["late_cancellation_uses_session"],
        late_cancellation_fee=Decimal(rules["late_cancellation_fee"]),
        no_show_uses_session=rules["no_show_uses_session"],
        no_show_fee=Decimal(rules["no_show_fee"]),
        no_show_limit=rules["no_show_limit"],
        no_show_days=rules["no_show_days"],
        no_show_consequence=rules["no_show_consequence"],
        booking_horizon_days=rules["booking_horizon_days"],
        reminder_minutes=rules["reminder_minutes"],
        quiet_from=time.fromisoformat(rules["quiet_from"]),
        quiet_until=time.fromisoformat(rules["quiet_until"]),
        offer_hold=timedelta(minutes=rules["offer_hold_minutes"]),
        queues_before_payment=rules["queues_before_payment"],
    )


def logins(world: World) -> dict[str, User]:
    """One login for each row of the table, by role."""
    result = {}
    for row in table(world.table("logins")):
        result[row["role"]] = login(world, row, role=row["role"])
    return result


def login(world: World, row: Row, *, role: str) -> User:
    user = User.objects.create(
        organisation=world.organisation,
        username=row["username"],
        password=password_hash(),
        first_name=row["first_name"],
        last_name=row["last_name"],
        language=row["language"],
        is_staff=True,
        date_joined=world.founded_at,
    )
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@cache
def password_hash() -> str:
    """One hash for all: a good hash takes its time."""
    return make_password(PASSWORD)


def open_platform(*, at: datetime) -> User:
    """The login of whoever runs the platform: it belongs to no organisation."""
    return User.objects.get_or_create(
        username=PLATFORM_LOGIN,
        defaults={
            "password": password_hash(),
            "first_name": "Platform",
            "is_staff": True,
            "is_superuser": True,
            "date_joined": at,
        },
    )[0]


def clinics(world: World) -> Iterator[Clinic]:
    for row in table(world.table("clinics")):
        yield Clinic(
            organisation=world.organisation,
            code=row["code"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            time_zone=world.organisation.time_zone,
            address=row["address"],
            phone=row["phone"],
        )
