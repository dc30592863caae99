"""What patients have heard, or are about to hear."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from clinic.enums import HEARD_STATUSES, MessageKind, MessageStatus
from clinic.messaging.overtaken import TOGETHER
from clinic.models import Appointment, Change, Message, Operation

# What a patient knows the time of an appointment from.
TELL_OF_A_TIME = {MessageKind.BOOKED, MessageKind.MOVED, MessageKind.PLANNED, MessageKind.SESSIONS_MOVED}

TELL_OF_ITS_END = {MessageKind.CANCELLED, MessageKind.PLAN_UNDONE}

GONE = (MessageStatus.SENDING, MessageStatus.SENT)  # it cannot be called off any more


def heard_of(appointment: Appointment, *, statuses: Collection[str] = GONE) -> set[str]:
    """The kinds of messages about this appointment, alone or with others, that have left or are leaving."""
    together = Q(operation=appointment.operation_id) if appointment.operation_id else Q()
    together |= Q(operation__in=Change.objects.filter(appointment=appointment).values("operation"))
    about = Q(appointment=appointment) | (together & Q(kind__in=TOGETHER, patient=appointment.patient_id))
    return set(Message.objects.filter(about, status__in=statuses).values_list("kind", flat=True))


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
