"""What an operation did, a line for each row: how it was and is, and whether that has been or can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from admin_ext.columns import day, label, status_label
from clinic.enums import ChangeKind, PurchaseStatus
from clinic.models import Appointment, Change, Clinic, Operation, PackagePurchase, Patient, Provider, User
from clinic.scheduling.undoing import Prospect, contents, prospects

#: What is said of a purchase that was changed, in this order.
NAMED = {
    "status": _("Status"),
    "expires_on": _("Last day"),
    "frozen_on": _("Frozen since"),
    "total_sessions": _("Sessions"),
    "price": _("Price"),
}
DAYS = {"expires_on", "frozen_on"}


@dataclass(frozen=True)
class Line:
    """One row of an operation. `word` says what was done to it; `because` why it is or will be kept."""

    row: Appointment | PackagePurchase
    change: Change | None
    because: str
    is_undone: bool
    is_possible: bool
    providers: dict[int, Provider]
    clinics: dict[int, Clinic]

    @property
    def appointment(self) -> Appointment | None:
        return self.row if isinstance(self.row, Appointment) else None

    @property
    def patient(self) -> Patient:
        return self.row.patient

    @property
    def is_move(self) -> bool:
        return self.change is not None and self.change.kind == ChangeKind.MOVED

    @property
    def way_back(self) -> str:
        """What an undo does with it."""
        if self.change is None:
            return "call_off"
        if self.appointment is None:
            return "package"
        return "move" if self.is_move else "bring"

    @property
    def word(self):
        if self.change is None:
            return label("blue", pgettext_lazy("happened", "Booked"))
        return label("grey" if self.change.kind == ChangeKind.CANCELLED else "violet", self.change.get_kind_display())

    @property
    def was(self) -> "Stand":
        return Stand(self.change.before, self)

    @property
    def became(self) -> "Stand":
        return Stand(self.change.after, self)

    @property
    def values(self) -> list[tuple[str, object, object]]:
        """What is different about a purchase: the name of it, before, after."""
        before, after = self.change.before, self.change.after
        changed = [name for name in NAMED if before.get(name) != after.get(name)]
        return [(NAMED[name], shown(name, before.get(name)), shown(name, after.get(name))) for name in changed]


@dataclass(frozen=True)
class Stand:
    """Where and when an appointment was, as the ledger keeps it."""

    state: dict
    line: Line

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisoformat(self.state["starts_at"])

    @property
    def provider(self) -> Provider | None:
        return self.line.providers.get(self.state["provider"])

    @property
    def clinic(self) -> Clinic | None:
        return self.line.clinics.get(self.state["clinic"])


def shown(name: str, value: object) -> object:
    """A value of a purchase as people read it; nothing of one that was not there before."""
    if name == "status" and value:
        return status_label(PurchaseStatus(value))
    return day(date.fromisoformat(value)) if name in DAYS and value else value


def lines_of(operation: Operation, *, by: User) -> list[Line]:
    """A line for each row, what was booked first; for what is not undone, as an undo by this user would find it."""
    found = kept_by(operation) if operation.undone_at else prospects(operation, by=by)
    found = sorted(found, key=lambda one: one.change.pk if one.change else 0)
    named = everybody([one.change for one in found if one.change])
    undone = operation.undone_at is not None
    return [
        Line(one.row, one.change, one.kept_because, undone and one.is_possible, one.is_possible, *named)
        for one in found
    ]


def kept_by(operation: Operation) -> list[Prospect]:
    """The rows of an operation that has been undone, and why some were kept."""
    done, kept = contents(operation), operation.rows.get("kept", {})
    booked = [Prospect(row, kept_because=kept.get(str(row.pk), "")) for row in done.booked]
    return booked + [Prospect(one.appointment or one.purchase, one, one.kept_because) for one in done.changes]


def everybody(changes: Sequence[Change]) -> tuple[dict[int, Provider], dict[int, Clinic]]:
    """The providers and clinics that the ledger names by their keys; two queries."""
    states = [state for change in changes if change.appointment for state in (change.before, change.after)]
    return (
        Provider.objects.in_bulk({state["provider"] for state in states}),
        Clinic.objects.in_bulk({state["clinic"] for state in states}),
    )
