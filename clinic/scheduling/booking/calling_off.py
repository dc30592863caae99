"""Many appointments cancelled in a few queries, as `cancel` does with one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from simple_history.utils import bulk_update_with_history

from clinic.enums import AppointmentStatus, ChargeKind
from clinic.messaging.services import cancel_for
from clinic.models import Appointment, User
from clinic.models.base import LONGEST_REASON
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.booking.flow import bear
from clinic.scheduling.costs import cost_of_cancelling
from clinic.scheduling.signals import appointment_released

BATCH = 200
CALLED_OFF = (
    "status", "cancelled_at", "cancelled_by", "cancellation_reason", "cancelled_late", "calendar_sequence",
    "session_used",
)  # fmt: skip


def call_off(
    rows: Sequence[Appointment], *, by: User, at: datetime, reason: str = "", by_patient: bool = False
) -> None:
    """Cancel the rows, which are locked, and call off what has not left about them; nobody is told here."""
    status = AppointmentStatus.CANCELLED_BY_PATIENT if by_patient else AppointmentStatus.CANCELLED_BY_CLINIC
    policy = policy_of(by.organisation_id)
    for row in rows:
        cost = cost_of_cancelling(row, policy, by_patient=by_patient, at=at)
        row.cancelled_late = cost.is_late
        if not cost.is_nothing:
            bear(row, ChargeKind.LATE_CANCELLATION, cost, by=by, at=at)
        row.status, row.cancelled_at, row.cancelled_by, row.cancellation_reason = status, at, by, reason
        row.calendar_sequence += 1
    bulk_update_with_history(
        rows, Appointment, CALLED_OFF, batch_size=BATCH, default_user=by,
        default_change_reason=reason[:LONGEST_REASON] or None, default_date=at,
    )  # fmt: skip
    cancel_for(*rows, by=by, at=at)
    release(rows, by=by)


def release(rows: Iterable[Appointment], *, by: User) -> None:
    """Tell whoever listens that the times of these rows, as they were, are free."""
    for row in rows:
        appointment_released.send(Appointment, appointment=row, by=by)
