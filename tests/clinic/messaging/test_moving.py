"""Messages offer another time only as long as the page behind their link does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from clinic.enums import Language, MessageKind
from clinic.messaging.moving import move_until
from clinic.messaging.reminders.writing import remind_due
from clinic.messaging.services import queue
from clinic.messaging.texts.fields import sample_facts
from clinic.messaging.texts.segments import segments
from clinic.messaging.texts.words import rendered
from clinic.models import Appointment, Clinic, Message, Policy
from tests.clinic.messaging.reminders.reminded import Desk
from tests.factories import NINE, RIYADH, make_user

pytestmark = pytest.mark.any_engine

A_DAY = timedelta(hours=24)
TWO_DAYS_BEFORE = NINE - 2 * A_DAY
OFFERING = (MessageKind.BOOKED, MessageKind.MOVED, MessageKind.REMINDER)


@pytest.fixture
def desk(db):
    return Desk()


def told(desk, kind=MessageKind.MOVED, *, at, channel="email", **patient) -> str:
    booked = desk.book(NINE, desk.patient(preferred_channel=channel, **patient))
    return queue(kind, booked.patient, appointment=booked, by=make_user(desk.organisation), at=at).body


def test_what_moves_in_good_time_offers_another_one_and_says_until_when(desk):
    text = told(desk, at=TWO_DAYS_BEFORE)

    assert "you can choose another time there until Sunday 6 January, 9:00 AM." in text
    assert text.endswith("Questions? Call +966112345678.")


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("kind", [MessageKind.BOOKED, MessageKind.MOVED])
def test_what_is_told_late_offers_no_other_time_but_the_telephone(desk, kind, channel):
    text = told(desk, kind, at=NINE - A_DAY + timedelta(hours=1), channel=channel)

    assert "choose another time" not in text
    assert "confirm or change" not in text
    assert "+966112345678" in text
    assert ("For another time, call" if channel == "email" else "To change it, call") in text


def test_reminder_of_the_day_offers_no_change_and_the_one_of_the_day_before_does(desk):
    desk.remind_by(sms=[2880, 120])
    remind_due(at=NINE - 3 * A_DAY)
    noon = desk.book(NINE + timedelta(hours=3))
    Appointment.objects.filter(pk=noon.pk).update(booked_at=NINE - 7 * A_DAY)

    remind_due(at=NINE - A_DAY)
    remind_due(at=NINE + timedelta(hours=1))

    early, late = Message.objects.order_by("due_at").values_list("body", flat=True)
    assert "To confirm or change it: http" in early
    assert "To confirm it: http" in late
    assert "To change it, call +966112345678" in late


def test_quiet_hours_count_as_the_moment_in_which_they_end(desk):
    booked = desk.book(datetime(2030, 1, 8, 7, 30, tzinfo=RIYADH))
    policy = Policy(quiet_from="21:00", quiet_until="08:00")
    evening = datetime(2030, 1, 6, 22, tzinfo=RIYADH)

    assert move_until(booked, policy, leaves_at=evening) is None
    assert move_until(booked, policy, leaves_at=evening - timedelta(hours=2)) == booked.starts_at - A_DAY


def test_last_moment_is_still_in_time_as_on_the_page(desk):
    booked, policy = desk.book(NINE), Policy(quiet_from="00:00", quiet_until="00:00")

    assert move_until(booked, policy, leaves_at=NINE - A_DAY) == NINE - A_DAY
    assert move_until(booked, policy, leaves_at=NINE - A_DAY + timedelta(seconds=1)) is None


def test_without_a_telephone_a_late_message_names_none(desk):
    Clinic.objects.update(phone="")
    desk.clinic.refresh_from_db()

    assert "call" not in told(desk, at=NINE - timedelta(hours=2)).lower()


def test_until_when_is_said_on_the_clock_of_the_clinic_in_the_language_of_the_patient(desk):
    text = told(desk, at=TWO_DAYS_BEFORE.astimezone(UTC), language="ar")

    assert "اختيار وقت آخر حتى الأحد 6 يناير، 9:00 ص." in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", OFFERING)
def test_late_words_fit_into_two_sms_too(kind, language, settings):
    settings.SITE_URL = "https://appointments.example.org"
    with translation.override(language):
        facts = sample_facts(kind, language) | {"move_until": ""}

        _subject, body = rendered(kind, language, facts, channel="sms")

    assert segments(body).count <= 2
    assert "  " not in body
