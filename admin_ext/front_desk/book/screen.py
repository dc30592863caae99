"""The booking page as a whole, put together for what it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from admin_ext.front_desk.book.asked import Asked
from admin_ext.front_desk.book.choices import Choice, against_purchase, chosen_of, sessions_of, suggestion
from admin_ext.front_desk.book.times import Times, Verdict, times_of, verdict_of
from admin_ext.purchases import PurchaseCard, purchase_card
from admin_ext.roles import CHANGE_WAIT, OVERBOOK, roles_with
from admin_ext.waitlist.actions import offer_address
from clinic.enums import AppointmentKind
from clinic.errors import Refusal
from clinic.models import Clinic, Package, Provider
from clinic.packages.selectors import Choices, choices_for, clinics_for, local_day, providers_for
from clinic.scheduling.offers import offered_services
from clinic.waitlist.matching import matches, wanted_at


@dataclass(frozen=True)
class Screen:
    asked: Asked
    packages: list[Choice]
    unusable: list[PurchaseCard]
    elsewhere: list[PurchaseCard]
    services: list[Choice]
    chosen: Choice | None
    suggestion: tuple[Package, Decimal] | None
    refusals: list[Refusal]
    times: Times | None
    verdict: Verdict | None
    may_overbook: bool
    wanted: int = 0  # how many on the waiting list the chosen time fits

    @property
    def offer_address(self) -> str:
        """The dialog that offers the chosen time to those who wait."""
        time = self.asked.time
        return offer_address(time.provider, time.clinic, time.starts_at, self.chosen.service if self.chosen else None)

    @property
    def way_elsewhere(self) -> str:
        """The patient's packages with whoever gives them, wherever."""
        page = {"as_page": 1} if self.asked.as_page else {}
        return f"{reverse('admin:book')}?{urlencode({'patient': self.asked.patient.pk, **page})}"

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """An emergency may sit beyond a provider's limit, so it is for those who may book so."""
        hidden = () if self.may_overbook else (AppointmentKind.EMERGENCY,)
        return [(kind.value, kind.label) for kind in AppointmentKind if kind not in hidden]

    @property
    def asks_why(self) -> bool:
        """Whether this person may book so, and has to say why."""
        is_beyond = self.verdict is not None and self.verdict.is_overbookable
        return self.may_overbook and (is_beyond or self.asked.kind == AppointmentKind.EMERGENCY)

    @property
    def overbookers(self) -> str:
        return ", ".join(gettext(role) for role in roles_with(OVERBOOK))

    @property
    def is_ready(self) -> bool:
        """Nothing is missing but the press of the button."""
        return self.asked.patient is not None and self.verdict is not None and not self.verdict.reasons

    @cached_property
    def clinics(self) -> list[Clinic]:
        """Where the chosen service is given, to choose from."""
        return by_name(clinics_for([self.chosen.service]), self.asked.clinic)

    @cached_property
    def providers(self) -> list[Provider]:
        """Who gives it at the clinic chosen, or anywhere."""
        clinics = [self.asked.clinic] if self.asked.clinic else self.clinics
        found = providers_for([self.chosen.service], clinics)
        return by_name([deliverer.provider for deliverer in found], self.asked.provider)


def not_given(cards: Iterable[PurchaseCard], packages: Iterable[Choice]) -> list[PurchaseCard]:
    """Purchases with a session left of which the provider or the clinic that was chosen gives nothing."""
    given = {choice.card.purchase.pk for choice in packages if choice.card}
    return [card for card in cards if card.is_usable and card.balance.free > 0 and card.purchase.pk not in given]


def by_name(rows: Iterable, chosen) -> list:
    """Each row once, by name, and the chosen one even where it is none of them."""
    return sorted({row.pk: row for row in [*rows, *filter(None, [chosen])]}.values(), key=lambda row: row.name)


def screen_for(asked: Asked, user, *, at: datetime) -> Screen:
    """Everything on the page. A fixed number of queries for what is asked, whatever the number of rows."""
    today = local_day(asked.organisation, at)
    day = asked.day or today
    services = offered_services(asked.organisation, provider=asked.provider, clinic=asked.clinic)
    single = [Choice(service) for service in services]
    known = choices_for(asked.patient, on=day) if asked.patient else Choices([], [])
    cards = [purchase_card(choice, today=today) for choice in known.assigned]
    packages = list(sessions_of(cards, {choice.service for choice in single}))
    reasons = against_purchase(asked, cards, on=day)
    chosen = None if reasons else chosen_of(asked, packages, single)
    times = times_of(asked, chosen, today=today, at=at) if chosen else None
    if times and asked.starts_at:
        asked = replace(asked, time=times.time_at(asked.starts_at))
    return Screen(
        asked=asked,
        packages=packages,
        elsewhere=not_given(cards, packages) if asked.provider or asked.clinic else [],
        unusable=[card for card in cards if card.refusals and card.balance.free and card.purchase.status == "active"],
        services=single,
        chosen=chosen,
        suggestion=suggestion(chosen, known.available) if chosen and not chosen.card else None,
        refusals=reasons,
        times=times,
        verdict=verdict_of(asked, chosen, at=at) if chosen and asked.time else None,
        may_overbook=user.has_perm(OVERBOOK),
        wanted=wanted_for(asked, chosen, at=at) if asked.time and user.has_perm(CHANGE_WAIT) else 0,
    )


def wanted_for(asked: Asked, chosen: Choice | None, *, at: datetime) -> int:
    """How many on the waiting list the chosen time fits, for the chosen service or any that is given then."""
    time = asked.time
    if chosen is not None:
        return len(matches(chosen.service, time.provider, time.clinic, time.starts_at, at=at))
    return sum(map(len, wanted_at(time.provider, time.clinic, time.starts_at, at=at).values()))
