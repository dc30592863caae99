"""The words of messages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessageKind(TextChoices):
    BOOKED = "booked", _("Appointment booked")
    REMINDER = "reminder", _("Reminder of an appointment")
    MOVED = "moved", _("Appointment moved")
    CANCELLED = "cancelled", _("Appointment cancelled")
    NO_SHOW = "no_show", _("Missed appointment")
    ASSIGNED = "assigned", _("Package assigned")
    PLANNED = "planned", _("Sessions booked")
    PLAN_UNDONE = "plan_undone", _("Sessions cancelled")
    SESSIONS_MOVED = "sessions_moved", _("Sessions moved")
    WAITLIST_OFFER = "waitlist_offer", _("Offer of a free time")
    RECEIPT = "receipt", _("Payment receipt")
    PACKAGE_EXPIRING = "package_expiring", _("Package expires soon")


class Channel(TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    WHATSAPP = "whatsapp", _("WhatsApp")


class MessageStatus(TextChoices):
    """Where a message is; failed is given up for good, expired came too late to be of use."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", pgettext_lazy("message", "Called off")
    EXPIRED = "expired", pgettext_lazy("message", "Too late")


#: What the patient has heard, or is about to hear.
HEARD_STATUSES = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT)
