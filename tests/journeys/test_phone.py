"""Lists on a phone: what a line is about keeps its place, however much stands at the end of it."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.timezone import now

from admin_ext.roles import ADMINISTRATOR
from clinic.enums import Channel, Language, MessageKind
from clinic.models import BusyCalendar, MessageTemplate
from tests.browser import PHONE
from tests.factories import make_clinic, make_organisation, make_provider, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CUT_OFF = "parts => parts.filter(part => part.scrollWidth > part.clientWidth).map(part => part.textContent.trim())"


@pytest.fixture
def clinic(sign_in):
    """A message with own words in both languages, and a provider with a calendar that cannot be read."""
    organisation = make_organisation(time_zone="UTC")
    person = make_user(organisation, "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=ADMINISTRATOR))
    provider = make_provider(make_clinic(organisation, "Olaya", time_zone="UTC"), name="Dr Hussein Abdulrahman")
    BusyCalendar.objects.create(
        organisation=organisation, provider=provider, name="Hospital", url="https://hospital.example/a.ics",
        read_at=now(), failed_at=now(), error="The machine answered 500 instead of a calendar.",
    )  # fmt: skip
    for language in Language:
        MessageTemplate.objects.create(
            organisation=organisation, kind=MessageKind.BOOKED, language=language, channel=Channel.WHATSAPP, body="Hi"
        )
    sign_in(person)


@pytest.mark.parametrize("address", ["message_templates", "busy_calendars"])
def test_line_shows_its_whole_name_on_a_phone(page, clinic, address):
    page.set_viewport_size({**PHONE, "width": 375})

    page.goto(reverse(f"admin:{address}"))

    assert page.locator(".line .what").count() >= 1
    assert page.locator(".line .what, .line .what > bdi").evaluate_all(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
