"""One appointment as a calendar file: read back by a calendar library, and its clocks by another."""

from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from django.utils import translation
from icalendar import Calendar, Event, Timezone

from clinic.calendars.events import calendar_file, event_of, initials
from clinic.calendars.zones import vtimezone
from clinic.enums import AppointmentKind, AppointmentStatus
from tests.factories import (
    BEFORE,
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
)  # fmt: skip

LINK = "https://clinic.example/a/abc/"


@pytest.fixture
def booked(db):
    """Huda at nine on Monday in Olaya, for speech therapy."""
    organisation = make_organisation()
    clinic = make_clinic(organisation, address="12 King Fahd Road; Riyadh", name_ar="العليا")
    provider = make_provider(clinic)
    patient = make_patient(organisation, name="Huda Al-Amri", language="en", email="huda@example.com")
    return make_appointment(patient, make_service(provider), provider, clinic)


def read(file: bytes) -> Event:
    [event] = Calendar.from_ical(file).walk("VEVENT")
    return event


def test_a_calendar_file_read_by_a_calendar_says_what_is_booked(booked):
    file = calendar_file(booked, url=LINK, at=BEFORE)

    event = read(file)
    assert Calendar.from_ical(file)["METHOD"] == "REQUEST"
    assert event["UID"] == str(booked.public_id)
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (0, "CONFIRMED", "OPAQUE")
    assert (event.start, event.end) == (NINE, datetime(2030, 1, 7, 9, 30, tzinfo=RIYADH))
    assert event["DTSTART"].params["TZID"] == "Asia/Riyadh"
    assert event["DTSTAMP"].dt == BEFORE
    assert event["SUMMARY"] == "Appointment: Olaya"
    assert event["LOCATION"] == "Olaya, 12 King Fahd Road; Riyadh"
    assert event["URL"] == LINK
    assert event["DESCRIPTION"] == f"Confirm, move or cancel: {LINK}"
    assert event["ATTENDEE"] == "mailto:huda@example.com"
    assert event["ORGANIZER"].params["CN"] == "Olaya"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (AppointmentStatus.SCHEDULED, "NEEDS-ACTION"),
        (AppointmentStatus.RESCHEDULED, "NEEDS-ACTION"),
        (AppointmentStatus.CONFIRMED, "ACCEPTED"),
    ],
)
def test_a_file_says_that_the_patient_comes_only_once_that_is_confirmed(booked, status, answer):
    booked.status = status

    attendee = read(calendar_file(booked))["ATTENDEE"]

    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == (answer, "FALSE")


def test_a_file_for_the_patient_names_no_treatment_and_no_provider(booked):
    file = calendar_file(booked).decode()

    assert "Speech" not in file
    assert "Sara" not in file


def test_a_moved_appointment_is_the_same_event_with_a_higher_sequence(booked):
    before = read(calendar_file(booked))

    booked.starts_at, booked.ends_at = NINE.replace(hour=14), NINE.replace(hour=15)
    booked.calendar_sequence += 1
    after = read(calendar_file(booked))

    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.start == datetime(2030, 1, 7, 14, tzinfo=RIYADH)


@pytest.mark.parametrize("status", [AppointmentStatus.SCHEDULED, AppointmentStatus.CANCELLED_BY_CLINIC])
def test_a_file_that_cancels_takes_the_event_out(booked, status):
    booked.status = status

    file = calendar_file(booked, method="CANCEL")

    assert Calendar.from_ical(file)["METHOD"] == "CANCEL"
    assert read(file)["STATUS"] == "CANCELLED"


def test_a_file_to_download_invites_nobody(booked):
    event = read(calendar_file(booked, method="PUBLISH"))

    assert "ORGANIZER" not in event
    assert "ATTENDEE" not in event


def test_a_file_is_in_the_language_of_its_patient(booked):
    booked.patient.language = "ar"

    assert "العليا" in read(calendar_file(booked))["SUMMARY"]


def test_a_video_appointment_is_nowhere_in_town(booked):
    booked.kind = AppointmentKind.VIRTUAL

    assert read(calendar_file(booked))["LOCATION"] == "By video"


HOSTILE = "Olaya\r\nATTENDEE:mailto:evil@example.com\n<b>x</b>, \N{RIGHT-TO-LEFT OVERRIDE}\x07;y\\n"


def test_a_name_with_line_breaks_and_marks_stays_text(booked):
    booked.clinic.name_en = HOSTILE

    file = calendar_file(booked)

    assert read(file)["SUMMARY"] == r"Appointment: Olaya ATTENDEE:mailto:evil@example.com <b>x</b>, ;y\n"
    assert read(file)["ATTENDEE"] == "mailto:huda@example.com"
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"\r" not in file.replace(b"\r\n", b"")


def test_long_arabic_names_are_folded_between_letters(booked):
    booked.patient.language, booked.clinic.name_ar = "ar", "مركز التأهيل الشامل للنطق والتخاطب " * 3

    file = calendar_file(booked)

    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert all(line.decode() is not None for line in file.split(b"\r\n"))
    assert read(file)["SUMMARY"].endswith("مركز التأهيل الشامل للنطق والتخاطب")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Huda Al-Amri", "H. A."),
        ("هدى العمري", "ه. ا."),
        ("Abd (Abu) 'Umar", "A. A. U."),
        ("A B C D", "A. B. C."),
        ("7", ""),
    ],
)
def test_a_provider_sees_a_patients_initials_only(booked, name, letters):
    booked.patient.name_en = name

    assert initials(booked.patient) == letters
    with translation.override("en"):
        assert event_of(booked, for_provider=True)["SUMMARY"] == f"{letters} · Speech therapy"


@pytest.mark.parametrize(
    "zone",
    ["Africa/Cairo", "Europe/Berlin", "Africa/Casablanca", "Asia/Riyadh", "America/St_Johns", "Australia/Lord_Howe",
     "Asia/Kathmandu", "Europe/London"],
)  # fmt: skip
def test_the_clocks_written_down_are_those_of_the_zone_at_every_hour_of_a_year(zone):
    written = vtimezone(zone, 2026, 2027).decode().replace("\r\n", "\n")

    clock = tzical(StringIO(written)).get(zone)

    hours = [datetime(2026, 1, 1, tzinfo=UTC).timestamp() + 3600 * n for n in range(365 * 24)]
    local = [datetime.fromtimestamp(hour, ZoneInfo(zone)) for hour in hours]
    wrong = [at for at in local if at.replace(tzinfo=clock, fold=at.fold).utcoffset() != at.utcoffset()]
    assert wrong == []


@pytest.mark.parametrize(
    ("zone", "instants"),
    [
        ("Europe/Berlin", ["2026-03-29 01:00", "2026-10-25 01:00"]),
        ("Africa/Cairo", ["2026-04-23 22:00", "2026-10-29 21:00"]),
        ("Africa/Casablanca", ["2026-02-15 02:00", "2026-03-22 02:00"]),
    ],
)
def test_each_change_of_clocks_is_written_at_its_true_instant(zone, instants):
    observances = Timezone.from_ical(vtimezone(zone, 2026, 2026)).subcomponents

    onsets = sorted(one["DTSTART"].dt - one["TZOFFSETFROM"].td for one in observances)

    assert [f"{onset:%Y-%m-%d %H:%M}" for onset in onsets[1:]] == instants  # the first is where the window begins
