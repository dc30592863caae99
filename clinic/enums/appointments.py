"""The words of appointments, their series and what happens to them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AppointmentKind(TextChoices):
    CONSULTATION = "consultation", _("Consultation")
    FOLLOW_UP = "follow_up", _("Follow-up")
    THERAPY_SESSION = "therapy_session", _("Therapy session")
    XRAY_REVIEW = "xray_review", _("X-ray review")
    RESULTS_DISCUSSION = "results_discussion", _("Results discussion")
    VIRTUAL = "virtual", _("Virtual")
    EMERGENCY = "emergency", _("Emergency")


class AppointmentStatus(TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    RESCHEDULED = "rescheduled", _("Rescheduled")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED_BY_PATIENT = "cancelled_by_patient", _("Cancelled by patient")
    CANCELLED_BY_CLINIC = "cancelled_by_clinic", _("Cancelled by clinic")
    NO_SHOW = "no_show", _("No-show")


S = AppointmentStatus
UNCONFIRMED_STATUSES = (S.SCHEDULED, S.RESCHEDULED)
MOVABLE_STATUSES = (*UNCONFIRMED_STATUSES, S.CONFIRMED)
LIVE_STATUSES = (*MOVABLE_STATUSES, S.ARRIVED, S.IN_PROGRESS)
CANCELLED_STATUSES = (S.CANCELLED_BY_PATIENT, S.CANCELLED_BY_CLINIC)

#: No status of an appointment: a time kept for whoever accepts the offer of it, in the same table under the same rules.
HELD = "held"


class Scope(TextChoices):
    """How much of a series a change is for; what has been held never changes."""

    THIS = "this", _("This appointment")
    FOLLOWING = "following", _("This and the following")
    ALL = "all", _("All that have not been held")


class OccurrenceState(TextChoices):
    """What a date of a series is before it is booked."""

    FREE = "free", pgettext_lazy("date", "Free")
    CONFLICT = "conflict", pgettext_lazy("date", "Taken")
    CLOSED = "closed", pgettext_lazy("date", "Closed")
    EXPIRED = "expired", _("After the package expires")
    BEYOND = "beyond", _("No session left")


class Happening(TextChoices):
    """What may happen to an appointment, as its timeline tells it."""

    BOOKED = "booked", pgettext_lazy("happened", "Booked")
    MOVED = "moved", pgettext_lazy("happened", "Moved")
    CONFIRMED = "confirmed", pgettext_lazy("happened", "Confirmed")
    ARRIVED = "arrived", pgettext_lazy("happened", "Arrived")
    STARTED = "started", pgettext_lazy("happened", "Started")
    COMPLETED = "completed", pgettext_lazy("happened", "Completed")
    CANCELLED_BY_PATIENT = "cancelled_by_patient", _("Cancelled by patient")
    CANCELLED_BY_CLINIC = "cancelled_by_clinic", _("Cancelled by clinic")
    NO_SHOW = "no_show", _("No-show")
    WAIVED = "waived", pgettext_lazy("happened", "Waived")
    UNDONE = "undone", pgettext_lazy("happened", "Undone")
    NOTES_CHANGED = "notes_changed", pgettext_lazy("happened", "Notes changed")
    SESSION_USED = "session_used", _("Session used")
    SESSION_GIVEN_BACK = "session_given_back", _("Session given back")
    FEE_RAISED = "fee_raised", _("Fee raised")
    FEE_PAID = "fee_paid", _("Fee paid")
    FEE_WAIVED = "fee_waived", _("Fee waived")
    FEE_WITHDRAWN = "fee_withdrawn", _("Fee withdrawn")
    MESSAGE = "message", _("Message")


class ProposalReason(TextChoices):
    """Why a time is proposed to somebody whose appointment is moved."""

    SAME_PROVIDER = "same_provider", _("Same provider and clinic, nearest time")
    SAME_TIME = "same_time", _("Same time, another provider")
    LATER_WEEK = "later_week", _("Same weekday and time")
    FIRST_FREE = "first_free", _("First free time in this clinic")
    OTHER_CLINIC = "other_clinic", _("Nearest time in another clinic")
    NEAR = "near", _("Another free time")
