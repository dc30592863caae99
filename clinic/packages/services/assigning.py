"""Give a patient a copy of a package."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.enums import MessageKind, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused, Refusal
from clinic.messaging.services import queue
from clinic.models import Operation, Package, PackageItem, PackagePurchase, Patient, PurchaseItem, SessionEntry, User
from clinic.packages.selectors import local_day
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
    operation: Operation | None = None,
) -> PackagePurchase:
    """Give the patient a copy of the package, bought on `on`, or on the organisation's day at `at`.

    The price, the items and the last day are those of the package now; the patient is told. `request_key` names the
    form that asks for it: sent again, it gets the purchase that it made. `operation` is the sale that it is part of.
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
    queue(MessageKind.ASSIGNED, patient, purchase=purchase, operation=operation, by=by, at=at)
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
