"""Lines of the sessions ledger that are of no appointment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from clinic.enums import SessionEntryKind
from clinic.models import PurchaseItem, SessionEntry, User


class Doing(Protocol):
    """Who does something, when and why: an operation, or taking one back."""

    by: User
    at: datetime
    reason: str


def enter(doing: Doing, kind: SessionEntryKind, sessions: Mapping[PurchaseItem, int]) -> None:
    """One line for each item; negative where it takes away. Items of which nothing moves get none."""
    SessionEntry.objects.bulk_create(
        SessionEntry(
            organisation_id=item.organisation_id, purchase_id=item.purchase_id, item=item, kind=kind, sessions=count,
            by=doing.by, at=doing.at, reason=doing.reason,
        )
        for item, count in sessions.items()
        if count
    )  # fmt: skip
