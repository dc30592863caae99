"""Taking a transfer back: what was given returns to the purchase it came from."""

from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.enums import ChangeKind, MessageKind, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused, Refusal
from clinic.messaging.services import cancel_of
from clinic.models import Change, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.selectors import balance_of, item_balances
from clinic.packages.services.ledger import enter
from clinic.packages.services.sessions import lock_all
from clinic.packages.services.undoing import Undo, check_still

NOTHING = Decimal("0.00")


def take_transfer_back(change: Change, undo: Undo) -> PackagePurchase:
    """Restore both purchases, as long as the new owner has booked and used nothing; the second time does nothing.

    The new owner's purchase stays as a cancelled one without sessions, for its ledger has to be kept.
    """
    out, into = both(change)
    rows = lock_all(row.purchase for row in (out, into) if row.purchase)
    old, given = rows[out.purchase_id], rows[into.purchase_id]
    if given.status != PurchaseStatus.CANCELLED:
        check_still(old, out, "status", "total_sessions", "price")
        check_still(given, into, "status", "total_sessions", "price", "expires_on")
        check_untouched(given, balance_of(given))
        give_back(old, given, out, undo)
        cancel_of(change.operation, MessageKind.ASSIGNED, by=undo.by, at=undo.at)
    return rows[change.purchase_id]


def both(change: Change) -> tuple[Change, Change]:
    """The change of the purchase that gave, and that of the purchase that was given."""
    rows = change.operation.changes.filter(kind__in=[ChangeKind.TRANSFERRED, ChangeKind.ASSIGNED])
    found = {row.kind: row for row in rows.select_related("purchase__patient")}
    return found[ChangeKind.TRANSFERRED], found[ChangeKind.ASSIGNED]


def check_untouched(given: PackagePurchase, balance: Balance) -> None:
    if balance.used or balance.reserved:
        values = {"patient": given.patient, "used": balance.used, "reserved": balance.reserved}
        message = _("%(patient)s has used %(used)d and booked %(reserved)d of the sessions transferred.") % values
        raise PackageRefused(Refusal(RefusalCode.PURCHASE_STATUS, message, _("Transfer what is left of them back.")))


def give_back(old: PackagePurchase, given: PackagePurchase, out: Change, undo: Undo) -> None:
    left = {item: balance.total for item, balance in item_balances(given).items()}
    home = {item.service_id: item for item in old.items.all()}
    enter(undo, SessionEntryKind.TRANSFER_OUT, {item: -count for item, count in left.items()})
    enter(undo, SessionEntryKind.TRANSFER_IN, {home[item.service_id]: count for item, count in left.items()})
    old.status = out.before["status"]
    old.total_sessions += given.total_sessions
    old.price += given.price
    given.status, given.total_sessions, given.price = PurchaseStatus.CANCELLED, 0, NOTHING
    for row in (old, given):
        undo.write(row, "status", "total_sessions", "price")
