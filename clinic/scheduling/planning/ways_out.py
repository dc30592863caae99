"""The cheapest changes of the question that place more sessions, each tried before it is offered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.packages.selectors import clinics_for, providers_for
from clinic.scheduling.planning.plan import PlanRequest, Preferences, WayOut
from clinic.scheduling.planning.planner import Draft, draft, world_of

EXTENSIONS = (7, 14, 30)  # days by which an extension is tried
MOST_WAYS_OUT = 4
MOST_TRIED = 16  # each is a plan of its own; a person waits
MOST_PEOPLE = 4  # providers and clinics that are tried one by one


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
    """The same with one more provider or clinic of those who give what is missing, or with any."""
    request = drafted.request
    missing = {drafted.menu.demands[number].item.service: None for number, _sessions in drafted.left_over()}
    clinics = request.clinics or list(clinics_for(missing))
    if request.providers is not None:
        deliverers = [deliverer.provider for deliverer in providers_for(missing, clinics)]
        others = [provider for provider in deliverers if provider not in request.providers]
        for provider in others[:MOST_PEOPLE]:
            label = _("Allow %(provider)s") % {"provider": provider}
            yield label, replace(request, providers=(*request.providers, provider))
        if len(others) > 1:
            yield _("Allow any provider"), replace(request, providers=None)
    if request.clinics is not None:
        for clinic in clinics_for(missing).exclude(pk__in=[clinic.pk for clinic in clinics])[:MOST_PEOPLE]:
            label = _("Allow %(clinic)s") % {"clinic": clinic}
            yield label, replace(request, clinics=(*request.clinics, clinic))
