"""Messages about several sessions that have not left yet, and whether anything they say is still true."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from clinic.enums import LIVE_STATUSES, ChangeKind, MessageKind, MessageStatus
from clinic.models import Appointment, Change, Message

# What tells of several sessions in one message, and stays true when one of them changes again.
TOGETHER = (MessageKind.PLANNED, MessageKind.PLAN_UNDONE, MessageKind.SESSIONS_MOVED)

type Told = tuple[int, int]  # the keys of an operation and of a patient


class ToldSession(NamedTuple):
    """A session that a message tells of, and whether it still is as the message says."""

    appointment: int
    booked: bool
    cancelled: bool
    moved: bool


def overtaken_by(appointments: Iterable[Appointment]) -> list[int]:
    """The keys of the queued messages about several sessions of which none is as they say, now that these changed."""
    changed = {appointment.pk for appointment in appointments}
    patients = {appointment.patient_id for appointment in appointments}
    waiting = Message.objects.filter(kind__in=TOGETHER, status=MessageStatus.QUEUED, patient__in=patients)
    messages = list(waiting.exclude(operation=None).values_list("pk", "kind", "operation", "patient"))
    if not messages:
        return []
    told = _told({operation for _pk, _kind, operation, _patient in messages}, patients)
    return [
        pk
        for pk, kind, operation, patient in messages
        if changed & {session.appointment for session in told.get((operation, patient), ())}
        and not any(
            _is_true(kind, session) for session in told[operation, patient] if session.appointment not in changed
        )
    ]


def no_longer_true(messages: Iterable[Message]) -> set[int]:
    """The keys of those of these messages that tell of several sessions, of which none is as they say; two queries."""
    asked = [row for row in messages if row.kind in TOGETHER and row.operation_id]
    if not asked:
        return set()
    told = _told({row.operation_id for row in asked}, {row.patient_id for row in asked})
    untrue = set()
    for row in asked:
        sessions = told.get((row.operation_id, row.patient_id), [])
        if sessions and not any(_is_true(row.kind, session) for session in sessions):
            untrue.add(row.pk)
    return untrue


def _is_true(kind: str, session: ToldSession) -> bool:
    return {
        MessageKind.PLANNED: session.booked,
        MessageKind.PLAN_UNDONE: session.cancelled,
        MessageKind.SESSIONS_MOVED: session.moved,
    }[MessageKind(kind)]


def _told(operations: Iterable[int], patients: Iterable[int]) -> dict[Told, list[ToldSession]]:
    told: dict[Told, list[ToldSession]] = {}
    for key, session in (*_booked(operations, patients), *_changed(operations, patients)):
        told.setdefault(key, []).append(session)
    return told


def _booked(operations: Iterable[int], patients: Iterable[int]) -> Iterator[tuple[Told, ToldSession]]:
    rows = Appointment.objects.filter(operation__in=operations, patient__in=patients).order_by()
    for pk, operation, patient, status, sequence in rows.values_list(
        "pk", "operation", "patient", "status", "calendar_sequence"
    ):
        live = status in LIVE_STATUSES
        yield (operation, patient), ToldSession(pk, booked=live and not sequence, cancelled=not live, moved=False)


def _changed(operations: Iterable[int], patients: Iterable[int]) -> Iterator[tuple[Told, ToldSession]]:
    """What was undone is as its undoing left it, one version later."""
    rows = Change.objects.filter(operation__in=operations, appointment__patient__in=patients).order_by()
    for change in rows.select_related("appointment"):
        row = change.appointment
        stands = row.calendar_sequence == change.after["sequence"] + bool(change.undone_at)
        live, moved = row.status in LIVE_STATUSES, change.kind == ChangeKind.MOVED
        yield (
            (change.operation_id, row.patient_id),
            ToldSession(
                row.pk,
                booked=stands and live and bool(change.undone_at),
                cancelled=stands and not live,
                moved=stands and live and moved,
            ),
        )
