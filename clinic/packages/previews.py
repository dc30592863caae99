"""What a change of a whole purchase would do, before anybody does it; nothing is written here.

The refusals are those of the service, asked with the same words; `seen` is what the service is given back, so that
nothing else is done than what was looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from clinic.enums import MessageKind, PurchaseStatus
from clinic.errors import Refusal
from clinic.messaging.services import Destination, destination_of
from clinic.messaging.texts.words import written
from clinic.models import Appointment, PackagePurchase, Patient, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.change_refusals import (
    adjustment_refusals,
    cancel_refusals,
    extension_refusals,
    freeze_refusals,
    transfer_refusals,
    unfreeze_refusals,
)
from clinic.packages.prices import price_of
from clinic.packages.refusals import wrong_status
from clinic.packages.selectors import balance_of, item_balances, local_day
from clinic.packages.standing import sessions_to_come, sessions_unsettled, stamp_of


@dataclass(frozen=True)
class Told:
    """What a patient will read, and where."""

    patient: Patient
    destination: Destination
    text: str


@dataclass(frozen=True)
class Gift:
    """What the new owner gets."""

    patient: Patient | None
    sessions: int
    price: Decimal
    last_day: date


@dataclass(frozen=True)
class Preview:
    """How the purchase stands and how it would stand; there are no numbers after where there are `refusals`."""

    purchase: PackagePurchase
    seen: str
    refusals: list[Refusal]
    before: Balance
    after: Balance
    last_day: date
    status: PurchaseStatus
    called_off: list[Appointment] = field(default_factory=list)
    unsettled: list[Appointment] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    gift: Gift | None = None

    @property
    def moves_last_day(self) -> bool:
        return self.last_day != self.purchase.expires_on

    @property
    def changes_status(self) -> bool:
        return self.status != self.purchase.status


def cancelling(purchase: PackagePurchase, *, at: datetime) -> Preview:
    to_come = list(sessions_to_come(purchase, at=at))
    return preview(purchase, cancel_refusals(to_come), to_come=to_come, unsettled=unsettled_of(purchase, at=at))


def freezing(purchase: PackagePurchase, on: date | None, *, at: datetime) -> Preview:
    today = local_day(purchase.organisation, at)
    to_come, unsettled = list(sessions_to_come(purchase, at=at)), unsettled_of(purchase, at=at)
    refusals = freeze_refusals(purchase, unsettled, on=on or today, today=today)
    return preview(purchase, refusals, to_come=to_come, unsettled=unsettled, status=PurchaseStatus.FROZEN)


def unfreezing(purchase: PackagePurchase, on: date | None, *, at: datetime) -> Preview:
    today = local_day(purchase.organisation, at)
    refusals = unfreeze_refusals(purchase, on=on or today, today=today)
    frost = timedelta(0) if refusals else (on or today) - purchase.frozen_on
    return preview(purchase, refusals, last_day=purchase.expires_on + frost, status=PurchaseStatus.ACTIVE)


def extending(purchase: PackagePurchase, days: int | None) -> Preview:
    refusals = [] if days is None else extension_refusals(purchase, days)
    more = timedelta(days=0 if refusals or days is None else days)
    opened = purchase.status == PurchaseStatus.EXPIRED and more
    status = PurchaseStatus.ACTIVE if opened else PurchaseStatus(purchase.status)
    return preview(purchase, refusals, last_day=purchase.expires_on + more, status=status)


def adjusting(purchase: PackagePurchase, item: PurchaseItem | None, sessions: int | None) -> Preview:
    if item is None or sessions is None:
        return preview(purchase, wrong_status(purchase, besides=PurchaseStatus.EXPIRED))
    refusals = adjustment_refusals(purchase, item, sessions, item_balances(purchase))
    return preview(purchase, refusals, added=0 if refusals else sessions)


def transferring(purchase: PackagePurchase, patient: Patient | None, *, at: datetime) -> Preview:
    to_come, unsettled = list(sessions_to_come(purchase, at=at)), unsettled_of(purchase, at=at)
    refusals = transfer_refusals(purchase, patient, unsettled, on=local_day(purchase.organisation, at))
    balance = balance_of(purchase)
    left = balance.total - balance.used
    gift = Gift(patient, left, price_of(purchase, left), purchase.expires_on)
    return preview(
        purchase, refusals, to_come=to_come, unsettled=unsettled, added=-left, status=PurchaseStatus.TRANSFERRED,
        gift=gift,
    )  # fmt: skip


def preview(
    purchase: PackagePurchase,
    refusals: list[Refusal],
    *,
    to_come: Sequence[Appointment] = (),
    unsettled: Sequence[Appointment] = (),
    added: int = 0,
    last_day: date | None = None,
    status: PurchaseStatus | None = None,
    gift: Gift | None = None,
) -> Preview:
    before = balance_of(purchase)
    after = Balance(before.used, before.reserved - len(to_come), before.free + len(to_come) + added)
    return Preview(
        purchase, stamp_of(purchase, to_come), refusals, before, before if refusals else after,
        last_day=last_day or purchase.expires_on,
        status=PurchaseStatus(purchase.status) if refusals or status is None else status,
        called_off=[] if refusals else list(to_come), unsettled=list(unsettled),
        told=[] if refusals else told_of(to_come), gift=gift,
    )  # fmt: skip


def unsettled_of(purchase: PackagePurchase, *, at: datetime) -> list[Appointment]:
    return list(sessions_unsettled(purchase, at=at))


def told_of(sessions: Sequence[Appointment]) -> list[Told]:
    """The one message about sessions that are called off."""
    if not sessions:
        return []
    first = sessions[0]
    alone = len(sessions) == 1
    kind = MessageKind.CANCELLED if alone else MessageKind.PLAN_UNDONE
    _subject, text = written(kind, first.patient, appointment=first, sessions=() if alone else sessions)
    return [Told(first.patient, destination_of(first.patient), text)]
