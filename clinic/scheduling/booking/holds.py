"""Times held for the waiting list: how they give way."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from clinic.models import Appointment, HeldSlot


def clear_run_out(appointments: Sequence[Appointment], *, at: datetime) -> bool:
    """Take away the holds that have run out where these appointments want to be; whether there were any."""
    rooms = {appointment.room_id for appointment in appointments} - {None}
    met = Appointment.holds.filter(
        Q(provider__in={appointment.provider_id for appointment in appointments}) | Q(room__in=rooms),
        held_until__lte=at,
        busy_from__lt=max(appointment.busy_until for appointment in appointments),
        busy_until__gt=min(appointment.busy_from for appointment in appointments),
    )
    holds = list(met.values_list("pk", flat=True))
    release(holds)
    return bool(holds)


def release(holds: Collection[int]) -> None:
    """Free the times that these rows hold. A hold is no appointment: it goes without a trace in the history."""
    HeldSlot.objects.filter(hold__in=holds).update(hold=None)
    rows = Appointment.holds.filter(pk__in=holds)
    rows._raw_delete(rows.db)
