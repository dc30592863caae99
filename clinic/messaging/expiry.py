"""How long a message is of use: it rather stays away than comes too late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from clinic.enums import MessageKind
from clinic.models import Appointment, HeldSlot

KEPT = timedelta(days=2)  # what is about no moment that passes
CALLED_OFF = {MessageKind.CANCELLED, MessageKind.PLAN_UNDONE}
STILL_OF_USE = timedelta(hours=1)  # who is on the way to an appointment that is called off at the last minute


def of_use_until(
    kind: MessageKind,
    *,
    due_at: datetime,
    appointment: Appointment | None = None,
    sessions: Sequence[Appointment] = (),
    slot: HeldSlot | None = None,
) -> datetime:
    """The moment after which this message must not leave any more.

    That is when the appointment begins, the last of several, or when the offered time is no longer held.
    """
    if slot is not None:
        return slot.held_until
    told = sessions or ([appointment] if appointment else [])
    if not told or kind == MessageKind.NO_SHOW:
        return due_at + KEPT
    begins = max(row.starts_at for row in told)
    return max(begins, due_at + STILL_OF_USE) if kind in CALLED_OFF else begins
