"""A desk on which time is taken away: Sara and Omar treat at Olaya, Mona at Rawdah, every day from nine to five.

Everything is seen from Tuesday, 1 January 2030; Sara has appointments on Monday the 7th.
"""

from datetime import datetime, time, timedelta

import pytest
import time_machine

from clinic.models import Appointment, Rebooking, RebookingItem
from clinic.rota.services import ask_leave, decide_leave
from clinic.scheduling import booking
from clinic.scheduling.planning import plan_rebooking
from clinic.scheduling.rebooking.settling import Choice, approve
from tests.factories import (
    BEFORE,
    MONDAY,
    RIYADH,
    make_clinic,
    make_closure,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)

A_DAY = timedelta(days=1)


def at(hour, minute=0, *, day=7) -> datetime:
    """A time of that January, on the Monday unless another day is given."""
    return datetime(2030, 1, day, hour, minute, tzinfo=RIYADH)


class RebookingDesk:
    def __init__(self):
        self.organisation = make_organisation()
        self.user = make_user(self.organisation)
        self.olaya = make_clinic(self.organisation)
        self.sara = make_provider(self.olaya, name="Sara")
        self.omar = make_provider(self.olaya, name="Omar")
        self.speech = make_service(self.sara, self.omar)
        self.hours = make_week(self.sara, self.olaya, start=time(9), end=time(17))
        make_week(self.omar, self.olaya, start=time(9), end=time(17))

    def rawdah(self, name="Mona"):
        """Another clinic where one more provider gives the service."""
        clinic = make_clinic(self.organisation, "Rawdah")
        provider = make_provider(clinic, name=name)
        make_week(provider, clinic, start=time(9), end=time(17))
        self.speech.providers.add(provider)
        self.speech.clinics.add(clinic)
        return clinic

    def book(self, starts_at, *, patient=None, provider=None, **options) -> Appointment:
        patient = patient or make_patient(self.organisation, name=f"Patient {starts_at:%H%M}")
        asked = {
            "service": self.speech, "provider": provider or self.sara, "clinic": self.olaya, "by": self.user,
            "at": BEFORE,
        }  # fmt: skip
        return booking.book(patient=patient, starts_at=starts_at, **{**asked, **options})

    def book_day(self, count=12, *, day=7) -> list[Appointment]:
        """The first `count` half hours of Sara's day."""
        return [self.book(at(9, day=day) + n * timedelta(minutes=30)) for n in range(count)]

    def leave(self, first=None, until=None, *, provider=None):
        """Approved leave through the front door, of Sara on the Monday unless said otherwise."""
        asked = ask_leave(
            provider or self.sara, starts_at=first or at(0), ends_at=until or at(0, day=8), by=self.user, reason="Ill"
        )
        return decide_leave(asked, by=self.user, approve=True)

    def close(self, day=MONDAY, **options):
        return make_closure(self.organisation, first_on=day, **options)

    def approve_all(self, batch=None, *, by=None):
        batch = batch or Rebooking.objects.get()
        return approve(batch, self.choices(batch), by=by or self.user, at=BEFORE)

    def choices(self, batch) -> list[Choice]:
        items = {item.appointment_id: item for item in batch.items.all()}
        return [
            Choice(items[one.appointment.pk], one.proposed.starts_at, one.proposed.provider, one.proposed.clinic)
            for one in plan_rebooking(batch, at=BEFORE).placed
        ]


@pytest.fixture
def desk(db, today) -> RebookingDesk:
    return RebookingDesk()


@pytest.fixture
def today():
    """The first of January, when everything that is booked lies ahead."""
    with time_machine.travel(BEFORE, tick=False):
        yield BEFORE


def statuses(batch=None) -> list[str]:
    """What has become of each item, in the order in which the appointments were booked."""
    items = RebookingItem.objects.filter(rebooking=batch) if batch else RebookingItem.objects.all()
    return list(items.order_by("appointment__pk").values_list("status", flat=True))


def places(rows) -> list[tuple]:
    """Where each appointment stands in the table now."""
    keys = [row.pk for row in rows]
    fields = ("provider", "clinic", "starts_at", "status", "room", "lane")
    return list(Appointment.objects.filter(pk__in=keys).order_by("pk").values_list(*fields))
