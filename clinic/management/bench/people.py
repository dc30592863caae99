"""The main job on real people: a public file of 110,527 appointments gives the patients and the places.

The file is not part of the project; `bench --people FILE` reads it. Patients come in through the services, places
become clinics with three providers each, and a thousand patients get a package that is auto-scheduled.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from django.db import connection

from clinic.enums import Sex, Weekday
from clinic.management.bench.diary import NOW
from clinic.management.bench.report import Row
from clinic.models import (
    Clinic,
    Organisation,
    Package,
    PackageItem,
    PackagePurchase,
    Patient,
    Policy,
    Provider,
    Service,
    User,
    WorkingHours,
)
from clinic.packages.services import assign
from clinic.people.services import register
from clinic.scheduling.planning.apply import apply
from clinic.scheduling.planning.plan import Plan, Preferences
from clinic.scheduling.planning.planner import draft, plan_from, world_of
from clinic.scheduling.planning.question import request_of

FIRST_DAY = date(2030, 1, 7)
LAST_DAY = FIRST_DAY + timedelta(days=60)
PROVIDERS_A_PLACE = 3
SESSIONS = 10
PURCHASES = 1_000
REGISTERED = {"small": 3_000, "million": 62_299}  # the larger is all there are
SEX = {"F": Sex.FEMALE, "M": Sex.MALE}


class Person(NamedTuple):
    file_number: str
    sex: Sex
    born_on: date | None
    place: str


def rows(*, scale: str, people: Path) -> Iterator[Row]:
    practice = Practice.opened(everybody := list(read(people, most=REGISTERED[scale])))
    engine = connection.vendor
    started = perf_counter()
    patients = [practice.register(person) for person in everybody]
    seconds = perf_counter() - started
    yield Row("people", f"{len(patients):,} registered", engine, "s", seconds, len(patients) / 1e3, "1 ms each")
    purchases = [practice.sell(patient) for patient in patients[:PURCHASES]]
    homes = zip(purchases, everybody, strict=False)
    usual = {purchase.pk: frozenset({practice.clinics[person.place].pk}) for purchase, person in homes}
    started = perf_counter()
    plan = practice.plan(purchases, usual)
    planning = perf_counter() - started
    case = f"{len(purchases):,} packages of {SESSIONS}, {len(practice.clinics)} places"
    placed, bound = plan.certificate.placed, plan.certificate.bound
    yield Row("people", case, engine, "sessions", placed, bound, "the proven bound", "≥ 0.998", placed >= 0.998 * bound)
    started = perf_counter()
    booked = len(apply(plan, by=practice.user, at=NOW))
    yield Row("people", f"{case}: planned", engine, "s", planning, perf_counter() - started, "booking them")
    yield Row("people", f"{case}: booked", engine, "sessions", booked, placed, "planned", "1", booked == placed)


def read(file: Path, *, most: int) -> Iterator[Person]:
    """The first `most` different patients of the file, in its order; the place is that of the first visit.

    A file number is kept as text even where a spreadsheet has written it with an exponent; an age below zero is
    unknown.
    """
    seen = set()
    with file.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            number, age = line["PatientId"], int(line["Age"])
            if number not in seen and len(seen) < most:
                seen.add(number)
                born_on = date(2016 - age, 1, 1) if age >= 0 else None
                yield Person(number, SEX[line["Gender"]], born_on, line["Neighbourhood"])


@dataclass(frozen=True)
class Practice:
    """An organisation with a clinic at every place, three providers each, and one package."""

    user: User
    clinics: dict[str, Clinic]
    package: Package

    @classmethod
    def opened(cls, people: Iterable[Person]) -> "Practice":
        organisation = Organisation.objects.create(slug="people", name_en="People")
        Policy.objects.create(organisation=organisation)
        owner = {"organisation": organisation}
        places = dict.fromkeys(person.place for person in people)
        clinics = {
            place: Clinic.objects.create(**owner, code=str(number), name_en=place)
            for number, place in enumerate(places)
        }
        service = Service.objects.create(**owner, code="S", name_en="Session", duration=timedelta(minutes=30))
        service.clinics.set(clinics.values())
        for clinic in clinics.values():
            cls.staff(clinic, service)
        package = Package.objects.create(**owner, code="K", name_en="10 sessions", price=1000, validity_days=50)
        PackageItem.objects.create(**owner, package=package, service=service, sessions=SESSIONS)
        user = User.objects.create(username="people", organisation=organisation)
        return cls(user, clinics, package)

    @staticmethod
    def staff(clinic: Clinic, service: Service) -> None:
        """Three providers with half-days of their own."""
        owner = {"organisation": clinic.organisation}
        for number in range(PROVIDERS_A_PLACE):
            code = f"{clinic.code}-{number}"
            provider = Provider.objects.create(**owner, code=code, name_en=f"Provider {code}")
            provider.clinics.set([clinic])
            service.providers.add(provider)
            start = time(8 + 2 * number)
            WorkingHours.objects.bulk_create(
                WorkingHours(
                    **owner, provider=provider, clinic=clinic, weekday=weekday, start=start,
                    end=start.replace(hour=start.hour + 4), slot_minutes=30,
                )
                for weekday in list(Weekday)[:5]
            )  # fmt: skip

    def register(self, person: Person) -> Patient:
        name = f"Patient {person.file_number}"
        return register(
            by=self.user, name_en=name, file_number=person.file_number, sex=person.sex, born_on=person.born_on
        )

    def sell(self, patient: Patient) -> PackagePurchase:
        return assign(self.package, patient, by=self.user, on=FIRST_DAY, at=NOW)

    def plan(self, purchases: list[PackagePurchase], usual: dict[int, frozenset[int]]) -> Plan:
        request = request_of(
            purchases, providers=None, first_day=FIRST_DAY, last_day=LAST_DAY,
            preferences=Preferences(min_gap_days=2), usual_clinics=usual,
        )  # fmt: skip
        return plan_from(draft(request, world_of(request), at=NOW), unplaced=())
