"""Call off what is queued and has not been sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import MessageKind, MessageStatus
from clinic.messaging.overtaken import TOGETHER, overtaken_by
from clinic.models import Appointment, Message, Operation, User
from clinic.tenancy import own


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
