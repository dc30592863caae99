"""The booking page as the tests of it ask and post it."""

import re
from html import unescape
from uuid import uuid4

from django.urls import reverse
from django.utils.http import urlencode

from admin_ext.roles import FRONT_DESK
from clinic.models import Appointment
from tests.factories import NINE, make_appointment, make_patient

DIALOG = {"HX-Request": "true", "HX-Target": "modal-content"}
TEN = NINE.replace(hour=10)


def part(name: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": name}


class BookingDesk:
    """The front desk of our organisation, on the Monday whose nine o'clock our patient has."""

    def __init__(self, ours, sign_in, role=FRONT_DESK):
        self.ours, self.client = ours, sign_in(ours.organisation, role)
        self.user = self.client.user

    def ask(self, headers=DIALOG, **query):
        return self.client.get(f"{reverse('admin:book')}?{urlencode(query)}", headers=headers)

    def form(self, **changes) -> dict:
        """A session of our patient's package, Monday at ten."""
        ours = self.ours
        slot = slot_value(ours.provider, ours.clinic, TEN)
        what = f"{ours.service.pk}.{ours.purchase.pk}"
        form = {"patient": ours.patient.pk, "what": what, "slot": slot, "request_key": uuid4(), **changes}
        return {name: value for name, value in form.items() if value is not None}

    def book(self, headers=DIALOG, **changes):
        return self.client.post(reverse("admin:book"), self.form(**changes), headers=headers)

    def booked(self) -> Appointment | None:
        """What was booked beyond the appointment of the world."""
        return Appointment.objects.exclude(pk=self.ours.appointment.pk).filter(booked_by=self.user).first()


def open_booking_desk(ours, sign_in, role=FRONT_DESK) -> BookingDesk:
    return BookingDesk(ours, sign_in, role)


def take_ten(ours):
    """Somebody else was faster."""
    make_appointment(make_patient(ours.organisation, "Quick"), ours.service, ours.provider, ours.clinic, TEN)


def slot_value(provider, clinic, starts_at) -> str:
    return f"{provider.pk}~{clinic.pk}~{starts_at.isoformat()}"


def words(page: str) -> str:
    """The text of a page without its tags, blanks as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def chosen(page: str) -> dict[str, list[str]]:
    """The radio buttons that are checked, by name."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<input [^>]*type="radio"[^>]*checked[^>]*>', page):
        found.setdefault(re.search(r'name="(\w+)"', tag)[1], []).append(unescape(re.search(r'value="([^"]+)"', tag)[1]))
    return found
