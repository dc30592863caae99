"""Take back what a plan has booked, as far as the world allows."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from clinic.enums import (
    CANCELLED_STATUSES,
    MOVABLE_STATUSES,
    AppointmentStatus,
    MessageKind,
    MessageStatus,
    RefusalCode,
)
from clinic.errors import Refusal, WrongStatus
from clinic.messaging.services import cancel_for, queue
from clinic.models import Appointment, Message, Operation, User
from clinic.packages import services as packages
from clinic.retries import retried
from clinic.scheduling.locks import lock
from clinic.scheduling.planning.apply import by_patient
from clinic.scheduling.planning.extensions import take_back_extensions
from clinic.scheduling.signals import appointment_released
from clinic.tenancy import own

BATCH = 200
CALLED_OFF = ("status", "cancelled_at", "cancelled_by", "cancellation_reason", "calendar_sequence")


@dataclass(frozen=True)
class Undone:
    """What taking an operation back did: appointments called off, and those it was too late for."""

    cancelled: list[Appointment]
    kept: list[Appointment]


@retried
@transaction.atomic
def undo(operation: Operation, *, by: User, at: datetime | None = None, reason: str = "") -> Undone:
    """Call off what the operation booked, as far as it has not been held, cancelled or begun; told once it was told.

    Each patient who hears of it gets one message. An extension that the plan needed is taken back unless something
    later depends on it; the operation says which. Raises WrongStatus the second time.
    """
    own(by, operation)
    at = at or timezone.now()
    booked = operation.appointments.select_related("patient", "provider", "clinic", "package_purchase")
    lock(providers={row.provider for row in booked}, patients={row.patient for row in booked})
    purchases = packages.lock_all(row.package_purchase for row in booked if row.package_purchase)
    operation = Operation.objects.select_for_update().get(pk=operation.pk)
    if operation.undone_at:
        raise WrongStatus(Refusal(RefusalCode.STATUS, _("This has already been undone.")))
    rows = list(booked.select_for_update(of=("self",)).order_by("starts_at", "pk"))
    possible = [row for row in rows if row.status in MOVABLE_STATUSES and row.starts_at > at]
    reason = reason or _("Auto-schedule undone")
    call_off(possible, by=by, at=at, reason=reason)
    take_back_extensions(operation, purchases, by=by, reason=reason)
    operation.undone_at, operation.undone_by = at, by
    operation.save(update_fields=["undone_at", "undone_by", "rows"])
    return Undone(possible, [row for row in rows if row.status not in CANCELLED_STATUSES])


def call_off(rows: list[Appointment], *, by: User, at: datetime, reason: str) -> None:
    """Cancel many appointments at once, as `booking.cancel` does with one; the rows are locked."""
    sent = Message.objects.filter(appointment__in=rows, status=MessageStatus.SENT)
    told = set(sent.values_list("patient", flat=True))
    for row in rows:
        row.status = AppointmentStatus.CANCELLED_BY_CLINIC
        row.cancelled_at, row.cancelled_by, row.cancellation_reason = at, by, reason
        row.calendar_sequence += 1
    bulk_update_with_history(
        rows, Appointment, CALLED_OFF, batch_size=BATCH, default_user=by, default_change_reason=reason
    )
    cancel_for(*rows, by=by, at=at)
    for row in rows:
        appointment_released.send(Appointment, appointment=row)
    for first, sessions in by_patient(row for row in rows if row.patient_id in told):
        queue(MessageKind.PLAN_UNDONE, first.patient, appointment=first, sessions=sessions, by=by, at=at)
