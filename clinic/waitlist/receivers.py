"""What the waiting list does when others change something, within the same transaction."""

from django.dispatch import receiver

from clinic.models import Appointment
from clinic.scheduling.signals import appointment_released
from clinic.waitlist.services import plan_offer


@receiver(appointment_released)
def plan_to_offer(appointment: Appointment, **_kwargs: object) -> None:
    """A freed time is offered to those who wait, where the organisation wishes it."""
    plan_offer(appointment)
