"""One small desk: Sara treats speech therapy at Olaya on Mondays from nine to noon."""

from datetime import date, datetime, time, timedelta

import pytest

from clinic.enums import RefusalCode
from clinic.models import Appointment, Message, PackagePurchase, Policy, SessionEntry
from clinic.packages.services import assign
from clinic.scheduling import booking, slots_for, why_not
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_hours,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
)
from tests.standing import standing


def monday(hour, minute=0) -> datetime:
    return datetime(2030, 1, 7, hour, minute, tzinfo=RIYADH)


NOON = monday(12)


class Desk:
    """The rows, and short ways to ask about them on Monday, 7 January 2030, seen from the week before."""

    def __init__(self):
        self.organisation = make_organisation()
        self.user = make_user(self.organisation)
        self.clinic = make_clinic(self.organisation)
        self.provider = make_provider(self.clinic)
        self.service = make_service(self.provider)
        self.patient = make_patient(self.organisation)
        self.hours = make_hours(self.provider, self.clinic, start=time(9), end=time(12))

    def slots(self, service=None, **options):
        options = {"first_day": MONDAY, "last_day": MONDAY, "at": BEFORE, **options}
        return slots_for(service or self.service, **options)

    def times(self, service=None, **options) -> list[str]:
        return [f"{slot.starts_at:%H:%M}" for slot in self.slots(service, **options)]

    def places(self, service=None, **options) -> dict[str, int]:
        return {f"{slot.starts_at:%H:%M}": slot.free_places for slot in self.slots(service, **options)}

    def why_not(self, starts_at=NINE, **options):
        service = options.pop("service", self.service)
        provider, clinic = options.pop("provider", self.provider), options.pop("clinic", self.clinic)
        return why_not(service, provider, clinic, starts_at, **{"at": BEFORE, **options})

    def appointment(self, starts_at=NINE, **fields) -> Appointment:
        """A row as it stands in the table, of a new patient unless given."""
        patient = fields.pop("patient", None) or make_patient(self.organisation, name="Omar")
        service, provider = fields.pop("service", self.service), fields.pop("provider", self.provider)
        return make_appointment(patient, service, provider, fields.pop("clinic", self.clinic), starts_at, **fields)

    def book(self, starts_at=NINE, **options) -> Appointment:
        asked = {
            "patient": self.patient, "service": self.service, "provider": self.provider, "clinic": self.clinic,
            "starts_at": starts_at, "by": self.user, "at": BEFORE,
        }  # fmt: skip
        return booking.book(**{**asked, **options})

    def purchase(self, sessions=10, *, patient=None, on=date(2030, 1, 1), days=90):
        package = make_package((self.service, sessions), validity_days=days)
        return assign(package, patient or self.patient, by=self.user, on=on)

    def change(self, row, **fields) -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()

    def policy(self, **fields) -> None:
        self.change(Policy.objects.get(organisation=self.organisation), **fields)

    def lengths(self, *, before=0, treatment=30, after=0) -> None:
        self.change(
            self.service,
            buffer_before=timedelta(minutes=before),
            duration=timedelta(minutes=treatment),
            buffer_after=timedelta(minutes=after),
        )


desk = standing(Desk)


@pytest.fixture
def omar(desk):
    return make_patient(desk.organisation, name="Omar")


TABLES = (Appointment, Appointment.history.model, PackagePurchase, PackagePurchase.history.model, SessionEntry, Message)


def tables():
    """Everything that a booking could write."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def nothing_written(desk):
    """Run the test's refusal, then look whether every table is as it was when `expect` was called."""
    was = []
    yield lambda: was.append(tables())
    assert was == [tables()]


@pytest.fixture
def stranger(desk):
    """A row of every kind in another organisation, ready to be booked there."""
    cedar = make_organisation("Cedar")
    clinic = make_clinic(cedar)
    provider = make_provider(clinic)
    make_hours(provider, clinic)
    service = make_service(provider)
    return {
        "patient": make_patient(cedar), "provider": provider, "clinic": clinic, "service": service,
        "room": make_room(clinic, service),
    }  # fmt: skip


@pytest.fixture
def chief(desk):
    return make_user(desk.organisation, is_superuser=True)


def codes(refused) -> list[RefusalCode]:
    """The codes of what `pytest.raises` caught."""
    return [reason.code for reason in refused.value.reasons]


def walk(desk, appointment, *verbs, at=NOON):
    """Take the steps one after the other, all at the same moment."""
    for verb in verbs:
        appointment = getattr(booking, verb)(appointment, by=desk.user, at=at)
    return appointment
