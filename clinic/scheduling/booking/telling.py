"""What patients hear of several changes at once: one message each, whatever the number of their appointments."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from clinic.enums import MessageKind
from clinic.messaging.services import queue
from clinic.models import Appointment, Operation, User

#: What tells of several sessions in one message -> what tells of one appointment.
OF_ONE = {
    MessageKind.PLANNED: MessageKind.BOOKED,
    MessageKind.SESSIONS_MOVED: MessageKind.MOVED,
    MessageKind.PLAN_UNDONE: MessageKind.CANCELLED,
}


def tell(
    kind: MessageKind, appointments: Iterable[Appointment], *, by: User, operation: Operation, at: datetime
) -> None:
    """Queue one message for each patient: of this kind, or of its kind for one where there is only one."""
    for first, sessions in by_patient(appointments):
        alone = len(sessions) == 1
        queue(
            OF_ONE[kind] if alone else kind, first.patient, appointment=first, sessions=() if alone else sessions,
            operation=operation, by=by, at=at,
        )  # fmt: skip


def by_patient(appointments: Iterable[Appointment]) -> Iterator[tuple[Appointment, list[Appointment]]]:
    """Each patient's first appointment with all of the patient's, in order of time."""
    found: dict[int, list[Appointment]] = defaultdict(list)
    for appointment in sorted(appointments, key=lambda row: (row.starts_at, row.pk)):
        found[appointment.patient_id].append(appointment)
    for sessions in found.values():
        yield sessions[0], sessions
