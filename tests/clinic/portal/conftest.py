"""A patient's telephone, and an appointment at Sara's desk that has a link."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from clinic.messaging.links import token_of
from clinic.models import (
    Appointment,
    CalendarFeed,
    Charge,
    HeldSlot,
    Message,
    PackagePurchase,
    Patient,
    Policy,
    SessionEntry,
    User,
)
from tests.clinic.scheduling.conftest import Desk, omar, stranger  # noqa: F401 (fixtures)
from tests.factories import BEFORE, NINE

TABLES = (
    Appointment, Appointment.history.model, CalendarFeed, Charge, HeldSlot, Message, PackagePurchase, Patient, Policy,
    SessionEntry, User,
)  # fmt: skip
SOON = BEFORE + timedelta(hours=9)  # noon in the clinic, six days before Sara's Monday


@pytest.fixture(autouse=True)
def unlimited():
    """Nobody has opened anything before."""
    caches["limits"].clear()


class LinkDesk(Desk):
    """Huda, who reads English, is booked with Sara on Monday at nine."""

    def __init__(self):
        super().__init__()
        self.change(self.patient, name_en="Huda Al-Salem", language="en")
        self.change(self.clinic, address="12 Olaya Street", phone="+966112223344")
        self.booked = self.book()
        self.phone = Client()

    def path(self, name="appointment"):
        return reverse(name, args=[token_of(self.booked)])

    def opened(self, name="appointment", status=200, **query) -> str:
        reply = self.phone.get(self.path(name), query)
        assert reply.status_code == status
        return text_of(reply)

    def tapped(self, name="appointment", status=200, **values) -> str:
        """What is shown after a form was sent, as the page that was opened last would send it."""
        values = {"sequence": self.booked.calendar_sequence, **values}
        reply = self.phone.post(self.path(name), values, follow=True)
        assert reply.status_code == status
        return text_of(reply)

    def cancelled(self, cost="0:0", **options) -> str:
        return self.tapped("appointment_cancel", cost=cost, **options)

    def moved(self, starts_at, provider=None, **options) -> str:
        code = (provider or self.provider).code
        return self.tapped("appointment_move", **{"start": int(starts_at.timestamp()), "with": code}, **options)

    def now(self) -> Appointment:
        return Appointment.objects.get(pk=self.booked.pk)


def text_of(reply) -> str:
    """The page in one line, without what keeps names apart and what every form has of its own."""
    page = " ".join(reply.content.decode().split())
    return re.sub(r'</?bdi>|name="csrfmiddlewaretoken" value="\w+"', "", page)


def everything():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def desk(db):
    with time_machine.travel(SOON, tick=False):
        yield LinkDesk()


@pytest.fixture
def when():
    """Go to a moment for the rest of the test."""
    travels = []

    def go(moment):
        travels.append(time_machine.travel(moment, tick=False))
        travels[-1].start()

    yield go
    for travel in reversed(travels):
        travel.stop()


DAY_BEFORE = NINE - timedelta(hours=24)
LATE = DAY_BEFORE + timedelta(seconds=1)
