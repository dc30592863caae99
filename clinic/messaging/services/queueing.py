"""Put messages into the outbox."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.messaging.destinations import destination_of
from clinic.messaging.expiry import of_use_until
from clinic.messaging.grace import GRACE
from clinic.messaging.moving import OFFERING, move_until
from clinic.messaging.texts.words import written
from clinic.models import Appointment, Message, Operation, PackagePurchase, Patient, User
from clinic.tenancy import own


def queue(
    kind: MessageKind,
    patient: Patient,
    *,
    by: User,
    at: datetime | None = None,
    appointment: Appointment | None = None,
    purchase: PackagePurchase | None = None,
    sessions: Sequence[Appointment] = (),
    operation: Operation | None = None,
    is_first: bool = False,
) -> Message:
    """Write one message about an appointment, a purchase or several `sessions` into the outbox and return it.

    `operation` is the bulk action that it tells of.
    The same event told twice gives the same row; a row that was called off meanwhile is queued again. Of what this
    transaction has made nobody can have told: `is_first` spares the savepoint in which a twin would be met.
    A patient who cannot or does not want to be written to gets a skipped row that says why.
    """
    organisation = own(by, patient, appointment, purchase, operation)
    at = at or now()
    due_at = at + GRACE.get(kind, timedelta(0))
    destination = destination_of(patient)
    until = None
    if appointment and kind in OFFERING:
        until = move_until(appointment, organisation.effective_policy, leaves_at=due_at)
    subject, body = written(
        kind, patient, channel=destination.channel, appointment=appointment, purchase=purchase, sessions=sessions,
        move_until=until,
    )  # fmt: skip
    fields = {
        "organisation_id": patient.organisation_id, "patient": patient, "appointment": appointment,
        "purchase": purchase, "operation": operation, "kind": kind,
        "starts_at": appointment.starts_at if appointment else None,
        **destination.fields, "language": patient.language, "subject": subject, "body": body,
        "queued_at": at, "due_at": due_at,
        "expires_at": of_use_until(kind, due_at=due_at, appointment=appointment, sessions=sessions),
    }  # fmt: skip
    fields["dedupe_key"] = dedupe_key(
        kind, destination.channel, appointment=appointment, purchase=purchase, operation=operation
    )
    return Message.objects.create(**fields) if is_first else written_once(fields)


def written_once(fields: dict[str, Any]) -> Message:
    """The row with this `dedupe_key`. It is new nearly always, so that nobody looks before it is written."""
    try:
        with transaction.atomic():
            return Message.objects.create(**fields)
    except IntegrityError:
        message = Message.objects.filter(dedupe_key=fields["dedupe_key"]).first()
        if message is None:
            raise
    if message.status == MessageStatus.CANCELLED:
        for field, value in {**fields, "attempts": 0, "leased_until": None, "called_off_by": None}.items():
            setattr(message, field, value)
        message.save()
    return message


def dedupe_key(
    kind: MessageKind,
    channel: Channel,
    *,
    appointment: Appointment | None,
    purchase: PackagePurchase | None,
    operation: Operation | None = None,
) -> str:
    """What makes an event the same one: a move there and back is two changes, so it is told twice."""
    if appointment is None:
        return f"{kind}:purchase-{purchase.pk}:{channel}" + (f":operation-{operation.pk}" if operation else "")
    start = appointment.starts_at.astimezone(UTC)
    event = f"{kind}:{appointment.public_id}:{channel}:{start:%Y%m%dT%H%MZ}:{appointment.calendar_sequence}"
    return f"{event}:operation-{operation.pk}" if operation else event
