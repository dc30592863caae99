"""Why the clinic says no."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RefusalCode(TextChoices):
    """Why the clinic says no. The values are stable: reports and other programs may rely on them."""

    WORKING_HOURS = "working_hours", _("Outside working hours")
    EXTRA_HOURS = "extra_hours", _("Outside extra hours")
    GRID = "grid", _("Not a starting time")
    LEAVE = "leave", _("Provider on leave")
    BUSY_ELSEWHERE = "busy_elsewhere", _("Provider busy elsewhere")
    CLOSURE = "closure", _("Clinic closed")
    BOOKED = "booked", _("Already booked")
    BUFFER = "buffer", _("Too close to another appointment")
    ROOM = "room", _("No room free")
    PATIENT_BUSY = "patient_busy", _("Patient has another appointment")
    NOT_OFFERED = "not_offered", _("Service not offered here")
    EXPIRY = "expiry", _("After the package expires")
    NO_SESSION_LEFT = "no_session_left", _("No session left")
    PURCHASE_STATUS = "purchase_status", _("Package cannot be used")
    WRONG_PATIENT = "wrong_patient", _("Package of another patient")
    NOTICE = "notice", _("Too short notice")
    HORIZON = "horizon", _("Too far ahead")
    POLICY = "policy", _("Against the clinic's policy")
    STATUS = "status", _("Not possible in this status")
    UNCHANGED = "unchanged", _("Nothing would change")
    CHANGED = "changed", _("Changed by somebody else meanwhile")
    PERMISSION = "permission", _("Not allowed for this role")
    CROWDED = "crowded", _("Too many people write at once")
    INACTIVE = "inactive", _("No longer active")
    INVALID = "invalid", _("Not valid")
    DAILY_LIMIT = "daily_limit", _("Enough sessions that day")
    WEEKLY_LIMIT = "weekly_limit", _("Enough sessions that week")
    GAP = "gap", _("Too close to another session")
    ORDER = "order", _("Another service comes first")
    PREFERENCES = "preferences", _("Outside the chosen days and times")
    UNPAID = "unpaid", _("Not paid")
    AMOUNT = "amount", _("Not this amount")
    SECOND_PERSON = "second_person", _("Needs a second person")
    COMPETITION = "competition", _("Taken by other patients of the same plan")
