"""What is booked for ten o'clock stands at ten o'clock, whatever the clocks do and wherever the server stands."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse

from admin_ext.roles import FRONT_DESK
from tests.factories import make_appointment, make_clinic, make_organisation, make_patient, make_provider, make_service

pytestmark = pytest.mark.django_db

SERVERS = ["UTC", "America/St_Johns", "Asia/Kathmandu"]
CHANGES = {  # the last change of the clocks, or the day of the tests where they stay
    "Asia/Riyadh": date(2030, 3, 31),
    "Africa/Cairo": date(2030, 4, 26),
    "Europe/Berlin": date(2030, 10, 27),
    "America/New_York": date(2030, 3, 10),
    "America/St_Johns": date(2030, 11, 3),
    "Asia/Kathmandu": date(2030, 3, 31),
    "Australia/Lord_Howe": date(2030, 4, 7),
    "Pacific/Auckland": date(2030, 9, 29),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("zone", CHANGES)
def test_ten_oclock_is_ten_oclock_on_screen_and_on_paper(zone, server, sign_in):
    organisation = make_organisation(time_zone=zone)
    clinic = make_clinic(organisation, time_zone=zone)
    provider = make_provider(clinic)
    service = make_service(provider)
    days = [CHANGES[zone] + timedelta(days=offset) for offset in (-1, 0, 1)]
    moments = [datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo(zone)) for day in days]
    for moment in moments:
        make_appointment(make_patient(organisation), service, provider, clinic, moment)

    with override_settings(TIME_ZONE=server), time_machine.travel(moments[0] - timedelta(days=9), tick=False):
        client = sign_in(organisation, FRONT_DESK)
        for day, moment in zip(days, moments, strict=True):
            asked = {"day": day.isoformat(), "provider": provider.pk}
            week, shown = (
                client.get(reverse("admin:calendar"), {**asked, "view": view}).text for view in ("week", "day")
            )
            for board in (week, shown):
                assert f'data-start="{int(moment.timestamp())}"' in board
            assert re.findall(r'<bdi dir="ltr">(\d\d:\d\d)<span class="until">–(\d\d:\d\d)', shown) == [
                ("10:00", "10:30")
            ]
            paper = client.get(reverse("admin:calendar_print"), asked).text
            assert '<bdi dir="ltr">10:00–10:30</bdi>' in paper
