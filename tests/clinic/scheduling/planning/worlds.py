"""Small random clinics with everything that can stand in the way of a plan."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.errors import ClinicError
from clinic.packages.services import assign
from clinic.scheduling import booking, slots_for
from clinic.scheduling.planning import Preferences
from tests.factories import (
    make_busy_time,
    make_clinic,
    make_closure,
    make_hours,
    make_leave,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
)

#: A zone and a first day; within the next ten days the clocks of all but Riyadh's change.
PLACES = [
    ("Asia/Riyadh", date(2030, 1, 7)),
    ("Europe/Berlin", date(2030, 3, 28)),
    ("Africa/Cairo", date(2030, 4, 23)),
    ("Africa/Casablanca", date(2030, 2, 6)),
]


class World:
    """Drawn by `random`; `tiny` keeps everything so small that all plans can be tried."""

    def __init__(self, random, *, tiny=False):
        self.random, self.tiny = random, tiny
        self.zone, self.first_day = random.choice(PLACES)
        self.last_day = self.first_day + timedelta(days=random.randint(0, 2 if tiny else 9))
        self.at = datetime.combine(self.first_day - timedelta(days=3), time(8), ZoneInfo(self.zone))
        self.organisation = make_organisation(week_start=random.choice([1, 6, 7]))
        self.user = make_user(self.organisation)
        zones = [self.zone, "Asia/Tokyo"] if random.random() < 0.3 and not tiny else [self.zone]
        self.clinics = [make_clinic(self.organisation, zone, time_zone=zone) for zone in zones]
        self.providers = [make_provider(*self.clinics, name=name) for name in "ab"[: random.randint(1, 2)]]
        self.services = [self.service(number) for number in range(random.randint(1, 2))]
        for provider in self.providers:
            self.rota(provider)
        self.absences()
        self.rooms()
        self.patients = [make_patient(self.organisation, name=name) for name in "xy"[: random.randint(1, 2)]]
        self.purchases = [self.purchase() for _ in range(random.randint(1, 1 if tiny else 3))]
        self.bookings()

    def minutes(self, *choices):
        return timedelta(minutes=self.random.choice(choices))

    def service(self, number):
        more = {"buffer_before": self.minutes(0, 0, 15), "capacity": self.random.choice([None, None, 1, 2])}
        return make_service(
            *self.providers, clinics=self.clinics, name=f"Service {number}", minutes=self.random.choice([30, 60]),
            buffer_after=self.minutes(0, 0, 10, 30), **({} if self.tiny else more),
        )  # fmt: skip

    def rota(self, provider):
        """One or two adjoining rows of hours a day, on most days; by night too, where clocks change."""
        clinic = self.random.choice(self.clinics)
        first = self.random.choice([0, 1, 8, 9])
        for weekday in range(1, 8):
            if self.random.random() < 0.75:
                middle = first + self.random.randint(1, 1 if self.tiny else 3)
                self.hours(provider, clinic, weekday, first, middle)
                if not self.tiny and self.random.random() < 0.4:
                    self.hours(provider, clinic, weekday, middle, middle + self.random.randint(1, 2))

    def hours(self, provider, clinic, weekday, start, end):
        make_hours(
            provider, clinic, weekday=weekday, start=time(start), end=time(end),
            slot_minutes=self.random.choice([30, 60] if self.tiny else [15, 30, 60]),
            capacity=1 if self.tiny else self.random.choice([1, 1, 2, 3]),
        )  # fmt: skip

    def absences(self):
        for provider in self.providers:
            if self.random.random() < 0.3:
                start = self.at + timedelta(days=self.random.randint(3, 8), hours=self.random.randint(0, 12))
                make_leave(provider, start, start + timedelta(hours=self.random.randint(1, 30)))
            if self.random.random() < 0.4:
                start = self.at + timedelta(days=self.random.randint(2, 8), hours=self.random.randint(0, 23))
                make_busy_time(provider, start, start + self.minutes(45, 120, 600, 1800))
        if self.random.random() < 0.2:
            make_closure(self.organisation, self.first_day + timedelta(days=self.random.randint(0, 5)))

    def rooms(self):
        for number in range(self.random.choice([0, 0, 1, 2]) if not self.tiny else 0):
            served = self.random.sample(self.services, self.random.randint(1, len(self.services)))
            make_room(self.clinics[0], *served, name=f"Room {number}", capacity=self.random.randint(1, 2))

    def purchase(self):
        random, most = self.random, 3 if self.tiny else 5
        items = [(service, random.randint(1, most), random.randint(1, 2)) for service in self.services]
        package = make_package(*items, validity_days=random.choice([3, 8, 30]))
        return assign(package, random.choice(self.patients), by=self.user, on=self.first_day, at=self.at)

    def bookings(self):
        """A few appointments of these patients and of others, with and without a session of a package."""
        stranger = make_patient(self.organisation, name="z")
        for _ in range(self.random.randint(0, 1 if self.tiny else 4)):
            service, purchase = self.random.choice(self.services), self.random.choice([None, *self.purchases])
            patient = purchase.patient if purchase else self.random.choice([stranger, *self.patients])
            slots = slots_for(service, first_day=self.first_day, last_day=self.last_day, patient=patient, at=self.at)
            if slots:
                slot = self.random.choice(slots)
                self.book(patient, service, slot.provider, slot.clinic, slot.starts_at, purchase=purchase)

    def book(self, patient, service, provider, clinic, starts_at, **options):
        try:
            return booking.book(
                patient=patient, service=service, provider=provider, clinic=clinic, starts_at=starts_at,
                by=self.user, at=self.at, **options,
            )  # fmt: skip
        except ClinicError as refused:
            return refused

    def wishes(self):
        random = self.random
        by_day = all(hours.start.hour >= 8 for provider in self.providers for hours in provider.workinghours.all())
        return Preferences(
            weekdays=frozenset(random.choice([range(1, 8), range(1, 8), (1, 3, 4), (2, 5, 6, 7)])),
            earliest=random.choice([None, None, time(9)]),
            latest=random.choice([None, time(11), time(12)]) if by_day else None,
            closed_days=frozenset(random.choice([[], [self.first_day + timedelta(days=1)]])),
            sessions_per_day=(per_day := random.choice([1, 1, 2, 3])),
            sessions_per_week=random.choice([None, None, 1, 2, 4]),
            min_gap_days=random.choice([0, 1, 2, 3]) if per_day == 1 else 0,
            keep_provider=random.random() < 0.7,
            keep_time=random.random() < 0.7,
            keep_order=random.random() < 0.7,
        )
