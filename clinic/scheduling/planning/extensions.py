"""Extensions of purchases that a plan needed: noted on its operation, so that they can be taken back with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.models import Appointment, Operation, PackagePurchase, User
from clinic.packages import services as packages
from clinic.scheduling.planning.planner import HOLDS_A_NUMBER


@dataclass(frozen=True)
class Extension:
    """A purchase whose last day an operation moved; `taken_back` is None as long as the operation stands."""

    purchase: PackagePurchase
    before: date
    until: date
    taken_back: bool | None = None

    @property
    def noted(self) -> dict:
        """As the operation keeps it."""
        return {
            "purchase": self.purchase.pk, "before": self.before.isoformat(), "until": self.until.isoformat(),
            "taken_back": self.taken_back,
        }  # fmt: skip


def extensions_of(operation: Operation) -> list[Extension]:
    """What the operation has extended, packages loaded; one query, none where it extended nothing."""
    noted = operation.rows.get("extended", ())
    rows = PackagePurchase.objects.select_related("package").in_bulk({note["purchase"] for note in noted})
    return [
        Extension(
            rows[note["purchase"]],
            date.fromisoformat(note["before"]),
            date.fromisoformat(note["until"]),
            note["taken_back"],
        )
        for note in noted
        if note["purchase"] in rows
    ]


def take_back_extensions(
    operation: Operation, purchases: Mapping[int, PackagePurchase], *, by: User, reason: str
) -> None:
    """Give the purchases, locked, their last days back where nothing later depends on them, and note which.

    The caller saves the operation. What was extended again, or has a session on one of the days gained, keeps them.
    """
    noted = []
    for extension in extensions_of(operation):
        purchase = purchases[extension.purchase.pk]
        free = purchase.expires_on == extension.until and not is_needed(purchase, after=extension.before)
        if free:
            packages.take_extension_back(purchase, last_day=extension.before, by=by, reason=reason)
        noted.append(Extension(purchase, extension.before, extension.until, free).noted)
    if noted:
        operation.rows = {**operation.rows, "extended": noted}


def is_needed(purchase: PackagePurchase, *, after: date) -> bool:
    """Whether a session of the purchase stands or was held later than on this day of its clinic."""
    standing = Appointment.objects.filter(HOLDS_A_NUMBER, package_purchase=purchase)
    near = standing.filter(starts_at__date__gte=after - timedelta(days=1)).select_related("clinic")
    return any(row.starts_at.astimezone(row.clinic.zone).date() > after for row in near)
