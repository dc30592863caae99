"""Call off what is queued and has not been sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clinic.enums import MessageKind
from clinic.messaging.overtaken import TOGETHER, overtaken_by
from clinic.messaging.withdrawal import withdraw
from clinic.models import Appointment, Message, Operation, User
from clinic.tenancy import own


@transaction.atomic
def cancel_for(*appointments: Appointment, by: User, at: datetime | None = None) -> int:
    """Call off what is queued about these appointments and not yet sent; the number of messages called off.

    What tells of several sessions waits until none of them is as it says any more.
    """
    own(by, *appointments)
    alone = Q(appointment__in=[appointment.pk for appointment in appointments]) & ~Q(kind__in=TOGETHER)
    return withdraw(Message.objects.filter(alone | Q(pk__in=overtaken_by(appointments))), by=by, at=at)


def cancel_of(operation: Operation, kind: MessageKind, *, by: User, at: datetime | None = None) -> int:
    """Call off what the operation has queued of this kind and is not yet sent; the number of messages called off."""
    own(by, operation)
    return withdraw(operation.messages.filter(kind=kind), by=by, at=at)
