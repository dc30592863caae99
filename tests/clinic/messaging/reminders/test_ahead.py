"""Reminders that are still to come, as the pages show them."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, Channel
from clinic.messaging.reminders.ahead import reminders_ahead
from clinic.messaging.reminders.writing import remind_due
from clinic.models import Message
from tests.factories import (
    BEFORE,
    NINE,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
)

pytestmark = pytest.mark.any_engine
HOUR = timedelta(hours=1)
AFTERNOON = NINE + 6 * HOUR


@pytest.fixture
def appointment(db):
    organisation = make_organisation()
    clinic = make_clinic(organisation)
    provider = make_provider(clinic)
    patient = make_patient(organisation, email="huda@example.com")
    return make_appointment(patient, make_service(provider), provider, clinic, AFTERNOON, booked_at=BEFORE)


def ahead(appointment, at=BEFORE):
    found = reminders_ahead(appointment.organisation, [appointment], at=at)
    return [(one.channel, one.leaves_at) for one in found]


def test_reminders_of_the_policy_come_in_order_of_time(appointment):
    assert ahead(appointment) == [(Channel.EMAIL, AFTERNOON - 24 * HOUR), (Channel.SMS, AFTERNOON - 2 * HOUR)]


def test_reminder_whose_moment_has_come_is_not_ahead_any_more(appointment):
    assert ahead(appointment, at=AFTERNOON - 24 * HOUR) == [(Channel.SMS, AFTERNOON - 2 * HOUR)]


def test_reminders_that_lead_to_one_telephone_at_once_are_one(appointment):
    appointment.organisation.policy.reminder_minutes = {"email": [120], "sms": [120]}
    appointment.organisation.policy.save()
    appointment.patient.email = ""

    assert ahead(appointment) == [(Channel.SMS, AFTERNOON - 2 * HOUR)]


@pytest.mark.parametrize(
    ("preferred", "by"), [("whatsapp", Channel.WHATSAPP), ("sms", Channel.SMS), ("email", Channel.SMS)]
)
def test_one_telephone_is_announced_one_reminder_at_one_notice_as_it_is_written(appointment, preferred, by):
    appointment.organisation.policy.reminder_minutes = {"sms": [120], "whatsapp": [120]}
    appointment.organisation.policy.save()
    remind_due(at=BEFORE)
    appointment.patient.preferred_channel = preferred
    appointment.patient.save()

    announced = ahead(appointment)

    remind_due(at=AFTERNOON - 2 * HOUR)
    assert announced == [(row.channel, row.due_at) for row in Message.objects.all()] == [(by, AFTERNOON - 2 * HOUR)]


def test_of_two_reminders_that_the_night_brings_together_the_last_is_ahead(appointment):
    appointment.organisation.policy.reminder_minutes = {"email": [120], "sms": [100]}
    appointment.organisation.policy.save()
    appointment.starts_at = NINE + HOUR / 2

    assert ahead(appointment) == [(Channel.SMS, NINE - HOUR)]


def test_reminder_says_what_the_patient_will_read(appointment):
    appointment.patient.language = "en"

    (first, _second) = reminders_ahead(appointment.organisation, [appointment], at=BEFORE)

    assert "Monday 7 January" in first.body
    assert "Olaya" in first.body


@pytest.mark.parametrize("status", [AppointmentStatus.CANCELLED_BY_PATIENT, AppointmentStatus.ARRIVED])
def test_appointment_that_is_cancelled_or_under_way_has_none_ahead(appointment, status):
    appointment.status = status

    assert ahead(appointment) == []


def test_who_wants_no_messages_has_none_ahead(appointment):
    appointment.patient.accepts_messages = False

    assert ahead(appointment) == []
