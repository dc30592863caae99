"""Why sessions found no place, and the cheapest changes that would give them one, each tried before it is offered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import RefusalCode
from clinic.errors import Refusal
from clinic.packages.selectors import providers_for
from clinic.scheduling.planning.plan import PlanRequest, Preferences, Unplaced, WayOut
from clinic.scheduling.planning.planner import Draft, draft, world_of
from clinic.scheduling.planning.starts import (
    Demand,
    Starts,
    at_usual_clinics,
    elsewhere,
    last_day_of,
    starts_of,
    within_preferences,
)
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Lengths

EXTENSIONS = (7, 14, 30)  # days by which an extension is tried
MOST_WAYS_OUT = 4
MOST_TRIED = 10  # each is a plan of its own; a person waits


@dataclass(frozen=True)
class Funnel:
    """How many starts of one demand are left after each question, from all that the hours hold to what remains."""

    in_hours: int
    free: int
    before_expiry: int
    patient_free: int
    remaining: int


def unplaced_of(drafted: Draft, *, at: datetime) -> tuple[Unplaced, ...]:
    """The sessions without a place, with their reasons, in the order of the demands."""
    missing = [(drafted.menu.demands[number], sessions) for number, sessions in drafted.left_over()]
    services = {demand.item.service_id: demand.item.service for demand, _sessions in missing}
    situation = drafted.world.situation
    free = {pk: starts_of(situation, service, at) for pk, service in services.items()}
    in_hours = {pk: starts_of(emptied(situation), service, at) for pk, service in services.items()}
    return tuple(
        Unplaced(
            demand.purchase,
            demand.item,
            sessions,
            tuple(
                reasons(
                    drafted,
                    demand,
                    funnel_of(drafted, demand, free[demand.item.service_id], in_hours[demand.item.service_id]),
                )
            ),
        )
        for demand, sessions in missing
    )


def emptied(situation: Situation) -> Situation:
    """The same world with nothing booked in it."""
    return replace(situation, busy={}, taken_places={}, _lanes={})


def funnel_of(drafted: Draft, demand: Demand, free: Starts, in_hours: Starts) -> Funnel:
    """`free` are the engine's starts of the service, `in_hours` what they would be if nothing were booked."""
    request, situation, service = drafted.request, drafted.world.situation, demand.item.service
    starts = at_usual_clinics(free, demand, request)
    in_time = starts.where(starts.day <= last_day_of(demand.purchase, request))
    treatment = Lengths.of(service).treatment
    busy = elsewhere(in_time, treatment, situation.patients_busy.get(demand.purchase.patient_id, ()))
    possible = in_time.where(~busy)
    return Funnel(
        in_hours=len(at_usual_clinics(in_hours, demand, request)),
        free=len(starts),
        before_expiry=len(in_time),
        patient_free=len(possible),
        remaining=int(within_preferences(possible, service, request.preferences).sum()),
    )


def reasons(drafted: Draft, demand: Demand, funnel: Funnel) -> Iterator[Refusal]:
    """What took the starts away, the greatest obstacle of each kind in a sentence with its number."""
    request, service = drafted.request, demand.item.service
    if not drafted.world.situation.offers.get(service.pk):
        message = _("None of the chosen providers offers %(service)s at the chosen clinics.") % {"service": service}
        yield Refusal(RefusalCode.NOT_OFFERED, message, _("Choose other providers or clinics."))
        return
    if not funnel.in_hours:
        message = _("The chosen providers do not work between these days: hours, leave and closures leave nothing.")
        yield Refusal(RefusalCode.WORKING_HOURS, message, _("Choose more days or other providers."))
        return
    if taken := funnel.in_hours - funnel.free:
        yield Refusal(RefusalCode.BOOKED, starts_text(taken, funnel.in_hours, _("are already booked")))
    if late := funnel.free - funnel.before_expiry:
        day = date_format(date.fromordinal(last_day_of(demand.purchase, request)))
        what = _("come after the package's last day, %(day)s") % {"day": day}
        yield Refusal(RefusalCode.EXPIRY, starts_text(late, funnel.free, what))
    if engaged := funnel.before_expiry - funnel.patient_free:
        what = _("meet other appointments of the patient")
        yield Refusal(RefusalCode.PATIENT_BUSY, starts_text(engaged, funnel.before_expiry, what))
    if unwanted := funnel.patient_free - funnel.remaining:
        what = _("fall outside the chosen days and times")
        yield Refusal(RefusalCode.PREFERENCES, starts_text(unwanted, funnel.patient_free, what))
    if funnel.remaining:
        yield from limits(drafted, demand, funnel.remaining)


def starts_text(some: int, of: int, what: str) -> str:
    message = ngettext("%(some)d of %(of)d starting time: %(what)s.", "%(some)d of %(of)d starting times %(what)s.", of)
    return message % {"some": some, "of": of, "what": what}


