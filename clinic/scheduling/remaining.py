"""Sessions of a purchase that are booked and not yet held: called off together, or planned anew and moved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import OperationKind, RefusalCode
from clinic.errors import PlanRefused, Refusal
from clinic.models import Appointment, Clinic, Operation, PackagePurchase, Provider, User
from clinic.operations import begin
from clinic.packages.balance import Balance
from clinic.packages.standing import LOADED, changed_meanwhile, sessions_to_come
from clinic.retries import retried
from clinic.scheduling.booking import NewTime, cancel_all, move_all
from clinic.scheduling.locks import lock
from clinic.scheduling.planning.explain import unplaced_of
from clinic.scheduling.planning.plan import PlannedSession, Preferences
from clinic.scheduling.planning.planner import World, draft, world_of
from clinic.scheduling.planning.question import request_of
from clinic.scheduling.without import without_sessions
from clinic.tenancy import own


@dataclass(frozen=True)
class Kept:
    """A session for which there is no new time, so that it stays where it is, and why there is none."""

    appointment: Appointment
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True)
class MovePlan:
    """A proposal, of which nothing is done until `move_remaining`. Everything comes in order of the present times.

    `unchanged` are sessions whose present time suits, `kept` those without a new one.
    """

    purchase: PackagePurchase
    times: tuple[NewTime, ...]
    unchanged: tuple[Appointment, ...] = ()
    kept: tuple[Kept, ...] = ()


def cancel_remaining_of(
    purchase: PackagePurchase, *, operation: Operation, by: User, at: datetime, reason: str = ""
) -> list[Appointment]:
    """Call off what is booked of the purchase and has not begun, as a part of the operation; the appointments.

    The patient stays locked, so that nothing of the purchase is booked before the operation is over.
    """
    rows = list(sessions_to_come(purchase, at=at))
    lock(providers={row.provider for row in rows}, patients=[purchase.patient], clinics={row.clinic for row in rows})
    rows = list(sessions_to_come(purchase, at=at))
    reason = reason or operation.get_kind_display()
    return cancel_all(rows, by=by, operation=operation, reason=reason, at=at) if rows else []


def plan_move(
    purchase: PackagePurchase,
    *,
    providers: Iterable[Provider] | None,
    clinics: Iterable[Clinic] | None = None,
    first_day: date,
    last_day: date,
    preferences: Preferences | None = None,
    at: datetime | None = None,
) -> MovePlan:
    """New times for the sessions that are booked and have not begun, planned as if their present ones were free.

    A session without a new time keeps its own, and the others are planned around it. Free sessions are left alone.
    Raises PlanRefused when the question makes no sense or nothing is booked. Nothing is written.
    """
    request = request_of(
        purchase, providers=providers, clinics=clinics, first_day=first_day, last_day=last_day, preferences=preferences
    )
    at, purchase = at or timezone.now(), request.purchases[0]
    moving = list(sessions_to_come(purchase, at=at))
    if not moving:
        raise PlanRefused(nothing_booked())
    world, kept = world_of(request, at=at), []
    while True:
        drafted = draft(request, as_if_free(world, purchase, moving), at=at)
        new = paired(moving, drafted.placed)
        left = [row for row in moving if row.pk not in new]
        if not left:
            break
        reasons = {unplaced.item.service_id: unplaced.reasons for unplaced in unplaced_of(drafted, at=at)}
        kept += [Kept(row, reasons.get(row.service_id, ())) for row in left]
        moving = [row for row in moving if row.pk in new]
    unchanged = [row for row in moving if is_at(row, new[row.pk])]
    return MovePlan(
        purchase,
        times=tuple(new_time(row, new[row.pk]) for row in moving if row not in unchanged),
        unchanged=tuple(unchanged),
        kept=tuple(sorted(kept, key=lambda one: (one.appointment.starts_at, one.appointment.pk))),
    )


@retried
@transaction.atomic
def move_remaining(
    plan: MovePlan, *, by: User, reason: str = "", tell: bool = True, at: datetime | None = None
) -> list[Appointment]:
    """Move every session of the plan, all of them or none, as one operation; each stays the same appointment.

    Raises PlanRefused for a plan that moves nothing, ChangedMeanwhile when one of its sessions has been changed since
    it was planned, and SomeRefused with those whose new time is no longer free.
    """
    own(by, plan.purchase)
    at = at or timezone.now()
    if not plan.times:
        raise PlanRefused(nothing_moves())
    rows = [time.appointment for time in plan.times]
    lock(
        providers={provider for time in plan.times for provider in (time.appointment.provider, time.provider)},
        patients=[plan.purchase.patient],
        clinics={clinic for time in plan.times for clinic in (time.appointment.clinic, time.clinic)},
    )
    stands = Appointment.objects.filter(pk__in=[row.pk for row in rows], package_purchase=plan.purchase)
    sequences = dict(stands.values_list("pk", "calendar_sequence"))
    if sequences != {row.pk: row.calendar_sequence for row in rows}:
        raise changed_meanwhile(plan.purchase)
    operation = begin(OperationKind.MOVE_REMAINING, by=by, at=at, reason=reason)
    return move_all(plan.times, by=by, operation=operation, reason=reason, tell=tell, at=at)


def pack(plan: MovePlan) -> list[list]:
    """The new times as JSON values, each with the version of the appointment that was planned."""
    return [
        [row.pk, row.calendar_sequence, time.starts_at.isoformat(), time.provider.pk, time.clinic.pk]
        for time in plan.times
        for row in [time.appointment]
    ]


def unpack(packed: list[list], purchase: PackagePurchase) -> MovePlan:
    """The plan again, with rows of the purchase and its organisation. Raises PlanRefused when one is not there."""
    try:
        own_rows = Appointment.objects.filter(package_purchase=purchase).select_related(*LOADED)
        rows = own_rows.in_bulk({row[0] for row in packed})
        providers = Provider.objects.of(purchase.organisation).in_bulk({row[3] for row in packed})
        clinics = Clinic.objects.of(purchase.organisation).in_bulk({row[4] for row in packed})
        times = []
        for pk, sequence, starts_at, provider, clinic in packed:
            rows[pk].calendar_sequence = sequence
            start = datetime.fromisoformat(starts_at)
            times.append(NewTime(rows[pk], start, providers[provider], clinics[clinic]))
    except (LookupError, TypeError, ValueError) as unusable:
        raise PlanRefused(
            Refusal(RefusalCode.CHANGED, _("A session of this plan has been changed since."))
        ) from unusable
    return MovePlan(purchase, tuple(times))


def as_if_free(world: World, purchase: PackagePurchase, moving: Sequence[Appointment]) -> World:
    """The world in which these sessions are free, and the only ones to be planned."""
    count, keys = Counter(row.service_id for row in moving), {row.pk for row in moving}
    balances = {
        item: Balance(
            used=balance.used,
            reserved=balance.reserved + balance.free - count[item.service_id],
            free=count[item.service_id],
        )
        for item, balance in world.balances[purchase.pk].items()
    }
    return World(
        without_sessions(world.situation, moving),
        {purchase.pk: balances},
        [row for row in world.booked if row.pk not in keys],
    )


def paired(moving: Sequence[Appointment], placed: Iterable[PlannedSession]) -> dict[int, PlannedSession]:
    """By appointment, the time it is to have: its own where the plan has it too, else in order of time.

    Who comes out short has none.
    """
    free: dict[int, list[PlannedSession]] = defaultdict(list)
    for session in placed:
        free[session.item.service_id].append(session)
    found = {}
    for row in moving:
        if same := next((session for session in free[row.service_id] if is_at(row, session)), None):
            found[row.pk] = same
            free[row.service_id].remove(same)
    for row in moving:
        if row.pk not in found and free[row.service_id]:
            found[row.pk] = free[row.service_id].pop(0)
    return found


def is_at(row: Appointment, session: PlannedSession) -> bool:
    there = session.starts_at, session.provider.pk, session.clinic.pk
    return there == (row.starts_at, row.provider_id, row.clinic_id)


def new_time(row: Appointment, session: PlannedSession) -> NewTime:
    return NewTime(row, session.starts_at, session.provider, session.clinic)


def nothing_booked() -> Refusal:
    message = _("No session of this package is booked from now on.")
    return Refusal(RefusalCode.UNCHANGED, message, _("There is nothing to move: schedule its free sessions instead."))


def nothing_moves() -> Refusal:
    message = _("This plan moves nothing.")
    return Refusal(RefusalCode.UNCHANGED, message, _("Choose other providers, days or times."))
