"""Reading an appointment anew, under lock, before it changes."""

from django.utils.translation import gettext as _

from clinic.enums import AppointmentStatus, RefusalCode
from clinic.errors import Refusal, WrongStatus
from clinic.models import Appointment
from clinic.packages import services as packages
from clinic.scheduling.status import POSSIBLE_FROM

LOADED = ("patient", "provider", "clinic", "service", "room")


def reread(appointment: Appointment, verb: str) -> Appointment:
    """The row as it is now, locked, its purchase first; WrongStatus when `verb` is not possible from its status."""
    purchase = packages.lock(appointment.package_purchase) if appointment.package_purchase_id else None
    row = Appointment.objects.select_for_update(of=("self",)).select_related(*LOADED).get(pk=appointment.pk)
    row.package_purchase = purchase
    if row.status not in POSSIBLE_FROM[verb]:
        values = {"patient": row.patient, "status": AppointmentStatus(row.status).label}
        raise WrongStatus(
            Refusal(
                RefusalCode.STATUS,
                _("The appointment of %(patient)s is %(status)s.") % values,
                _("Look at it again: somebody may have changed it."),
            )
        )
    return row