def limits(drafted: Draft, demand: Demand, remaining: int) -> Iterator[Refusal]:
    """Which rules between sessions keep the remaining starts from being used."""
    wishes = drafted.request.preferences
    left = ngettext("%(count)d starting time remains", "%(count)d starting times remain", remaining)
    left = left % {"count": remaining}
    steps = {item.step for item in drafted.world.balances[demand.purchase.pk]}
    if wishes.keep_order and demand.item.step > min(steps):
        yield Refusal(RefusalCode.ORDER, _("Sessions of an earlier step of the package come first."))
    if wishes.min_gap_days > 1:
        message = _("%(left)s; sessions must be %(days)d days apart.")
        yield Refusal(RefusalCode.GAP, message % {"left": left, "days": wishes.min_gap_days})
    if wishes.sessions_per_week:
        message = _("%(left)s; the limit is %(count)d a week.")
        yield Refusal(RefusalCode.WEEKLY_LIMIT, message % {"left": left, "count": wishes.sessions_per_week})
    if wishes.min_gap_days <= 1:
        message = _("%(left)s; the limit is %(count)d a day.")
        yield Refusal(RefusalCode.DAILY_LIMIT, message % {"left": left, "count": wishes.sessions_per_day})
    if len(drafted.request.purchases) > 1:
        yield Refusal(RefusalCode.COMPETITION, _("%(left)s; other patients need them more.") % {"left": left})


def ways_out_of(drafted: Draft, *, at: datetime) -> tuple[WayOut, ...]:
    """Changes that place more sessions, those that help most first, at most four. Each has been planned.

    Where no single change places everything, the best one is tried together with a second.
    """
    found = tried(drafted, changes(drafted), at=at)
    if found and found[0].remaining:
        best = found[0]
        further = draft(best.request, world_of(best.request), at=at)
        both = ((f"{best.label} + {label}", request) for label, request in changes(further))
        better = [way for way in tried(drafted, both, at=at) if way.remaining < best.remaining]
        found = sorted([*better, *found], key=lambda way: way.remaining)
    return tuple(found[:MOST_WAYS_OUT])


def tried(drafted: Draft, alternatives: Iterator[tuple[str, PlanRequest]], *, at: datetime) -> list[WayOut]:
    """Those of the changed questions whose plan leaves fewer sessions over, the best first."""
    missing, found = int(drafted.solution.unplaced.sum()), []
    for label, request in islice(alternatives, MOST_TRIED):
        remaining = int(draft(request, world_of(request), at=at).solution.unplaced.sum())
        longer_for_nothing = any(way.request.extend_days and way.remaining <= remaining for way in found)
        if remaining < missing and not (request.extend_days and longer_for_nothing):
            found.append(WayOut(label, missing - remaining, remaining, request))
    return sorted(found, key=lambda way: way.remaining)


def changes(drafted: Draft) -> Iterator[tuple[str, PlanRequest]]:
    """What could be asked instead, the gentlest change first."""
    request = drafted.request
    expiry = max(purchase.expires_on for purchase in request.purchases) + timedelta(days=request.extend_days)
    if request.last_day < expiry:
        label = _("Look until the package's last day, %(day)s") % {"day": date_format(expiry)}
        yield label, replace(request, last_day=expiry)
    for label, wishes in relaxed(request.preferences):
        yield label, replace(request, preferences=wishes)
    yield from other_people(drafted)
    for days in EXTENSIONS if request.last_day >= expiry else ():
        label = ngettext("Extend the package by %(days)d day", "Extend the package by %(days)d days", days)
        longer = replace(
            request, extend_days=request.extend_days + days, last_day=request.last_day + timedelta(days=days)
        )
        yield label % {"days": days}, longer


def relaxed(wishes: Preferences) -> Iterator[tuple[str, Preferences]]:
    if len(wishes.weekdays) < 7:
        yield _("Allow every weekday"), replace(wishes, weekdays=Preferences().weekdays)
    if wishes.earliest or wishes.latest:
        yield _("Allow any time of day"), replace(wishes, earliest=None, latest=None)
    if wishes.sessions_per_week:
        yield _("Allow any number of sessions a week"), replace(wishes, sessions_per_week=None)
    if wishes.min_gap_days > 1:
        yield _("Allow sessions on consecutive days"), replace(wishes, min_gap_days=1)
    if wishes.min_gap_days == 1 and wishes.sessions_per_day == 1:
        yield _("Allow two sessions a day"), replace(wishes, min_gap_days=0, sessions_per_day=2)


def other_people(drafted: Draft) -> Iterator[tuple[str, PlanRequest]]:
    """The same with one more provider of those who give what is missing, at any clinic."""
    request = drafted.request
    if request.providers is None:
        return
    missing = {drafted.menu.demands[number].item.service for number, _sessions in drafted.left_over()}
    clinics = request.clinics or {clinic for service in missing for clinic in service.clinics.filter(active=True)}
    for deliverer in providers_for(missing, clinics):
        if deliverer.provider not in request.providers:
            label = _("Allow %(provider)s") % {"provider": deliverer.provider}
            yield label, replace(request, providers=(*request.providers, deliverer.provider))
