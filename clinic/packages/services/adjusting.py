"""Correct the number of sessions of a purchase."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from clinic.enums import ChangeKind, OperationKind, PurchaseStatus, SessionEntryKind
from clinic.errors import PackageRefused
from clinic.models import PackagePurchase, PurchaseItem, User
from clinic.packages.change_refusals import adjustment_refusals
from clinic.packages.selectors import item_balances
from clinic.packages.services.changing import take_up
from clinic.packages.services.ledger import enter
from clinic.packages.services.sessions import status_by_use
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def adjust(
    purchase: PackagePurchase,
    item: PurchaseItem,
    *,
    sessions: int,
    by: User,
    reason: str = "",
    at: datetime | None = None,
    seen: str | None = None,
) -> PackagePurchase:
    """Add `sessions` to an item of the purchase, or take them away where the number is negative.

    Raises PackageRefused when more would be taken than are free, and DoesNotExist for an item of another purchase.
    """
    own(by, purchase, item)
    if item.purchase_id != purchase.pk:
        raise PurchaseItem.DoesNotExist("PurchaseItem matching query does not exist.")
    work = take_up(purchase, OperationKind.ADJUST, by=by, reason=reason, at=at or now(), seen=seen)
    if refusals := adjustment_refusals(work.purchase, item, sessions, item_balances(work.purchase)):
        raise PackageRefused(*refusals)
    enter(work.operation, SessionEntryKind.ADJUST, {item: sessions})
    add_sessions(work.purchase, sessions)
    work.write(ChangeKind.ADJUSTED, "total_sessions", "status", item=item.pk, sessions=sessions)
    return work.purchase


def add_sessions(purchase: PackagePurchase, sessions: int) -> None:
    purchase.total_sessions += sessions
    if purchase.status in (PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED):
        purchase.status = status_by_use(purchase)
