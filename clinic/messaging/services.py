"""Put messages into the outbox, and call them off again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import HEARD_STATUSES, Channel, MessageKind, MessageStatus
from clinic.messaging.overtaken import TOGETHER, overtaken_by
from clinic.messaging.words import written
from clinic.models import Appointment, Change, Message, Operation, PackagePurchase, Patient, User
from clinic.tenancy import own

# A slip of the hand is corrected within minutes: the patient need not hear of it.
GRACE = dict.fromkeys((MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CANCELLED, *TOGETHER), timedelta(minutes=3))

# What a patient knows the time of an appointment from.
TELL_OF_A_TIME = {MessageKind.BOOKED, MessageKind.MOVED, MessageKind.PLANNED, MessageKind.SESSIONS_MOVED}


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
    operation: Operation | None = None,
    is_first: bool = False,
) -> Message:
    """Write one message about an appointment, a purchase or several `sessions` into the outbox and return it.

    `operation` is the bulk action that it tells of.
    The same event told twice gives the same row; a row that was called off meanwhile is queued again. Of what this
    transaction has made nobody can have told: `is_first` spares the savepoint in which a twin would be met.
    A patient who cannot or does not want to be written to gets a skipped row that says why.
    """
    own(by, patient, appointment, purchase, operation)
    at = at or now()
    destination = destination_of(patient)
    subject, body = written(kind, patient, appointment=appointment, purchase=purchase, sessions=sessions)
    fields = {
        "organisation_id": patient.organisation_id, "patient": patient, "appointment": appointment,
        "operation": operation, "kind": kind,
        "channel": destination.channel, "address": destination.address, "language": patient.language,
        "subject": subject, "body": body, "queued_at": at, "due_at": at + GRACE.get(kind, timedelta(0)),
        "status": MessageStatus.SKIPPED if destination.obstacle else MessageStatus.QUEUED,
        "error": destination.obstacle,
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
        for field, value in fields.items():
            setattr(message, field, value)
        message.save()
    return message


@transaction.atomic
def cancel_for(*appointments: Appointment, by: User, at: datetime | None = None) -> int:
    """Call off what is queued about these appointments and not yet sent; the number of messages called off.

    What tells of several sessions waits until none of them is as it says any more.
    """
    own(by, *appointments)
    called_off = _("Called off by %(name)s on %(day)s.") % {"name": by, "day": f"{at or now():%Y-%m-%d}"}
    alone = Q(appointment__in=[appointment.pk for appointment in appointments]) & ~Q(kind__in=TOGETHER)
    queued = Message.objects.filter(alone | Q(pk__in=overtaken_by(appointments)), status=MessageStatus.QUEUED)
    return queued.update(status=MessageStatus.CANCELLED, error=called_off[:250])


def cancel_of(operation: Operation, kind: MessageKind, *, by: User, at: datetime | None = None) -> int:
    """Call off what the operation has queued of this kind and is not yet sent; the number of messages called off."""
    own(by, operation)
    called_off = _("Called off by %(name)s on %(day)s.") % {"name": by, "day": f"{at or now():%Y-%m-%d}"}
    queued = operation.messages.filter(kind=kind, status=MessageStatus.QUEUED)
    return queued.update(status=MessageStatus.CANCELLED, error=called_off[:250])


def heard_of(appointment: Appointment) -> set[str]:
    """The kinds of messages about this appointment, alone or with others, that have left the house."""
    together = Q(operation=appointment.operation_id) if appointment.operation_id else Q()
    together |= Q(operation__in=Change.objects.filter(appointment=appointment).values("operation"))
    about = Q(appointment=appointment) | (together & Q(kind__in=TOGETHER, patient=appointment.patient_id))
    return set(Message.objects.filter(about, status=MessageStatus.SENT).values_list("kind", flat=True))


def known_times(appointments: Collection[Appointment]) -> set[int]:
    """The keys of the appointments whose patient has heard, or is about to hear, when they are; three queries."""
    return _told_of(appointments, Message.objects.filter(status__in=HEARD_STATUSES))


def owed_times(appointments: Collection[Appointment], *, besides: Operation) -> set[int]:
    """The keys of those whose time would have been told, had it not been called off; what `besides` said aside."""
    called_off = Message.objects.filter(status=MessageStatus.CANCELLED).exclude(operation=besides)
    return _told_of(appointments, called_off) - known_times(appointments)


def _told_of(appointments: Collection[Appointment], news: QuerySet[Message]) -> set[int]:
    """The keys of the appointments whose time these messages tell, alone or with others."""
    keys, patients = {row.pk for row in appointments}, {row.patient_id for row in appointments}
    news = news.filter(patient__in=patients, kind__in=TELL_OF_A_TIME)
    alone = set(news.filter(appointment__in=keys).values_list("appointment", flat=True))
    told = set(news.filter(kind__in=TOGETHER, operation__isnull=False).values_list("operation", "patient"))
    changed = Change.objects.filter(appointment__in=keys).values_list("appointment", "operation")
    operations = {(row.pk, row.operation_id) for row in appointments} | set(changed)
    patient_of = {row.pk: row.patient_id for row in appointments}
    return alone | {key for key, operation in operations if (operation, patient_of[key]) in told}


def who_hears_of(operation: Operation) -> set[int]:
    """The keys of the patients who have heard, or are about to hear, of the operation."""
    news = Message.objects.filter(operation=operation, status__in=HEARD_STATUSES)
    return set(news.values_list("patient", flat=True))


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
