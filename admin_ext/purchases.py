"""How a purchase looks on every screen: what is left of it, how long it is valid, why it cannot be chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from clinic.enums import RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, PackagePurchase, Patient, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.selectors import (
    AssignedChoice,
    assigned_choice,
    balances_by_purchase,
    choices_for,
    local_day,
    with_balances,
)

SOON_DAYS = 14


@dataclass(frozen=True)
class PurchaseCard:
    """A purchase with its balances on a day; it can be chosen when there are no `refusals`."""

    purchase: PackagePurchase
    balance: Balance
    items: dict[PurchaseItem, Balance]
    refusals: list[Refusal]
    days_left: int
    next_session: Appointment | None = None

    @property
    def is_usable(self) -> bool:
        return not self.refusals

    @property
    def has_nothing_left(self) -> bool:
        """Nothing is wrong with it: all its sessions are booked or held."""
        return [refusal.code for refusal in self.refusals] == [RefusalCode.NO_SESSION_LEFT]

    @property
    def expires_soon(self) -> bool:
        return self.is_usable and self.days_left <= SOON_DAYS


def purchase_card(choice: AssignedChoice, *, today: date, next_session: Appointment | None = None) -> PurchaseCard:
    days_left = (choice.purchase.expires_on - today).days
    return PurchaseCard(choice.purchase, choice.balance, choice.items, choice.refusals, days_left, next_session)


def card_of(purchase: PackagePurchase, *, today: date) -> PurchaseCard:
    """One purchase as it stands; two queries."""
    row = with_balances(PackagePurchase.objects.filter(pk=purchase.pk).select_related("package")).get()
    items = balances_by_purchase([row])[row.pk]
    return purchase_card(assigned_choice(row, items, on=today), today=today)


def cards_of(patient: Patient, *, at: datetime, upcoming: Iterable[Appointment] = ()) -> list[PurchaseCard]:
    """The patient's purchases, usable ones first; `upcoming` are appointments in order of time."""
    today = local_day(patient.organisation, at)
    first: dict[int, Appointment] = {}
    for appointment in upcoming:
        first.setdefault(appointment.package_purchase_id, appointment)
    assigned = choices_for(patient, on=today).assigned
    return [purchase_card(choice, today=today, next_session=first.get(choice.purchase.pk)) for choice in assigned]
