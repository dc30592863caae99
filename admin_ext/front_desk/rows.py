"""The appointment that a page of the desk is about."""

from admin_ext.scope import own_rows, row_or_404
from clinic.models import Appointment, Organisation

SHOWN = (
    "organisation", "patient", "service", "provider", "clinic", "room", "package_purchase__package",
    "follow_up_of__clinic", "booked_by", "waived_by",
)  # fmt: skip


def appointment_or_404(organisation: Organisation | None, pk: int) -> Appointment:
    """One's own appointment with all that its card names; a foreign one is not found."""
    return row_or_404(own_rows(Appointment, organisation).select_related(*SHOWN), pk)
