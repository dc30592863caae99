"""The signed address of an appointment: who has it may answer for the patient, without a login.

It names the appointment by its public id, so that the link of the first message works after every move.
"""

from django.conf import settings
from django.urls import reverse

from clinic.messaging import tokens
from clinic.models import Appointment

SALT = "clinic.messaging.appointment"


def address_of(appointment: Appointment) -> str:
    """The whole address, as a message carries it."""
    return settings.SITE_URL + reverse("appointment", args=[token_of(appointment)])


def token_of(appointment: Appointment) -> str:
    return tokens.token_of(appointment.public_id, salt=SALT)


def appointment_of(token: str) -> Appointment | None:
    """The appointment that the token names, with everybody in it; None for a token that we have not signed."""
    public_id = tokens.public_id_of(token, salt=SALT)
    if public_id is None:
        return None
    rows = Appointment.objects.select_related(
        "organisation", "patient", "provider", "clinic", "service", "package_purchase", "cancelled_by"
    )
    return rows.filter(public_id=public_id).first()
