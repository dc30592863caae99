"""The words of work on many rows at once."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class JobKind(TextChoices):
    BULK_PLAN = "bulk_plan", _("Plan everyone's unbooked sessions")
    BULK_APPLY = "bulk_apply", _("Book planned sessions")
    BULK_UNDO = "bulk_undo", _("Take planned sessions back")


class JobStatus(TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class OperationKind(TextChoices):
    """What is done to many rows at once."""

    AUTO_SCHEDULE = "auto_schedule", _("Auto-schedule")
    SERIES_BOOKED = "series_booked", _("Series booked")
    SERIES_MOVED = "series_moved", _("Series changed")
    SERIES_CANCELLED = "series_cancelled", _("Series cancelled")
    REBOOKING = "rebooking", _("Re-booking")
    CANCEL_REMAINING = "cancel_remaining", _("Remaining sessions cancelled")
    MOVE_REMAINING = "move_remaining", _("Remaining sessions moved")
    TRANSFER = "transfer", _("Package transferred")
    FREEZE = "freeze", _("Package frozen")
    UNFREEZE = "unfreeze", _("Package unfrozen")
    EXTEND = "extend", _("Package extended")
    ADJUST = "adjust", _("Sessions adjusted")
    REMIND = "remind", _("Patients reminded")
    SALE = "sale", _("Package sold")
    IMPORT = "import", _("Import")


class ChangeKind(TextChoices):
    """What an operation does to one row; what it books is known by the appointment's own `operation`."""

    MOVED = "moved", pgettext_lazy("happened", "Moved")
    CANCELLED = "cancelled", pgettext_lazy("happened", "Cancelled")
    EXTENDED = "extended", pgettext_lazy("package", "Extended")
    ADJUSTED = "adjusted", pgettext_lazy("package", "Adjusted")
    FROZEN = "frozen", pgettext_lazy("package", "Frozen")
    UNFROZEN = "unfrozen", pgettext_lazy("package", "Unfrozen")
    TRANSFERRED = "transferred", pgettext_lazy("package", "Transferred")
    ASSIGNED = "assigned", pgettext_lazy("package", "Assigned")


class RebookingCause(TextChoices):
    """What took the time away."""

    LEAVE = "leave", _("Leave")
    CLOSURE = "closure", _("Closure")
    HOURS = "hours", _("Changed working hours")


class RebookingStatus(TextChoices):
    OPEN = "open", pgettext_lazy("re-booking", "Open")
    DONE = "done", pgettext_lazy("re-booking", "Done")


class RebookingWay(TextChoices):
    """How an appointment that has lost its time can be kept, the least disturbing first."""

    SAME_TIME = "same_time", _("Same time, another provider")
    SAME_PROVIDER = "same_provider", _("Same provider, another time")
    OTHER_PROVIDER = "other_provider", _("Another provider and time")
    OTHER_CLINIC = "other_clinic", _("Another clinic")
    CALL = "call", _("Call the patient")


class RebookingItemStatus(TextChoices):
    """What has become of an appointment that lost its time: until it is settled it is nobody's to forget."""

    OPEN = "open", pgettext_lazy("re-booking", "To be settled")
    MOVED = "moved", pgettext_lazy("re-booking", "Moved")
    KEPT = "kept", pgettext_lazy("re-booking", "Kept as it is")
    SETTLED = "settled", pgettext_lazy("re-booking", "Settled otherwise")
