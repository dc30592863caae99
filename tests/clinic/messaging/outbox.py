"""One appointment and what the outbox says of it, ready to leave."""

from datetime import UTC, datetime, timedelta
from itertools import count

from clinic.enums import Channel, MessageKind
from clinic.models import Message
from tests.factories import (
    NINE,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

NOON = datetime(2030, 1, 6, 9, tzinfo=UTC)  # in Riyadh, the day before the appointment
numbers = count(1)


class Outbox:
    def __init__(self):
        self.organisation = make_organisation()
        self.clinic = make_clinic(self.organisation)
        self.provider = make_provider(self.clinic)
        self.service = make_service(self.provider)
        self.sara = make_user(self.organisation, "sara")
        self.patient = make_patient(self.organisation, email="huda@example.org")

    def appointment(self, *, patient=None, starts_at=NINE, **fields):
        return make_appointment(
            patient or self.patient, self.service, self.provider, self.clinic, starts_at=starts_at, **fields
        )

    def message(self, appointment=None, kind=MessageKind.REMINDER, **fields) -> Message:
        """One that is due at noon, about the appointment at its time, by SMS."""
        message = self.unsaved(appointment, kind, **fields)
        message.save()
        return message

    def unsaved(self, appointment=None, kind=MessageKind.REMINDER, **fields) -> Message:
        patient = appointment.patient if appointment else self.patient
        usual = {
            "channel": Channel.SMS, "address": "+966501234567", "language": "en", "subject": "Appointment",
            "body": "See you.", "queued_at": NOON, "due_at": NOON, "dedupe_key": f"test-{next(numbers)}",
            "starts_at": appointment.starts_at if appointment else None,
            "expires_at": appointment.starts_at if appointment else NOON + timedelta(days=2),
        }  # fmt: skip
        return Message(
            organisation=self.organisation, patient=patient, appointment=appointment, kind=kind, **{**usual, **fields}
        )
