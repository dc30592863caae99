"""The words of the waiting list."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Urgency(IntegerChoices):
    ROUTINE = 1, _("Routine")
    SOON = 2, _("Soon")
    URGENT = 3, _("Urgent")


class WaitlistStatus(TextChoices):
    WAITING = "waiting", pgettext_lazy("waitlist", "Waiting")
    BOOKED = "booked", pgettext_lazy("waitlist", "Booked")
    EXPIRED = "expired", pgettext_lazy("waitlist", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("waitlist", "Withdrawn")


class HeldSlotStatus(TextChoices):
    PLANNED = "planned", pgettext_lazy("offer", "About to be offered")
    OPEN = "open", pgettext_lazy("offer", "Offered")
    TAKEN = "taken", pgettext_lazy("offer", "Taken")
    EXPIRED = "expired", pgettext_lazy("offer", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")


class OfferAnswer(TextChoices):
    OPEN = "open", pgettext_lazy("offer", "No answer yet")
    ACCEPTED = "accepted", pgettext_lazy("offer", "Accepted")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")
    MISSED = "missed", pgettext_lazy("offer", "Taken by somebody else")
    EXPIRED = "expired", pgettext_lazy("offer", "Not answered in time")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")
