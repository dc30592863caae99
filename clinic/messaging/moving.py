"""Until when a message may offer its patient to choose another time: as long as the page behind its link does."""

from datetime import datetime

from clinic.enums import MessageKind
from clinic.messaging.sending.quiet import after_quiet_hours
from clinic.models import Appointment, Policy

OFFERING = (MessageKind.BOOKED, MessageKind.MOVED, MessageKind.REMINDER)


def move_until(appointment: Appointment, policy: Policy, *, leaves_at: datetime) -> datetime | None:
    """The last moment at which the link lets the patient move; None where it is past when the message leaves.

    In quiet hours it leaves when they end.
    """
    until = appointment.starts_at - policy.cancellation_window
    return until if after_quiet_hours(leaves_at, appointment.clinic.zone, policy) <= until else None
