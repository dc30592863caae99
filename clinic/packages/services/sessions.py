"""Use and give back the sessions of a purchase, one appointment at a time."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import count as counting
from itertools import islice

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import LIVE_STATUSES, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused, Refusal
from clinic.models import Appointment, PackagePurchase, Patient, PurchaseItem, Service, SessionEntry, User
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import USES, item_balances
from clinic.tenancy import own


def lock(purchase: PackagePurchase) -> PackagePurchase:
    """The purchase as it stands, nobody else's to change until the transaction ends; package loaded."""
    return lock_all([purchase])[purchase.pk]


def lock_all(purchases: Iterable[PackagePurchase]) -> dict[int, PackagePurchase]:
    """The same for several, by key: one query that locks them in the order of their keys."""
    rows = PackagePurchase.objects.filter(pk__in={purchase.pk for purchase in purchases})
    return {row.pk: row for row in rows.select_related("package").order_by("pk").select_for_update(of=("self",))}


def check_usable(
    purchase: PackagePurchase, patient: Patient, service: Service, on: date, count: int = 1
) -> list[Refusal]:
    """Why `count` more sessions of `service` cannot be booked from this purchase; empty when they can. One query.

    `on` is the session's own date in its clinic's zone. `count=0` asks for a session that is already reserved, as
    when it moves. The answer holds as long as the caller holds the purchase's lock.
    """
    balances = item_balances(purchase) if purchase.patient_id == patient.pk else {}
    return usability_refusals(purchase, patient, service, balances, on=on, count=count)


def next_session_numbers(purchase: PackagePurchase, count: int) -> list[int]:
    """The smallest numbers that no live or held session of the purchase has; call it under the purchase's lock."""
    holding = Appointment.objects.filter(Q(status__in=LIVE_STATUSES) | Q(session_used=True), package_purchase=purchase)
    taken = set(holding.values_list("session_number", flat=True))
    return list(islice((number for number in counting(1) if number not in taken), count))


@transaction.atomic
def use_session(
    appointment: Appointment, *, by: User, at: datetime | None = None, reason: str = ""
) -> PackagePurchase | None:
    """Spend the session that this appointment reserved; the purchase, or None when it has none.

    Writes the ledger and the purchase. On the appointment it only sets `session_used`: the caller saves it together
    with the status that goes with it. A second call writes nothing.
    Raises PackageRefused when every session of the purchase has been used.
    """
    return move_session(appointment, SessionEntryKind.USE, by=by, at=at or now(), reason=reason)


@transaction.atomic
def give_back_session(
    appointment: Appointment, *, by: User, at: datetime | None = None, reason: str = ""
) -> PackagePurchase | None:
    """Take back what `use_session` did, in the same way."""
    return move_session(appointment, SessionEntryKind.GIVE_BACK, by=by, at=at or now(), reason=reason)


def move_session(
    appointment: Appointment, kind: SessionEntryKind, *, by: User, at: datetime, reason: str
) -> PackagePurchase | None:
    own(by, appointment)
    if appointment.package_purchase_id is None:
        return None
    purchase = lock(appointment.package_purchase)
    used = kind == SessionEntryKind.USE
    if is_used(appointment) != used:
        item = PurchaseItem.objects.get(purchase=purchase, service=appointment.service_id)
        count_session(purchase, 1 if used else -1, by=by, reason=reason)
        SessionEntry.objects.create(
            organisation_id=purchase.organisation_id, purchase=purchase, item=item, appointment=appointment,
            kind=kind, sessions=-1 if used else 1, by=by, at=at, reason=reason,
        )  # fmt: skip
    appointment.session_used = used
    return purchase


def is_used(appointment: Appointment) -> bool:
    """Whether the ledger says that a session is spent on this appointment."""
    entries = appointment.session_entries.filter(kind__in=USES)
    return (entries.aggregate(sessions=Sum("sessions"))["sessions"] or 0) < 0


def count_session(purchase: PackagePurchase, sessions: int, *, by: User, reason: str) -> None:
    """Only an active purchase becomes completed, and only a completed one active again: others keep their status."""
    purchase.sessions_used += sessions
    if purchase.sessions_used > purchase.total_sessions:
        message = _("All %(count)d sessions of this package have been used.") % {"count": purchase.total_sessions}
        raise PackageRefused(Refusal(RefusalCode.NO_SESSION_LEFT, message, _("Assign a new package.")))
    if purchase.status in (PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED):
        purchase.status = status_by_use(purchase)
    purchase.record("sessions_used", "status", by=by, reason=reason)


def status_by_use(purchase: PackagePurchase) -> PurchaseStatus:
    all_used = purchase.sessions_used == purchase.total_sessions
    return PurchaseStatus.COMPLETED if all_used else PurchaseStatus.ACTIVE
