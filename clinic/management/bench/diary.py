"""A large practice to search in: providers with hours, leave and holidays, and a diary that is partly full."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.apps import apps

from clinic.constraints import install_triggers, remove_triggers
from clinic.enums import LeaveStatus
from clinic.models import (
    Appointment,
    Clinic,
    Closure,
    ExtraHours,
    Leave,
    Organisation,
    Patient,
    Policy,
    Provider,
    Service,
    User,
    WorkingHours,
)

FIRST_DAY = date(2030, 1, 6)  # a Sunday
NOW = datetime(2030, 1, 5, 12, tzinfo=ZoneInfo("Asia/Riyadh"))
WORKDAYS = (7, 1, 2, 3, 4)
SLOT = timedelta(minutes=20)
SLOTS_A_DAY = 24
DAYS_AHEAD = 90
BATCH = 5_000


@dataclass(frozen=True)
class Diary:
    organisation: Organisation
    service: Service
    providers: list[Provider]
    clinics: list[Clinic]
    user: User

    def clinic_of(self, provider: Provider) -> Clinic:
        return self.clinics[self.providers.index(provider) % len(self.clinics)]


def make_diary(
    name: str = "bench", *, providers: int = 100, clinics: int = 5, days_back: int = 0, share: float = 0.5
) -> Diary:
    """Write a new organisation; `share` of its slots from `days_back` before FIRST_DAY on are booked. Deterministic."""
    organisation = Organisation.objects.create(slug=name, name_en=name)
    Policy.objects.create(organisation=organisation)
    owner = {"organisation": organisation}
    places = [Clinic.objects.create(**owner, code=f"C{n}", name_en=f"Clinic {n}") for n in range(clinics)]
    people = [Provider.objects.create(**owner, code=f"P{n}", name_en=f"Provider {n}") for n in range(providers)]
    service = Service.objects.create(**owner, code="S", name_en="Session", duration=SLOT)
    service.clinics.set(places)
    service.providers.set(people)
    for number, provider in enumerate(people):
        provider.clinics.set([places[number % clinics]])
    user = User.objects.create(username=name, organisation=organisation)
    diary = Diary(organisation, service, people, places, user)
    give_hours(diary)
    with without_triggers():
        book_days(diary, days_back=days_back, share=share)
    return diary


@contextmanager
def without_triggers() -> Iterator[None]:
    """A million rows that are known to agree are written in minutes; afterwards the table is guarded as ever."""
    clinic = apps.get_app_config("clinic")
    remove_triggers(clinic, plan=["a diary"])
    yield
    install_triggers(clinic)


def give_hours(diary: Diary) -> None:
    owner = {"organisation": diary.organisation}
    pairs = [(provider, diary.clinic_of(provider)) for provider in diary.providers]
    WorkingHours.objects.bulk_create(
        WorkingHours(**owner, provider=p, clinic=c, weekday=day, start=time(9), end=time(17), slot_minutes=20)
        for p, c in pairs
        for day in WORKDAYS
    )
    ExtraHours.objects.bulk_create(
        ExtraHours(
            **owner, provider=p, clinic=c, date=FIRST_DAY + timedelta(days=6 + 7 * (n % 10)), start=time(10),
            end=time(14), slot_minutes=20,
        )
        for n, (p, c) in enumerate(pairs)
    )  # fmt: skip
    Leave.objects.bulk_create(
        Leave(
            **owner, provider=p, status=LeaveStatus.APPROVED, starts_at=NOW + timedelta(days=10 + n % 60),
            ends_at=NOW + timedelta(days=13 + n % 60),
        )
        for n, (p, _clinic) in enumerate(pairs)
        if n % 3 == 0
    )  # fmt: skip
    holiday = FIRST_DAY + timedelta(days=44)
    Closure.objects.create(**owner, name_en="Holiday", first_on=holiday, last_on=holiday + timedelta(days=2))


def book_days(diary: Diary, *, days_back: int, share: float) -> None:
    patients = Patient.objects.bulk_create(
        Patient(organisation=diary.organisation, name_en=f"Patient {n}", file_number=str(n))
        for n in range(20 * len(diary.providers))
    )
    batch: list[Appointment] = []
    for appointment in appointments(diary, patients, days_back=days_back, share=share):
        batch.append(appointment)
        if len(batch) == BATCH:
            Appointment.objects.bulk_create(batch)
            batch.clear()
    Appointment.objects.bulk_create(batch)


def appointments(diary: Diary, patients: list[Patient], *, days_back: int, share: float) -> Iterator[Appointment]:
    """Appointments on a share of the slots; a patient keeps one provider, so that nobody is in two places."""
    random, zone = Random(1), ZoneInfo("Asia/Riyadh")
    per_provider = len(patients) // len(diary.providers)
    for day in range(-days_back, DAYS_AHEAD):
        date_ = FIRST_DAY + timedelta(days=day)
        if date_.isoweekday() not in WORKDAYS:
            continue
        for number, provider in enumerate(diary.providers):
            for slot in random.sample(range(SLOTS_A_DAY), int(SLOTS_A_DAY * share)):
                starts_at = datetime.combine(date_, time(9), zone) + slot * SLOT
                yield Appointment(
                    organisation=diary.organisation, provider=provider, clinic=diary.clinic_of(provider),
                    service=diary.service, patient=patients[number * per_provider + slot % per_provider],
                    starts_at=starts_at, ends_at=starts_at + SLOT, busy_from=starts_at, busy_until=starts_at + SLOT,
                    booked_at=NOW,
                )  # fmt: skip
