"""The desk that repeats appointments, as the tests of its pages use it."""

import re
from datetime import timedelta
from html import unescape

from django.urls import reverse

from clinic.models import Appointment
from clinic.packages.services import assign
from clinic.scheduling.booking import book
from tests.factories import NINE, make_patient, make_week

HTMX = {"HX-Request": "true"}
DATES = {**HTMX, "HX-Target": "repeat-dates"}
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


class SeriesDesk:
    """A front desk, a patient with four sessions of which the first was on Monday at nine."""

    def __init__(self, ours, client):
        self.ours, self.client = ours, client
        make_week(ours.provider, ours.clinic)
        self.patient = make_patient(ours.organisation, "Huda")
        self.purchase = assign(ours.package, self.patient, by=ours.user)
        self.first = self.book(NINE + HOUR, purchase=self.purchase)

    def book(self, starts_at, patient=None, **options) -> Appointment:
        ours = self.ours
        return book(
            patient=patient or self.patient, service=ours.service, provider=ours.provider, clinic=ours.clinic,
            starts_at=starts_at, by=ours.user, **options,
        )  # fmt: skip

    def ask(self, **query):
        return self.client.get(reverse("admin:repeat"), {"purchase": self.purchase.pk, **query})

    def send(self, page, **changes):
        """Post the form as the page shows it."""
        return self.client.post(reverse("admin:repeat"), {**form_of(page.text), **changes}, headers=DATES)

    def booked(self) -> list[Appointment]:
        return list(Appointment.objects.filter(series__isnull=False, patient=self.patient).order_by("starts_at"))


def form_of(page: str) -> dict[str, str | list[str]]:
    """What the browser would send of the page's form."""
    form = page[page.index('<form id="repeat"') : page.index("</form>", page.index('<form id="repeat"'))]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        kind, name = attribute(tag, "type"), attribute(tag, "name")
        if kind not in ("radio", "checkbox") or re.search(r"\bchecked\b", tag):
            sent.setdefault(name, []).append(attribute(tag, "value"))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'value="(\d+)" selected', options)
    return sent


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def states(page) -> list[str]:
    return re.findall(r'<span class="status status-\w+">([^<]+)</span>', page.text)
