"""Ten o'clock stays ten o'clock: on screens, on paper and in files, over changes of clocks, wherever the server is."""

import csv
import re
import time as server_time
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from admin_ext.roles import MANAGER
from clinic.models import Appointment
from clinic.scheduling import booking, slots_for
from tests.factories import make_clinic, make_organisation, make_patient, make_provider, make_service, make_week

CHANGES = {  # the first day on which the clocks have changed
    "Africa/Cairo": date(2027, 4, 30),
    "Africa/Casablanca": date(2027, 2, 7),
    "America/New_York": date(2027, 11, 7),
    "America/Santiago": date(2027, 9, 5),
    "America/St_Johns": date(2027, 3, 14),
    "Asia/Beirut": date(2027, 3, 28),
    "Australia/Lord_Howe": date(2027, 4, 4),
    "Europe/Berlin": date(2027, 10, 31),
    "Pacific/Auckland": date(2027, 9, 26),
}
SERVERS = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu")
PAIRS = list(zip(CHANGES, cycle(SERVERS), strict=False))  # every zone, and every server with some of them
TEN = time(10)
DAY = timedelta(days=1)
UNTIL = re.compile(r'<bdi dir="ltr">(\d\d:\d\d)<span class="until">–(\d\d:\d\d)')


@pytest.fixture(params=PAIRS, ids=" at ".join)
def clocks(request, monkeypatch, settings):
    """The zone of the practice, on a server whose own clock is in another one."""
    zone, settings.TIME_ZONE = request.param
    monkeypatch.setenv("TZ", settings.TIME_ZONE)
    server_time.tzset()
    yield zone
    monkeypatch.undo()
    server_time.tzset()


@pytest.fixture
def practice(db, clocks):
    """A provider who works every day from nine to five in a zone whose clocks change, seen two days before."""
    zone = ZoneInfo(clocks)
    organisation = make_organisation(time_zone=clocks)
    clinic = make_clinic(organisation, time_zone=clocks)
    provider = make_provider(clinic, name="Sara")
    make_week(provider, clinic)
    service = make_service(provider)
    before = datetime.combine(CHANGES[clocks] - 2 * DAY, TEN, zone).astimezone(UTC)
    with time_machine.travel(before, tick=False):
        yield service, provider, clinic, zone


def test_ten_stays_ten_on_screens_on_paper_in_files_and_after_a_move(practice, sign_in):
    service, provider, clinic, zone = practice
    client = sign_in(clinic.organisation, MANAGER)
    changed = CHANGES[str(zone)]
    days = [changed - DAY, changed, changed + DAY]
    for day in days:
        (ten,) = [s for s in slots_for(service, first_day=day, last_day=day) if s.starts_at.time() == TEN]
        patient = make_patient(clinic.organisation)
        booked = booking.book(
            patient=patient, service=service, provider=provider, clinic=clinic, starts_at=ten.starts_at, by=client.user
        )

        assert "10:00–10:30" in client.get(reverse("admin:appointment", args=[booked.pk])).content.decode()
        asked = {"day": day.isoformat(), "provider": provider.pk}
        boards = [client.get(reverse("admin:calendar"), {**asked, "view": view}).text for view in ("week", "day")]
        assert all(f'data-start="{int(ten.starts_at.timestamp())}"' in board for board in boards)
        assert UNTIL.findall(boards[-1]) == [("10:00", "10:30")]
        assert '<bdi dir="ltr">10:00–10:30</bdi>' in client.get(reverse("admin:calendar_print"), asked).text

    listed = client.get(reverse("admin:clinic_appointment_changelist"), {"day": "any"}).content.decode()
    assert listed.count('<bdi dir="ltr">10:00–10:30</bdi>') == 3
    assert [(row["Day"], row["Starts"], row["Ends"]) for row in exported(client)] == [
        (day.isoformat(), "10:00", "10:30") for day in reversed(days)
    ]

    first = Appointment.objects.earliest("starts_at")
    moved = booking.move(first, starts_at=datetime.combine(changed + 2 * DAY, TEN, zone), by=client.user)
    moved.refresh_from_db()
    assert moved.starts_at.astimezone(zone).replace(tzinfo=None) == datetime.combine(changed + 2 * DAY, TEN)
    assert moved.starts_at - first.starts_at != 3 * DAY  # a day was not 24 hours long
    assert "10:00–10:30" in client.get(reverse("admin:appointment", args=[moved.pk])).content.decode()


def exported(client) -> list[dict[str, str]]:
    address = f"{reverse('admin:clinic_appointment_export')}?day=any"
    answer = client.post(address, {"format": "0", "resource": ""})
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
