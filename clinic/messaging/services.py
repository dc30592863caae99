"""Put messages into the outbox, and call them off again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import LIVE_STATUSES, Channel, MessageKind, MessageStatus
from clinic.messaging.words import written
from clinic.models import Appointment, Message, PackagePurchase, Patient, User
from clinic.tenancy import own

# A slip of the hand is corrected within minutes: the patient need not hear of it.
GRACE = dict.fromkeys((MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CANCELLED), timedelta(minutes=3))

# What tells of several sessions in one message, and stays true when one of them changes again.
TOGETHER = (MessageKind.PLANNED, MessageKind.PLAN_UNDONE)

# What a patient knows the time of an appointment from.
TELL_OF_A_TIME = {MessageKind.BOOKED, MessageKind.MOVED, MessageKind.PLANNED}


@dataclass(frozen=True)
class Destination:
    channel: Channel
    address: str
    obstacle: str = ""


def queue(
    kind: MessageKind,
    patient: Patient,
    *,
    by: User,
    at: datetime | None = None,
    appointment: Appointment | None = None,
    purchase: PackagePurchase | None = None,
    sessions: Sequence[Appointment] = (),
) -> Message:
    """Write one message about an appointment, a purchase or several `sessions` into the outbox and return it.

    The same event told twice gives the same row; a row that was called off meanwhile is queued again.
    A patient who cannot or does not want to be written to gets a skipped row that says why.
    """
    own(by, patient, appointment, purchase)
    at = at or now()
    destination = destination_of(patient)
    subject, body = written(kind, patient, appointment=appointment, purchase=purchase, sessions=sessions)
    fields = {
        "organisation_id": patient.organisation_id, "patient": patient, "appointment": appointment, "kind": kind,
        "channel": destination.channel, "address": destination.address, "language": patient.language,
        "subject": subject, "body": body, "queued_at": at, "due_at": at + GRACE.get(kind, timedelta(0)),
        "status": MessageStatus.SKIPPED if destination.obstacle else MessageStatus.QUEUED,
        "error": destination.obstacle,
    }  # fmt: skip
    fields["dedupe_key"] = dedupe_key(kind, destination.channel, appointment=appointment, purchase=purchase)
    return written_once(fields)


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
        for field, value in fields.items():
            setattr(message, field, value)
        message.save()
    return message


@transaction.atomic
def cancel_for(*appointments: Appointment, by: User, at: datetime | None = None) -> int:
    """Call off what is queued about these appointments and not yet sent; the number of messages called off.

    What tells of several sessions planned together waits until the last of them is gone.
    """
    own(by, *appointments)
    called_off = _("Called off by %(name)s on %(day)s.") % {"name": by, "day": f"{at or now():%Y-%m-%d}"}
    keys = [appointment.pk for appointment in appointments]
    operations = {appointment.operation_id for appointment in appointments if appointment.operation_id}
    together = Appointment.objects.filter(operation=OuterRef("appointment__operation"), patient=OuterRef("patient"))
    still_stands = Exists(together.filter(status__in=LIVE_STATUSES).exclude(pk__in=keys))
    planned = Q(kind=MessageKind.PLANNED, patient__in={appointment.patient_id for appointment in appointments})
    about = (Q(appointment__in=keys) & ~Q(kind__in=TOGETHER)) | (
        planned & Q(appointment__operation__in=operations) & ~still_stands
    )
    queued = Message.objects.filter(about, status=MessageStatus.QUEUED)
    return queued.update(status=MessageStatus.CANCELLED, error=called_off[:250])


def heard_of(appointment: Appointment) -> set[str]:
    """The kinds of messages about this appointment that have left the house."""
    sent = Message.objects.filter(appointment=appointment, status=MessageStatus.SENT)
    return set(sent.values_list("kind", flat=True))


def destination_of(patient: Patient) -> Destination:
    """Where this patient is written to: by the preferred channel, else by one that has an address."""
    phone = patient.phone.as_e164 if patient.phone and patient.phone.is_valid() else ""
    addresses = {Channel.SMS: phone, Channel.EMAIL: patient.email, Channel.WHATSAPP: phone}
    preferred = Channel(patient.preferred_channel)
    channel = next((c for c in (preferred, Channel.SMS, Channel.EMAIL) if addresses[c]), preferred)
    obstacle = ""
    if not patient.accepts_messages:
        obstacle = _("The patient does not want messages.")
    elif not addresses[channel]:
        obstacle = _("The patient has neither a valid phone number nor an e-mail address.")
    return Destination(channel, addresses[channel], obstacle)


def dedupe_key(
    kind: MessageKind, channel: Channel, *, appointment: Appointment | None, purchase: PackagePurchase | None
) -> str:
    """What makes an event the same one: a move there and back is two changes, so it is told twice."""
    if appointment is None:
        return f"{kind}:purchase-{purchase.pk}:{channel}"
    start = appointment.starts_at.astimezone(UTC)
    return f"{kind}:{appointment.public_id}:{channel}:{start:%Y%m%dT%H%MZ}:{appointment.calendar_sequence}"
