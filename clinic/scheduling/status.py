"""The walk of an appointment: which status may follow which. Pure."""

from clinic.enums import CANCELLED_STATUSES, LIVE_STATUSES, MOVABLE_STATUSES, UNCONFIRMED_STATUSES
from clinic.enums import AppointmentStatus as Status

#: verb -> the statuses from which it is possible
POSSIBLE_FROM: dict[str, tuple[Status, ...]] = {
    "move": MOVABLE_STATUSES,
    "cancel": (*MOVABLE_STATUSES, Status.ARRIVED),
    "confirm": UNCONFIRMED_STATUSES,
    "check_in": MOVABLE_STATUSES,
    "start": (Status.ARRIVED,),
    "complete": (Status.ARRIVED, Status.IN_PROGRESS),
    "mark_no_show": MOVABLE_STATUSES,
    "waive": (Status.NO_SHOW, Status.CANCELLED_BY_PATIENT),
    "undo_status": (
        Status.CONFIRMED, Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW, *CANCELLED_STATUSES,
    ),
}  # fmt: skip


def before(status: Status, *, confirmed: bool, arrived: bool, started: bool, moves: int) -> Status:
    """The status that `undo_status` goes back to, read from the moments the appointment has recorded."""
    if status == Status.COMPLETED and started:
        return Status.IN_PROGRESS
    if status in (Status.COMPLETED, Status.IN_PROGRESS):
        return Status.ARRIVED
    if status in CANCELLED_STATUSES and arrived:
        return Status.ARRIVED
    if confirmed and status != Status.CONFIRMED:
        return Status.CONFIRMED
    return Status.RESCHEDULED if moves else Status.SCHEDULED


def is_live(status: Status) -> bool:
    return status in LIVE_STATUSES


def state_of(status: Status, *, waived: bool) -> str:
    """What the next step changes, as a page names what it shows: the status, and whether its cost is waived."""
    return f"{status}-waived" if waived else str(status)
