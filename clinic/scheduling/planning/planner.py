"""Making a plan: gather the world, let the solver choose, say what came of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.selectors import balances_by_purchase
from clinic.scheduling import selectors
from clinic.scheduling.planning.candidates import Menu, menu_of
from clinic.scheduling.planning.plan import (
    Bottleneck,
    Certificate,
    Plan,
    PlannedSession,
    PlanRequest,
)
from clinic.scheduling.planning.problem import NONE, Solution
from clinic.scheduling.planning.solve import solve
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Lengths

ABOUT = timedelta(days=9)  # before and after a plan, so that its first and last week are whole in any zone

#: Appointments whose session number is taken: live, or with a session spent on them.
HOLDS_A_NUMBER = Q(status__in=LIVE_STATUSES) | Q(session_used=True)


@dataclass(frozen=True)
class World:
    """All that a plan depends on, read once: seven queries at most, whatever the number of purchases.

    `booked` are the live and held sessions of the purchases, and those that their patients have from other packages
    about the same time.
    """

    situation: Situation
    balances: dict[int, dict[PurchaseItem, Balance]]
    booked: list[Appointment]


@dataclass(frozen=True)
class Draft:
    """A plan before anybody has explained what is missing from it."""

    request: PlanRequest
    world: World
    menu: Menu
    solution: Solution
    placed: tuple[PlannedSession, ...]

    def left_over(self) -> Iterator[tuple[int, int]]:
        """Demands that are not met, with the number of sessions missing."""
        for demand, sessions in enumerate(self.solution.unplaced):
            if sessions:
                yield demand, int(sessions)


def world_of(request: PlanRequest, *, at: datetime | None = None) -> World:
    balances = balances_by_purchase(request.purchases)
    services = {item.service_id: item.service for items in balances.values() for item in items}
    last_day = max(purchase.expires_on.toordinal() for purchase in request.purchases) + request.extend_days
    situation = selectors.situation(
        [services[pk] for pk in sorted(services)],
        clinics=request.clinics,
        providers=request.providers,
        patients=[purchase.patient for purchase in request.purchases],
        first_day=request.first_day,
        last_day=max(request.first_day, min(request.last_day, date.fromordinal(last_day))),
        at=at,
    )
    booked = sessions_about(request).select_related("clinic").order_by("starts_at", "pk")
    return World(situation, balances, list(booked))


def sessions_about(request: PlanRequest) -> QuerySet[Appointment]:
    """The sessions of the purchases, whenever they are, and the patients' others in the weeks of the plan."""
    first, last = (datetime.combine(day, time(), UTC) for day in (request.first_day, request.last_day))
    others = Q(
        patient__in={purchase.patient_id for purchase in request.purchases},
        package_purchase__isnull=False,
        starts_at__range=(first - ABOUT, last + ABOUT),
    )
    return Appointment.objects.filter(HOLDS_A_NUMBER, others | Q(package_purchase__in=request.purchases))


def draft(request: PlanRequest, world: World, *, at: datetime | None = None) -> Draft:
    """Let the solver choose. Nothing is read from the database."""
    menu = menu_of(request, world.situation, world.balances, world.booked, at=at or timezone.now())
    solution = solve(menu.problem)
    return Draft(request, world, menu, solution, tuple(planned_sessions(menu, solution, world)))


def planned_sessions(menu: Menu, solution: Solution, world: World) -> list[PlannedSession]:
    """The chosen candidates as sessions, in order of time, numbered per purchase after those that stand."""
    situation, numbers = world.situation, free_numbers(world.booked)
    sessions = []
    homes = zip(solution.chosen.tolist(), solution.lane.tolist(), solution.place.tolist(), strict=True)
    in_time = sorted(homes, key=lambda home: (menu.starts.start[home[0]], menu.problem.candidates.demand[home[0]]))
    for row, lane, place in in_time:
        demand = menu.demands[menu.problem.candidates.demand[row]]
        clinic = situation.clinics[menu.starts.clinic[row]]
        start = int(menu.starts.start[row])
        moment = situation.clocks[clinic.pk].moment
        sessions.append(
            PlannedSession(
                demand.purchase,
                demand.item,
                situation.providers[menu.starts.provider[row]],
                clinic,
                moment(start),
                moment(start + Lengths.of(demand.item.service).treatment),
                next(numbers[demand.purchase.pk]),
                lane,
                None if place == NONE else menu.places[place],
            )
        )
    return sessions


def free_numbers(booked: Iterable[Appointment]) -> dict[int, Iterator[int]]:
    """The session numbers not yet given, smallest first, by purchase."""
    taken: dict[int, set[int]] = defaultdict(set)
    for appointment in booked:
        taken[appointment.package_purchase_id].add(appointment.session_number)
    free: dict[int, Iterator[int]] = defaultdict(lambda: count(1))
    free.update((purchase, unused(numbers)) for purchase, numbers in taken.items())
    return free


def unused(numbers: Collection[int]) -> Iterator[int]:
    return (number for number in count(1) if number not in numbers)


def certificate_of(solution: Solution) -> Certificate:
    proof = solution.certificate
    return Certificate(
        placed=solution.placed,
        bound=proof.placed_bound,
        optimal=proof.placed_optimal,
        provider_changes=int(solution.changes.sum()),
        seconds=proof.seconds["all"],
    )


def bottlenecks_of(drafted: Draft) -> tuple[Bottleneck, ...]:
    """The provider-days at which one more place would help most, the greatest help first."""
    prices = drafted.solution.certificate.provider_prices
    providers = drafted.world.situation.providers
    keys = drafted.menu.providers
    return tuple(
        Bottleneck(providers[keys[who]], date.fromordinal(int(day)), float(price))
        for who, day, price in zip(prices.who, prices.day, prices.price, strict=True)
        if keys[who] in providers
    )


def plan_from(drafted: Draft, **parts: tuple) -> Plan:
    return Plan(
        request=drafted.request,
        placed=drafted.placed,
        certificate=certificate_of(drafted.solution),
        bottlenecks=bottlenecks_of(drafted),
        **parts,
    )
