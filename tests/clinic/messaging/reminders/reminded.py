"""A clinic whose patients are reminded."""

from datetime import timedelta

from clinic.enums import Channel, MessageKind
from clinic.models import Appointment, Message
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

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = BEFORE - DAY
NOON = NINE + timedelta(hours=3)  # Monday 7 January 2030 in Riyadh


class Desk:
    """A clinic with two rules, a day before by mail and two hours before by SMS, at work since long ago."""

    def __init__(self, **organisation):
        self.organisation = make_organisation(**organisation)
        self.policy = self.organisation.policy
        self.clinic = make_clinic(self.organisation, name="Olaya", phone="+966112345678")
        self.provider = make_provider(self.clinic)
        self.service = make_service(self.provider, name="Behavioural therapy")

    def patient(self, **fields):
        usual = {"language": "en", "email": "huda@example.org", "preferred_channel": Channel.SMS}
        return make_patient(self.organisation, **{**usual, **fields})

    def book(self, starts_at=NOON, patient=None, **fields):
        return make_appointment(
            patient or self.patient(), self.service, self.provider, self.clinic, starts_at=starts_at, **fields
        )

    def remind_by(self, **minutes):
        self.policy.reminder_minutes = minutes
        self.policy.save()


def reminders():
    return Message.objects.filter(kind=MessageKind.REMINDER).order_by("due_at")


def book_many(desk, count):
    patients = [desk.patient(name=f"Patient {n}") for n in range(count)]
    rows = [
        Appointment(
            organisation=desk.organisation, patient=patient, service=desk.service, provider=desk.provider,
            clinic=desk.clinic, starts_at=NOON, ends_at=NOON + HOUR, busy_from=NOON, busy_until=NOON + HOUR,
            lane=lane, booked_at=BEFORE,
        )
        for lane, patient in enumerate(patients)
    ]  # fmt: skip
    Appointment.objects.bulk_create(rows)
