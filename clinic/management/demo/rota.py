"""Who works when: providers, their weekly and extra hours, their leave, and the days the clinics are closed."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from clinic.enums import LeaveStatus
from clinic.management.demo.around_now import hours_around_now
from clinic.management.demo.records import link_all, record_all
from clinic.management.demo.tables import WEEKDAYS, Row, rows_by_weekday, table
from clinic.management.demo.world import HISTORY, World, by_code
from clinic.models import Closure, ExtraHours, Leave, Provider, WorkingHours
from clinic.rota.public_holidays import public_holidays


def employ_providers(world: World) -> None:
    """Write the providers, linked to their clinics and, where they have one, to their login."""
    user_of = {row["provider"]: world.logins[row["role"]] for row in table(world.table("logins"))}
    rows = table(world.table("providers"))
    providers = [
        Provider(
            organisation=world.organisation,
            user=user_of.get(row["code"]),
            code=row["code"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            specialty=row["specialty"],
            specialty_ar=row["specialty_ar"],
            colour=row["colour"],
        )
        for row in rows
    ]
    world.providers = by_code(record_all(providers, by=world.office, at=world.founded_at))
    pairs = ((world.providers[row["code"]], world.clinics[code]) for row in rows for code in row["clinics"].split())
    link_all(Provider.clinics.through, pairs)


def write_rota(world: World) -> None:
    """Write weekly hours, extra hours and leave around today, and the public holidays that touch the demo."""
    weekly = list(weekly_hours(world))
    for rows in (weekly, extra_hours(world), hours_around_now(world, weekly), leave(world)):
        record_all(list(rows), by=world.office, at=world.founded_at)
    close_on_public_holidays(world)


def hours_fields(world: World, row: Row) -> dict:
    return {
        "organisation": world.organisation,
        "provider": world.providers[row["provider"]],
        "clinic": world.clinics[row["clinic"]],
        "start": time.fromisoformat(row["from"]),
        "end": time.fromisoformat(row["to"]),
        "slot_minutes": int(row["every_minutes"]),
        "capacity": int(row["patients_at_once"]),
    }


def weekly_hours(world: World) -> Iterator[WorkingHours]:
    for weekday, row in rows_by_weekday(world.table("working_hours")):
        yield WorkingHours(**hours_fields(world, row), weekday=weekday, every_n_weeks=int(row["every_n_weeks"]))


def extra_hours(world: World) -> Iterator[ExtraHours]:
    for row in table(world.table("extra_hours")):
        day = world.day(int(row["weeks_from_today"]), WEEKDAYS[row["weekday"]])
        yield ExtraHours(**hours_fields(world, row), date=day)


def leave(world: World) -> Iterator[Leave]:
    """Leave of whole days, or of the hours of one day where the table names them."""
    for row in table(world.table("leave")):
        first = world.day(int(row["weeks_from_today"]), WEEKDAYS[row["first_weekday"]])
        start = datetime.combine(first, time.fromisoformat(row["from"] or "00:00"), world.zone)
        end = datetime.combine(first, time.fromisoformat(row["to"] or "00:00"), world.zone)
        yield Leave(
            organisation=world.organisation,
            provider=world.providers[row["provider"]],
            starts_at=start,
            ends_at=end if row["to"] else end + timedelta(days=int(row["days"])),
            reason=row["reason"],
            status=row["status"],
            decided_by=None if row["status"] == LeaveStatus.ASKED else world.office,
        )


def close_on_public_holidays(world: World) -> None:
    """Close every clinic on the country's public holidays from the first year of the history to next year.

    One that falls on the demo's own day is left out: a closed house shows nothing.
    """
    years = range((world.today - HISTORY).year, world.today.year + 2)
    rows = [closure for year in years for closure in closures(world, year)]
    rows = [row for row in rows if not row.first_on <= world.today <= row.last_on]
    record_all(rows, by=world.office, at=world.founded_at)


def closures(world: World, year: int) -> Iterator[Closure]:
    for holiday in public_holidays(world.organisation.country, year):
        yield Closure(
            organisation=world.organisation,
            name_en=holiday.name_en,
            name_ar=holiday.name_ar,
            first_on=holiday.first_on,
            last_on=holiday.last_on,
        )
