"""Calling an appointment off and offering its time in one go."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clinic.errors import OfferRefused
from clinic.models import Appointment, HeldSlot, User
from clinic.retries import retried
from clinic.scheduling import booking
from clinic.scheduling.locks import lock
from clinic.tenancy import own
from clinic.waitlist.services.offering import offer_released


@retried
@transaction.atomic
def cancel_and_offer(
    appointment: Appointment,
    *,
    by: User,
    by_patient: bool = False,
    reason: str = "",
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> tuple[Appointment, HeldSlot | None]:
    """Cancel as `booking.cancel` does and offer the freed time with the same commit, so that nobody gets in between.

    The appointment stays cancelled where the time cannot be offered, as when nobody waits any more: then None stands
    beside it. Raises like `booking.cancel`.
    """
    own(by, appointment)
    at = at or timezone.now()
    lock(providers=[appointment.provider])
    cancelled = booking.cancel(
        appointment, by=by, by_patient=by_patient, reason=reason, expected_sequence=expected_sequence, at=at
    )
    try:
        return cancelled, offer_released(cancelled, by=by, at=at)
    except OfferRefused:
        return cancelled, None
