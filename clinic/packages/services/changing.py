"""What the changes of a whole purchase share: one operation, its sessions released, the purchase locked, the note."""

from dataclasses import dataclass, field
from datetime import datetime

from clinic.enums import ChangeKind, OperationKind
from clinic.models import Appointment, Operation, PackagePurchase, User
from clinic.operations import State, begin, note
from clinic.packages.services.sessions import lock
from clinic.packages.signals import sessions_released
from clinic.packages.standing import changed_meanwhile, sessions_to_come, stamp_of, state_of
from clinic.tenancy import own


@dataclass(frozen=True)
class Work:
    """A purchase under change: the locked row, how it stood, and the operation that keeps what is done to it."""

    purchase: PackagePurchase
    operation: Operation
    before: State
    released: list[Appointment] = field(default_factory=list)

    def write(self, kind: ChangeKind, *fields: str, **facts: object) -> None:
        """Save these fields with history and note the change; `facts` are what an undo needs to know besides."""
        did = self.operation
        self.purchase.record(*fields, by=did.by, reason=did.reason, at=did.at)
        note(did, kind, self.purchase, before=self.before, after={**state_of(self.purchase), **facts})


def take_up(
    purchase: PackagePurchase,
    kind: OperationKind,
    *,
    by: User,
    reason: str,
    at: datetime,
    seen: str | None,
    release: bool = False,
) -> Work:
    """Begin the operation, call the sessions to come off if they are to be released, and lock the purchase.

    `seen` is the `stamp_of` that the person looked at, with the sessions to come where they are released:
    ChangedMeanwhile when it is another one by now.
    """
    own(by, purchase)
    to_come = list(sessions_to_come(purchase, at=at)) if release else []
    if seen is not None and seen != stamp_of(purchase, to_come):
        raise changed_meanwhile(purchase)
    operation = begin(kind, by=by, at=at, reason=reason)
    released = released_of(purchase, operation) if release else []
    row = lock(purchase)
    if seen is not None and (seen != stamp_of(row, to_come) or keys(released) != keys(to_come)):
        raise changed_meanwhile(purchase)
    return Work(row, operation, state_of(row), released)


def keys(rows: list[Appointment]) -> set[int]:
    return {row.pk for row in rows}


def released_of(purchase: PackagePurchase, operation: Operation) -> list[Appointment]:
    answers = sessions_released.send(
        PackagePurchase, purchase=purchase, operation=operation, by=operation.by, at=operation.at,
        reason=operation.reason,
    )  # fmt: skip
    return [row for _receiver, rows in answers for row in rows]
