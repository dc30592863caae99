"""The words of packages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PurchaseStatus(TextChoices):
    ACTIVE = "active", pgettext_lazy("package", "Active")
    COMPLETED = "completed", pgettext_lazy("package", "Completed")
    EXPIRED = "expired", _("Expired")
    FROZEN = "frozen", _("Frozen")
    CANCELLED = "cancelled", _("Cancelled")
    TRANSFERRED = "transferred", _("Transferred")


class SessionEntryKind(TextChoices):
    """What may happen to sessions: use and give back change what was used, the others what was bought."""

    GRANT = "grant", _("Granted")
    USE = "use", _("Used")
    GIVE_BACK = "give_back", _("Given back")
    ADJUST = "adjust", _("Adjusted")
    TRANSFER_IN = "transfer_in", _("Transferred in")
    TRANSFER_OUT = "transfer_out", _("Transferred out")
    REFUND = "refund", _("Refunded")
    EXPIRE = "expire", _("Expired")
