"""Give what is left of a purchase to somebody else."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import now

from clinic.enums import ChangeKind, MessageKind, OperationKind, PurchaseStatus, SessionEntryKind
from clinic.errors import PackageRefused
from clinic.messaging.services import queue
from clinic.models import Operation, PackagePurchase, Patient, PurchaseItem, User
from clinic.operations import note
from clinic.packages.change_refusals import transfer_refusals
from clinic.packages.prices import price_of
from clinic.packages.selectors import item_balances, local_day
from clinic.packages.services.changing import take_up
from clinic.packages.services.ledger import enter
from clinic.packages.standing import sessions_unsettled, state_of
from clinic.retries import retried
from clinic.tenancy import own

type Left = dict[PurchaseItem, int]


@retried
@transaction.atomic
def transfer(
    purchase: PackagePurchase,
    patient: Patient,
    *,
    by: User,
    reason: str = "",
    at: datetime | None = None,
    seen: str | None = None,
) -> PackagePurchase:
    """Give every session that is not used to `patient`, as a purchase of their own with the same last day; that one.

    The sessions booked for the first patient are called off before; those used, and their share of the price, stay.
    The new owner is told. Raises PackageRefused when nothing is left, when a session is not settled yet, and for a
    patient whose file is closed or who has the package already.
    """
    own(by, purchase, patient)
    at = at or now()
    work = take_up(purchase, OperationKind.TRANSFER, by=by, reason=reason, at=at, seen=seen, release=True)
    row = work.purchase
    unsettled = list(sessions_unsettled(row, at=at))
    if refusals := transfer_refusals(row, patient, unsettled, on=local_day(row.organisation, at)):
        raise PackageRefused(*refusals)
    left = {item: balance.free for item, balance in item_balances(row).items() if balance.free}
    price = price_of(row, sum(left.values()))
    given = copy_for(patient, row, left, price, work.operation)
    enter(work.operation, SessionEntryKind.TRANSFER_OUT, {item: -count for item, count in left.items()})
    row.status = PurchaseStatus.TRANSFERRED
    row.total_sessions -= sum(left.values())
    row.price -= price
    work.write(ChangeKind.TRANSFERRED, "status", "total_sessions", "price", to=given.pk)
    queue(MessageKind.ASSIGNED, patient, purchase=given, operation=work.operation, by=by, at=at)
    return given


def copy_for(
    patient: Patient, row: PackagePurchase, left: Left, price: Decimal, operation: Operation
) -> PackagePurchase:
    """The purchase of the new owner, with the items of which something is left."""
    given = PackagePurchase(
        organisation_id=row.organisation_id, patient=patient, package=row.package, price=price,
        purchased_on=local_day(row.organisation, operation.at), expires_on=row.expires_on,
        total_sessions=sum(left.values()), assigned_by=operation.by,
    )  # fmt: skip
    given.record(by=operation.by, reason=operation.reason, at=operation.at)
    items = PurchaseItem.objects.bulk_create(
        PurchaseItem(
            organisation_id=row.organisation_id, purchase=given, service=item.service, sessions=count, step=item.step
        )
        for item, count in left.items()
    )
    enter(operation, SessionEntryKind.TRANSFER_IN, {item: item.sessions for item in items})
    note(operation, ChangeKind.ASSIGNED, given, before={}, after={**state_of(given), "from": row.pk})
    return given
