"""The desk that plans one purchase, as the tests of its pages use it."""

import re
from datetime import time
from html import unescape

from django.urls import reverse
from django.utils.http import urlencode

from admin_ext.roles import FRONT_DESK
from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Operation
from clinic.packages.services import assign
from tests.factories import make_patient, make_week

PLAN = {"HX-Request": "true", "HX-Target": "plan"}
BODY = {"HX-Request": "true", "HX-Target": "auto-schedule"}
PAGES = ["auto_schedule", "swap_session", "book_plan"]
ANSWER = {
    "asked": 1, "first_day": "2030-01-07", "last_day": "2030-02-28", "weekday": [1, 2, 3, 4, 5, 6, 7], "per_day": 1,
    "gap": 1, "keep_provider": "on", "keep_time": "on", "keep_order": "on",
}  # fmt: skip


def open_desk(ours, sign_in):
    """The front desk, with a patient who has four free sessions and a provider who works every day."""
    make_week(ours.provider, ours.clinic, start=time(17), end=time(20))
    patient = make_patient(ours.organisation, "Huda")
    purchase = assign(ours.package, patient, by=ours.user)
    return Desk(sign_in(ours.organisation, FRONT_DESK), ours, purchase)


class Desk:
    def __init__(self, client, ours, purchase):
        self.client, self.ours, self.purchase = client, ours, purchase

    def address(self, page="auto_schedule", purchase=None):
        return reverse(f"admin:{page}", args=[(purchase or self.purchase).pk])

    def ask(self, headers=PLAN, purchase=None, **changes):
        query = {"clinic": self.ours.clinic.pk, "provider": self.ours.provider.pk, **ANSWER, **changes}
        query = {name: value for name, value in query.items() if value is not None}
        return self.client.get(f"{self.address(purchase=purchase)}?{urlencode(query, doseq=True)}", headers=headers)

    def plan(self, **changes):
        return signed(self.ask(**changes).text)

    def book(self, plan, purchase=None, client=None):
        address = self.address("book_plan", purchase)
        return (client or self.client).post(address, {"plan": plan}, headers=PLAN)

    def swap(self, plan, number, to):
        return self.client.post(self.address("swap_session"), {"plan": plan, "number": number, "to": to}, headers=PLAN)

    def booked(self):
        rows = Appointment.objects.filter(package_purchase=self.purchase, status__in=LIVE_STATUSES)
        return list(rows.order_by("starts_at"))


def operation_of(desk) -> Operation:
    """What booking the plan of the desk's purchase was."""
    desk.book(desk.plan())
    return desk.booked()[0].operation


def signed(page: str) -> str:
    return re.search(r'name="plan" id="signed-plan" value="([^"]+)"', page)[1]


def others(page: str) -> list[tuple[int, str]]:
    return [(int(n), unescape(to)) for n, to in re.findall(r'"number": "(\d+)", "to": "([^"]+)"', page)]
