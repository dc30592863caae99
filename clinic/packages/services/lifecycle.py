"""Stop the clock of a purchase and let it run again, give it more days, call off what is booked of it."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import now

from clinic.enums import ChangeKind, OperationKind, PurchaseStatus
from clinic.errors import PackageRefused
from clinic.models import PackagePurchase, User
from clinic.packages.change_refusals import cancel_refusals, extension_refusals, freeze_refusals, unfreeze_refusals
from clinic.packages.selectors import local_day
from clinic.packages.services.changing import take_up
from clinic.packages.services.sessions import lock, status_by_use
from clinic.packages.standing import sessions_unsettled
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def cancel_remaining(
    purchase: PackagePurchase, *, by: User, reason: str = "", at: datetime | None = None, seen: str | None = None
) -> PackagePurchase:
    """Call off every session of the purchase that is booked and has not begun; it stays usable, they are free again.

    Raises PackageRefused when there is none, and ChangedMeanwhile as every change here does, when `seen` is given and
    is not how the purchase stands any more (`clinic.packages.standing.stamp_of`).
    """
    work = take_up(
        purchase, OperationKind.CANCEL_REMAINING, by=by, reason=reason, at=at or now(), seen=seen, release=True
    )
    if refusals := cancel_refusals(work.released):
        raise PackageRefused(*refusals)
    return work.purchase


@retried
@transaction.atomic
def freeze(
    purchase: PackagePurchase,
    *,
    by: User,
    reason: str = "",
    on: date | None = None,
    at: datetime | None = None,
    seen: str | None = None,
) -> PackagePurchase:
    """Stop the clock of the purchase on `on`, today where it is not given; what is booked of it is called off.

    Raises PackageRefused unless it is active and `on` lies between the last session held and today, and while a session
    is not settled yet.
    """
    at = at or now()
    work = take_up(purchase, OperationKind.FREEZE, by=by, reason=reason, at=at, seen=seen, release=True)
    row, today = work.purchase, local_day(work.purchase.organisation, at)
    on = on or today
    if refusals := freeze_refusals(row, list(sessions_unsettled(row, at=at)), on=on, today=today):
        raise PackageRefused(*refusals)
    row.status, row.frozen_on = PurchaseStatus.FROZEN, on
    work.write(ChangeKind.FROZEN, "status", "frozen_on")
    return row


@retried
@transaction.atomic
def unfreeze(
    purchase: PackagePurchase,
    *,
    by: User,
    reason: str = "",
    on: date | None = None,
    at: datetime | None = None,
    seen: str | None = None,
) -> PackagePurchase:
    """Let the clock run again from `on`, today where it is not given: the last day moves by the days it stood still.

    Raises PackageRefused unless it is frozen and `on` lies between that day and today.
    """
    at = at or now()
    work = take_up(purchase, OperationKind.UNFREEZE, by=by, reason=reason, at=at, seen=seen)
    row, today = work.purchase, local_day(work.purchase.organisation, at)
    on = on or today
    if refusals := unfreeze_refusals(row, on=on, today=today):
        raise PackageRefused(*refusals)
    row.expires_on += on - row.frozen_on
    row.status, row.frozen_on = status_by_use(row), None
    work.write(ChangeKind.UNFROZEN, "expires_on", "status", "frozen_on")
    return row


@retried
@transaction.atomic
def extend(
    purchase: PackagePurchase,
    *,
    days: int,
    by: User,
    reason: str = "",
    at: datetime | None = None,
    seen: str | None = None,
) -> PackagePurchase:
    """Move the last day of the purchase by `days`; one that had expired can be used again.

    Raises PackageRefused for fewer than one day and for a purchase that is frozen, cancelled or transferred.
    """
    work = take_up(purchase, OperationKind.EXTEND, by=by, reason=reason, at=at or now(), seen=seen)
    lengthen(work.purchase, days)
    work.write(ChangeKind.EXTENDED, "expires_on", "status")
    return work.purchase


@transaction.atomic
def extend_within(purchase: PackagePurchase, *, days: int, by: User, reason: str = "") -> PackagePurchase:
    """The same as a part of another operation, which notes it itself."""
    own(by, purchase)
    purchase = lock(purchase)
    lengthen(purchase, days)
    purchase.record("expires_on", "status", by=by, reason=reason)
    return purchase


def lengthen(purchase: PackagePurchase, days: int) -> None:
    if refusals := extension_refusals(purchase, days):
        raise PackageRefused(*refusals)
    purchase.expires_on += timedelta(days=days)
    if purchase.status == PurchaseStatus.EXPIRED:
        purchase.status = status_by_use(purchase)
