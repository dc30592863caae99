"""The ledger of operations: what was done to many rows at once, by whom and why, so that it can be undone."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.enums import ChangeKind, OperationKind
from clinic.models import Appointment, Change, Operation, PackagePurchase, User
from clinic.tenancy import own

type State = dict[str, object]  # what JSON can hold

BATCH = 200


def begin(kind: OperationKind, *, by: User, at: datetime, reason: str = "") -> Operation:
    """A new operation. Call it within the transaction that does the work: an operation that fails leaves no trace."""
    return Operation.objects.create(organisation=own(by), kind=kind, by=by, at=at, reason=reason)


def note(
    operation: Operation, kind: ChangeKind, row: Appointment | PackagePurchase, *, before: State, after: State
) -> Change:
    """Write down how the row stood before and after; of an appointment, that is what `state_of` says."""
    return note_all(operation, kind, [(row, before, after)])[0]


def note_all(
    operation: Operation, kind: ChangeKind, rows: Iterable[tuple[Appointment | PackagePurchase, State, State]]
) -> list[Change]:
    """The same for several rows, each with its states before and after, in this order."""
    changes = [
        Change(
            organisation_id=operation.organisation_id, operation=operation, kind=kind, before=before, after=after,
            **{"appointment" if isinstance(row, Appointment) else "purchase": row},
        )
        for row, before, after in rows
    ]  # fmt: skip
    return Change.objects.bulk_create(changes, batch_size=BATCH)


def state_of(row: Appointment) -> State:
    """Where and when an appointment is, as the ledger keeps it.

    `sequence` rises with every change that a calendar must hear of, and so names the version of the row.
    """
    return {
        "starts_at": row.starts_at.astimezone(UTC).isoformat(),
        "provider": row.provider_id,
        "clinic": row.clinic_id,
        "status": str(row.status),
        "moves": row.moves,
        "sequence": row.calendar_sequence,
    }


def with_sizes(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """The same operations with `size` on each row: how many rows it booked or changed, in the same query."""
    booked = Appointment.objects.filter(operation=OuterRef("pk")).order_by().values("operation")
    changed = Change.objects.filter(operation=OuterRef("pk")).order_by().values("operation")
    booked, changed = (Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0) for rows in (booked, changed))
    return operations.annotate(_booked=booked, _changed=changed).annotate(size=F("_booked") + F("_changed"))
