"""The quiet hours of a clinic, in which nobody is written to without need."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clinic.enums import MessageKind, MessageStatus
from clinic.messaging.reminders.moments import QuietHours
from clinic.messaging.sending.truth import Reason
from clinic.models import Message, Policy

HOUR = Policy._meta.get_field("quiet_from")
LOADED = ("appointment__clinic", "organisation__policy")  # what is looked at of each message

# Whoever waits for a time has it offered while awake, and has only so long to answer; a receipt answers a payment.
AT_ANY_HOUR = (MessageKind.WAITLIST_OFFER, MessageKind.RECEIPT)

# Who would stand before a closed door in the morning is rather woken than not told.
RATHER_THAN_NEVER = (
    MessageKind.MOVED, MessageKind.CANCELLED, MessageKind.SESSIONS_MOVED, MessageKind.PLAN_UNDONE,
)  # fmt: skip


def waits_until(message: Message, *, at: datetime) -> datetime:
    """When this message may leave, `at` itself or the end of the quiet hours where its patient goes. No query."""
    if message.kind in AT_ANY_HOUR:
        return at
    organisation, appointment = message.organisation, message.appointment
    zone = appointment.clinic.zone if appointment else ZoneInfo(organisation.time_zone)
    wakes = after_quiet_hours(at, zone, organisation.effective_policy)
    return at if message.kind in RATHER_THAN_NEVER and too_late(message, wakes) else wakes


def too_late(message: Message, wakes: datetime) -> Reason | None:
    """Why the message is not sent at all, if it is of no use any more when the quiet hours end."""
    if message.expires_at is None or wakes < message.expires_at:
        return None
    return Reason(MessageStatus.EXPIRED, _("The quiet hours last until it is of no use any more."))


def after_quiet_hours(moment: datetime, zone: ZoneInfo, policy: Policy) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies, on the wall of a clinic in this zone."""
    quiet = quiet_hours_of(policy, zone).around(moment)
    return quiet[1] if quiet else moment


def quiet_hours_of(policy: Policy, zone: ZoneInfo) -> QuietHours:
    """On the wall of a clinic in this zone. The usual policy, which is in no table, still has its hours as text."""
    begin, end = (HOUR.to_python(hour) for hour in (policy.quiet_from, policy.quiet_until))
    return QuietHours(zone, begin, end)
