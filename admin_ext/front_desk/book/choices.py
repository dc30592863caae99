"""What can be booked for a patient: sessions of the patient's packages, and services by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from admin_ext.front_desk.book.asked import Asked
from admin_ext.purchases import PurchaseCard
from clinic.errors import Refusal
from clinic.models import Package, Service
from clinic.packages.balance import Balance
from clinic.packages.refusals import wrong_patient
from clinic.packages.saving import saving_per_session
from clinic.packages.services import check_usable


@dataclass(frozen=True)
class Choice:
    """A service by itself, or a session of it from one of the patient's purchases."""

    service: Service
    card: PurchaseCard | None = None
    balance: Balance | None = None
    saving: Decimal = Decimal(0)

    @property
    def value(self) -> str:
        return f"{self.service.pk}.{self.card.purchase.pk}" if self.card else str(self.service.pk)

    @property
    def minutes(self) -> int:
        return int(self.service.duration.total_seconds() // 60)


def sessions_of(cards: Iterable[PurchaseCard], services: set[Service]) -> Iterable[Choice]:
    """What can be taken from the purchases, soonest expiring first."""
    for card in cards:
        contents = [(item.service, item.sessions) for item in card.items]
        for item, balance in card.items.items():
            if card.is_usable and balance.free > 0 and item.service in services:
                saving = saving_per_session(card.purchase.price, contents, item.service)
                yield Choice(item.service, card, balance, saving)


def against_purchase(asked: Asked, cards: list[PurchaseCard], *, on: date) -> list[Refusal]:
    """Why the purchase asked for cannot be used for this patient, service and day."""
    if asked.purchase is None:
        return []
    card = next((card for card in cards if card.purchase == asked.purchase), None)
    if card is None:
        return [wrong_patient()]
    return check_usable(asked.purchase, asked.patient, asked.service, on=on) if asked.service else card.refusals


def chosen_of(asked: Asked, packages: list[Choice], services: list[Choice]) -> Choice | None:
    """What was asked for; else the session that expires first, or the only service there is.

    Before it is known for whom, nothing is chosen that a package of the patient's should pay for.
    """
    if asked.is_without_package:
        return Choice(asked.service)
    fitting = [
        choice
        for choice in packages
        if asked.purchase in (None, choice.card.purchase) and asked.service in (None, choice.service)
    ]
    if fitting:
        return fitting[0]
    if asked.service:
        return Choice(asked.service)
    is_known_for_whom = asked.patient is not None or asked.is_new
    return services[0] if is_known_for_whom and len(services) == 1 else None


def suggestion(chosen: Choice, available: list[Package]) -> tuple[Package, Decimal] | None:
    """The package of the catalogue that would save most on this service, with what it saves a session."""
    found = []
    for package in available:
        contents = [(item.service, item.sessions) for item in package.items.all()]
        if any(service == chosen.service for service, _sessions in contents):
            found.append((package, saving_per_session(package.price, contents, chosen.service)))
    best = max(found, key=lambda pair: pair[1], default=None)
    return best if best and best[1] else None
