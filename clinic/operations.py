"""The ledger of operations: what was done to many rows at once, by whom and why, so that it can be undone."""

from datetime import datetime

from clinic.enums import ChangeKind, OperationKind
from clinic.models import Appointment, Change, Operation, PackagePurchase, User
from clinic.tenancy import own

type State = dict[str, object]  # what JSON can hold


def begin(kind: OperationKind, *, by: User, at: datetime, reason: str = "") -> Operation:
    """A new operation. Call it within the transaction that does the work: an operation that fails leaves no trace."""
    return Operation.objects.create(organisation=own(by), kind=kind, by=by, at=at, reason=reason)


def note(
    operation: Operation, kind: ChangeKind, row: Appointment | PackagePurchase, *, before: State, after: State
) -> Change:
    """Write down how the row stood before and after; of an appointment, that is what `state_of` says."""
    column = "appointment" if isinstance(row, Appointment) else "purchase"
    return Change.objects.create(
        organisation_id=operation.organisation_id, operation=operation, kind=kind, before=before, after=after,
        **{column: row},
    )  # fmt: skip


def state_of(row: Appointment) -> State:
    """Where and when an appointment is, as the ledger keeps it."""
    return {
        "starts_at": row.starts_at.isoformat(),
        "provider": row.provider_id,
        "clinic": row.clinic_id,
        "status": row.status,
    }
