"""Taking back what an operation did to a purchase, one function for each kind of change.

Each asks whether the world has gone on since, and then restores what the change had found. The ledger only grows:
what a change had entered is entered again the other way round.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import ChangeKind, OperationKind, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused, Refusal
from clinic.models import Change, PackagePurchase, PurchaseItem, User
from clinic.packages.refusals import wrong_status
from clinic.packages.selectors import balance_of, item_balances, stands_after
from clinic.packages.services.adjusting import add_sessions
from clinic.packages.services.ledger import enter
from clinic.packages.services.sessions import lock
from clinic.packages.services.transferred import take_transfer_back
from clinic.packages.services.undoing import Undo, check_still
from clinic.packages.services.unselling import take_sale_back
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def take_change_back(change: Change, *, by: User, at: datetime | None = None, reason: str = "") -> PackagePurchase:
    """The purchase as it was before the change, in everything that the change had written.

    Raises PackageRefused where that is not possible any more, with the reason. The change itself is not marked.
    Of a transfer both purchases are restored, by whichever of its two changes comes first.
    """
    own(by, change)
    is_sale = change.operation.kind == OperationKind.SALE
    take_back = take_sale_back if is_sale else TAKES_BACK[ChangeKind(change.kind)]
    return take_back(change, Undo(by, at or now(), reason))


def take_freeze_back(change: Change, undo: Undo) -> PackagePurchase:
    row = lock(change.purchase)
    check_still(row, change, "status", "frozen_on")
    row.status, row.frozen_on = change.before["status"], None
    undo.write(row, "status", "frozen_on")
    return row


def take_unfreeze_back(change: Change, undo: Undo) -> PackagePurchase:
    """Only as long as nothing has been booked or used since."""
    row = lock(change.purchase)
    check_still(row, change, "status", "frozen_on", "expires_on", "sessions_used")
    if balance_of(row).reserved:
        message = _("Sessions of this package have been booked since.")
        raise PackageRefused(Refusal(RefusalCode.PURCHASE_STATUS, message, _("Cancel them, or freeze it anew.")))
    row.status = PurchaseStatus.FROZEN
    row.frozen_on, row.expires_on = day_of(change.before["frozen_on"]), day_of(change.before["expires_on"])
    undo.write(row, "status", "frozen_on", "expires_on")
    return row


def take_extension_back(change: Change, undo: Undo) -> PackagePurchase:
    row = lock(change.purchase)
    check_still(row, change, "expires_on")
    if gone := wrong_status(row, besides=PurchaseStatus.EXPIRED):
        raise PackageRefused(*gone)
    last_day = day_of(change.before["expires_on"])
    if stands_after(row, last_day):
        message = _("A session stands later than %(day)s, which the extension made possible.")
        values = {"day": date_format(last_day)}
        raise PackageRefused(Refusal(RefusalCode.EXPIRY, message % values, _("Move or cancel it first.")))
    row.expires_on = last_day
    if change.before["status"] == PurchaseStatus.EXPIRED and row.status == PurchaseStatus.ACTIVE:
        row.status = PurchaseStatus.EXPIRED
    undo.write(row, "expires_on", "status")
    return row


def take_adjustment_back(change: Change, undo: Undo) -> PackagePurchase:
    row = lock(change.purchase)
    if gone := wrong_status(row, besides=PurchaseStatus.EXPIRED):
        raise PackageRefused(*gone)
    item = PurchaseItem.objects.select_related("service").get(purchase=row, pk=change.after["item"])
    added = change.after["sessions"]
    balance = item_balances(row)[item]
    if balance.free < added:
        values = {"service": item.service}
        message = _("The sessions of %(service)s that were added are booked or used by now.") % values
        raise PackageRefused(Refusal(RefusalCode.NO_SESSION_LEFT, message, _("Cancel booked sessions first.")))
    enter(undo, SessionEntryKind.ADJUST, {item: -added})
    add_sessions(row, -added)
    undo.write(row, "total_sessions", "status")
    return row


def day_of(text: str) -> date:
    return date.fromisoformat(text)


TAKES_BACK: dict[ChangeKind, Callable[[Change, Undo], PackagePurchase]] = {
    ChangeKind.FROZEN: take_freeze_back,
    ChangeKind.UNFROZEN: take_unfreeze_back,
    ChangeKind.EXTENDED: take_extension_back,
    ChangeKind.ADJUSTED: take_adjustment_back,
    ChangeKind.TRANSFERRED: take_transfer_back,
    ChangeKind.ASSIGNED: take_transfer_back,
}
