"""Operations to be undone, and how the rows stand afterwards."""

from clinic import operations
from clinic.enums import MessageStatus, OperationKind
from clinic.models import Message, Operation
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime, Wanted
from clinic.scheduling.undoing import undo
from tests.factories import (
    BEFORE,
    SENT,
)


def begin(desk, kind=OperationKind.MOVE_REMAINING):
    return operations.begin(kind, by=desk.user, at=BEFORE)


def moved(desk, *times, **options) -> Operation:
    operation = begin(desk)
    new_times = [NewTime(row, starts_at) for row, starts_at in times]
    booking.move_all(new_times, **{"by": desk.user, "operation": operation, "at": BEFORE, **options})
    return operation


def cancelled(desk, *rows, **options) -> Operation:
    operation = begin(desk, OperationKind.CANCEL_REMAINING)
    booking.cancel_all(rows, **{"by": desk.user, "operation": operation, "at": BEFORE, **options})
    return operation


def booked(desk, *starts, purchase=None) -> Operation:
    operation = begin(desk, OperationKind.SERIES_BOOKED)
    wanted = [Wanted(desk.patient, desk.service, desk.provider, desk.clinic, start, purchase) for start in starts]
    booking.book_all(wanted, by=desk.user, operation=operation, at=BEFORE)
    return operation


def take_back(desk, operation, **options):
    return undo(operation, **{"by": desk.user, "at": BEFORE, **options})


def stands(row) -> tuple:
    row.refresh_from_db()
    return row.starts_at, row.status


def queued(**of) -> list[str]:
    return list(Message.objects.filter(status=MessageStatus.QUEUED, **of).order_by("pk").values_list("kind", flat=True))


def all_sent() -> None:
    Message.objects.filter(status=MessageStatus.QUEUED).update(**SENT)


def why(operation) -> dict[str, str]:
    return {f"{change.appointment.patient}": change.kept_because for change in operation.changes.all()}
