"""How a purchase stands at a moment: what a change of it finds, notes down, and has to find again."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.enums import MOVABLE_STATUSES, PurchaseStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal
from clinic.models import Appointment, PackagePurchase
from clinic.operations import State
from clinic.packages.selectors import balance_of, reserving

LOADED = ("patient", "service", "provider", "clinic")
CENT = Decimal("0.01")


def sessions_to_come(purchase: PackagePurchase, *, at: datetime) -> QuerySet[Appointment]:
    """The sessions that are booked and could still be called off or moved, in order of time."""
    rows = Appointment.objects.filter(package_purchase=purchase, status__in=MOVABLE_STATUSES, starts_at__gt=at)
    return rows.select_related(*LOADED).order_by("starts_at", "pk")


def sessions_unsettled(purchase: PackagePurchase, *, at: datetime) -> QuerySet[Appointment]:
    """The sessions that are under way, or over without anybody having said whether they were held."""
    rows = reserving().filter(package_purchase=purchase).exclude(status__in=MOVABLE_STATUSES, starts_at__gt=at)
    return rows.select_related(*LOADED).order_by("starts_at", "pk")


def state_of(purchase: PackagePurchase) -> State:
    """What a change of a whole purchase may change, as the ledger of operations keeps it."""
    return {
        "patient": purchase.patient_id,
        "status": str(purchase.status),
        "expires_on": purchase.expires_on.isoformat(),
        "frozen_on": purchase.frozen_on and purchase.frozen_on.isoformat(),
        "total_sessions": purchase.total_sessions,
        "sessions_used": purchase.sessions_used,
        "price": str(Decimal(purchase.price).quantize(CENT)),
    }


def stamp_of(purchase: PackagePurchase, sessions: Iterable[Appointment] = ()) -> str:
    """A short text that is different when the purchase, or one of these sessions, is. One query."""
    newest = purchase.history.order_by("-history_id").values_list("history_id", flat=True).first()
    seen = purchase.pk, newest, [(row.pk, row.calendar_sequence) for row in sessions]
    return sha256(repr(seen).encode()).hexdigest()[:16]


def changed_meanwhile(purchase: PackagePurchase) -> ChangedMeanwhile:
    """Who changed the purchase last, and how it stands by now."""
    row = PackagePurchase.objects.get(pk=purchase.pk)
    last = row.history.select_related("history_user").order_by("-history_id").first()
    balance = balance_of(row)
    values = {
        "name": (last and last.history_user) or pgettext("who did it", "Somebody"),
        "at": date_format(localtime(last.history_date), "DATETIME_FORMAT") if last else "",
        "status": PurchaseStatus(row.status).label,
        "day": date_format(row.expires_on),
        "used": balance.used,
        "reserved": balance.reserved,
        "free": balance.free,
    }
    message = _(
        "This package, or a session of it, has been changed since you looked (last by %(name)s, %(at)s). It is now: "
        "%(status)s, until %(day)s; %(used)d used, %(reserved)d reserved, %(free)d free."
    )
    hint = _("Look at the numbers again, then decide.")
    return ChangedMeanwhile(Refusal(RefusalCode.CHANGED, message % values, hint))


def gone_on(purchase: PackagePurchase) -> Refusal:
    """Why what was done to it cannot be taken back: something else has been done since."""
    values = {
        "status": PurchaseStatus(purchase.status).label,
        "day": date_format(purchase.expires_on),
        "total": purchase.total_sessions,
    }
    message = _("The package has been changed since. It is now: %(status)s, until %(day)s, %(total)d sessions.")
    return Refusal(RefusalCode.CHANGED, message % values, _("Take back first what was done last."))
