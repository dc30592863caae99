"""Taking a sale back: the money, the invoice, the session of today and the package, on the day of the sale."""

from decimal import Decimal

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.billing.selectors import refundable
from clinic.billing.services import refund, void
from clinic.enums import (
    LIVE_STATUSES,
    MessageKind,
    PaymentKind,
    PaymentStatus,
    PurchaseStatus,
    RefusalCode,
    SessionEntryKind,
)
from clinic.errors import PackageRefused, Refusal
from clinic.messaging.services import cancel_of
from clinic.models import Appointment, Change, Invoice, PackagePurchase
from clinic.packages.selectors import item_balances, local_day
from clinic.packages.services.covering import uncover
from clinic.packages.services.ledger import enter
from clinic.packages.services.sessions import lock
from clinic.packages.services.undoing import Undo, check_still

NOTHING = Decimal("0.00")


def take_sale_back(change: Change, undo: Undo) -> PackagePurchase:
    """The patient has the money again, the invoice is void and today's appointment is without a package, as before.

    Raises PackageRefused after the organisation's day of the sale, and when more sessions have been booked or used.
    The purchase stays as a cancelled one without sessions, for its ledger has to be kept.
    """
    row = lock(change.purchase)
    check_same_day(change, undo)
    check_still(row, change, "patient", "expires_on", "frozen_on", "total_sessions", "price")
    covered = Appointment.objects.filter(pk=change.after["appointment"]).first()
    check_no_other_session(row, covered)
    if covered is not None and covered.package_purchase_id == row.pk:
        uncover(covered, by=undo.by, at=undo.at, reason=undo.reason)
        row.refresh_from_db()
    give_money_back(Invoice.objects.get(pk=change.after["invoice"]), undo)
    enter(undo, SessionEntryKind.REFUND, {item: -left.total for item, left in item_balances(row).items()})
    row.status, row.total_sessions, row.price = PurchaseStatus.CANCELLED, 0, NOTHING
    undo.write(row, "status", "total_sessions", "price")
    cancel_of(change.operation, MessageKind.ASSIGNED, by=undo.by, at=undo.at)
    return row


def give_money_back(invoice: Invoice, undo: Undo) -> None:
    for payment in invoice.payments.filter(kind=PaymentKind.PAYMENT).order_by("pk"):
        if left := refundable(payment):
            refund(payment, amount=left, by=undo.by, reason=undo.reason, at=undo.at)
    invoice.refresh_from_db()
    if invoice.status != PaymentStatus.VOID:
        void(invoice, by=undo.by, reason=undo.reason, at=undo.at)


def check_same_day(change: Change, undo: Undo) -> None:
    organisation = undo.by.organisation
    sold_on = local_day(organisation, change.operation.at)
    if local_day(organisation, undo.at) != sold_on:
        message = _("This package was sold on %(day)s: a sale is undone on its own day.")
        hint = _("Cancel what is booked on it and give the money back on the invoice.")
        raise PackageRefused(Refusal(RefusalCode.STATUS, message % {"day": date_format(sold_on)}, hint))


def check_no_other_session(row: PackagePurchase, covered: Appointment | None) -> None:
    standing = Appointment.objects.filter(Q(status__in=LIVE_STATUSES) | Q(session_used=True), package_purchase=row)
    if standing.exclude(pk=covered and covered.pk).exists():
        message = _("Sessions of this package have been booked or used since it was sold.")
        raise PackageRefused(Refusal(RefusalCode.PURCHASE_STATUS, message, _("Cancel them first.")))
