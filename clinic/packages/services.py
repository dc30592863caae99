"""Assign packages, and use and give back their sessions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count as counting
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import LIVE_STATUSES, MessageKind, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused, Refusal
from clinic.messaging.services import queue
from clinic.models import (
    Appointment,
    Organisation,
    Package,
    PackageItem,
    PackagePurchase,
    Patient,
    PurchaseItem,
    Service,
    SessionEntry,
    User,
)
from clinic.packages.refusals import usability_refusals, wrong_status
from clinic.packages.selectors import USES, item_balances, local_day
from clinic.retries import made_before, retried
from clinic.tenancy import own


@retried
@transaction.atomic
def assign(
    package: Package,
    patient: Patient,
    *,
    by: User,
    on: date | None = None,
    at: datetime | None = None,
    request_key: UUID | None = None,
) -> PackagePurchase:
    """Give the patient a copy of the package, bought on `on`, or on the organisation's day at `at`.

    The price, the items and the last day are those of the package now; the patient is told. `request_key` names the
    form that asks for it: sent again, it gets the purchase that it made.
    Raises PackageRefused when the package or the patient is not active or the package has nothing to give.
    """
    organisation = own(by, package, patient)
    at = at or now()
    on = on or local_day(organisation, at)
    package = Package.objects.select_for_update(no_key=True).get(pk=package.pk)
    if made := made_before(PackagePurchase, request_key, patient=patient, package=package):
        return made
    items = list(package.items.select_related("service"))
    if refusals := assignment_refusals(package, patient, items):
        raise PackageRefused(*refusals)
    purchase = PackagePurchase(
        organisation=organisation, patient=patient, package=package, price=package.price, assigned_by=by,
        purchased_on=on, expires_on=on + timedelta(days=package.validity_days),
        total_sessions=sum(item.sessions for item in items), request_key=request_key,
    )  # fmt: skip
    purchase.record(by=by)
    grant(purchase, items, by=by, at=at)
    queue(MessageKind.ASSIGNED, patient, purchase=purchase, by=by, at=at)
    return purchase


def assignment_refusals(package: Package, patient: Patient, items: list[PackageItem]) -> list[Refusal]:
    refusals = []
    if not package.active:
        refusals.append(Refusal(RefusalCode.INACTIVE, _("This package is no longer sold."), _("Choose another one.")))
    if not patient.active:
        message = _("The file of this patient is closed.")
        refusals.append(Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page.")))
    if not items:
        message = _("This package has no sessions yet.")
        refusals.append(Refusal(RefusalCode.INVALID, message, _("Add its services in the catalogue first.")))
    for item in items:
        if not item.service.active:
            message = _("%(service)s is no longer offered.") % {"service": item.service}
            refusals.append(Refusal(RefusalCode.INACTIVE, message, _("Choose a package without it.")))
    return refusals


def grant(purchase: PackagePurchase, items: list[PackageItem], *, by: User, at: datetime) -> None:
    """Copy the package's items to the purchase and open the ledger of each."""
    copies = PurchaseItem.objects.bulk_create(
        PurchaseItem(
            organisation_id=purchase.organisation_id, purchase=purchase, service=item.service,
            sessions=item.sessions, step=item.step,
        )
        for item in items
    )  # fmt: skip
    SessionEntry.objects.bulk_create(
        SessionEntry(
            organisation_id=purchase.organisation_id, purchase=purchase, item=copy,
            kind=SessionEntryKind.GRANT, sessions=copy.sessions, by=by, at=at,
        )
        for copy in copies
    )  # fmt: skip


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


@transaction.atomic
def extend(purchase: PackagePurchase, *, days: int, by: User, reason: str = "") -> PackagePurchase:
    """Move the last day of the purchase by `days`; one that had expired can be used again.

    Raises PackageRefused for fewer than one day and for a purchase that is frozen, cancelled or transferred.
    """
    own(by, purchase)
    purchase = lock(purchase)
    if days < 1:
        message = _("An extension adds at least one day.")
        raise PackageRefused(Refusal(RefusalCode.INVALID, message, _("Enter the number of days.")))
    if gone := wrong_status(purchase, besides=PurchaseStatus.EXPIRED):
        raise PackageRefused(*gone)
    purchase.expires_on += timedelta(days=days)
    if purchase.status == PurchaseStatus.EXPIRED:
        purchase.status = status_by_use(purchase)
    purchase.record("expires_on", "status", by=by, reason=reason)
    return purchase


@transaction.atomic
def take_extension_back(purchase: PackagePurchase, *, last_day: date, by: User, reason: str = "") -> PackagePurchase:
    """Give the purchase its earlier last day again; the caller knows that no session stands after it.

    One whose last day is over then is marked as expired with the others, by `expire_due`.
    """
    own(by, purchase)
    purchase = lock(purchase)
    purchase.expires_on = last_day
    purchase.record("expires_on", by=by, reason=reason)
    return purchase


@retried
@transaction.atomic
def expire_due(organisation: Organisation, on: date, *, by: User | None = None) -> list[PackagePurchase]:
    """Mark as expired the organisation's active purchases whose last day is before `on`; those purchases.

    Only the status changes: the ledger keeps what was bought and used, so that an extension finds it again.
    """
    due = PackagePurchase.objects.of(organisation).filter(status=PurchaseStatus.ACTIVE, expires_on__lt=on)
    purchases = list(due.order_by("pk").select_for_update())
    for purchase in purchases:
        purchase.status = PurchaseStatus.EXPIRED
        purchase.record("status", by=by)
    return purchases


def expire_everywhere(*, at: datetime | None = None) -> int:
    """Mark what is past its last day on the calendar of its own organisation; the number marked.

    Every organisation is a transaction of its own. A second call the same day finds nothing.
    """
    at = at or now()
    return sum(
        len(expire_due(organisation, local_day(organisation, at))) for organisation in Organisation.objects.all()
    )
