"""The cheapest changes of the question that place more sessions, each tried before it is offered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.packages.selectors import clinics_for, providers_for
from clinic.scheduling.planning.plan import PlanRequest, Preferences, WayOut
from clinic.scheduling.planning.planner import Draft, draft, world_of

LONGEST_EXTENSION = 60  # days
MOST_WAYS_OUT = 4
MOST_TRIED = 16  # each is a plan of its own; a person waits
MOST_PEOPLE = 4  # providers and clinics that are tried one by one


def ways_out_of(drafted: Draft, *, at: datetime) -> tuple[WayOut, ...]:
    """Changes that place more sessions, those that help most first, at most four. Each has been planned.

    Where no single change places everything, the best one is tried together with a second.
    """
    found = tried(drafted, changes(drafted), at=at)
    if longer := extension(drafted, at=at):
        found = by_remaining([*found, longer])
    if found and found[0].remaining:
        found = by_remaining([*together(drafted, found[0], at=at), *found])
    return tuple(found[:MOST_WAYS_OUT])


def together(drafted: Draft, best: WayOut, *, at: datetime) -> list[WayOut]:
    """The best way with a second change, where that leaves still fewer sessions over."""
    further = draft(best.request, world_of(best.request, at=at), at=at)
    second = tried(further, changes(further), at=at)
    if best.request.extend_days == drafted.request.extend_days and (longer := extension(further, at=at)):
        second.append(longer)
    return [replace(way, label=f"{best.label} + {way.label}", gained=best.gained + way.gained) for way in second]


def by_remaining(ways: Iterable[WayOut]) -> list[WayOut]:
    return sorted(ways, key=lambda way: way.remaining)


def tried(drafted: Draft, alternatives: Iterator[tuple[str, PlanRequest]], *, at: datetime) -> list[WayOut]:
    """Those of the changed questions whose plan leaves fewer sessions over, the best first."""
    missing, found = missing_from(drafted), []
    for label, request in islice(alternatives, MOST_TRIED):
        remaining = missing_from(draft(request, world_of(request, at=at), at=at))
        if remaining < missing:
            found.append(WayOut(label, missing - remaining, remaining, request))
    return by_remaining(found)


def missing_from(drafted: Draft) -> int:
    return int(drafted.solution.unplaced.sum())


def changes(drafted: Draft) -> Iterator[tuple[str, PlanRequest]]:
    """What could be asked instead, the gentlest change first; but for an extension, which has its own search."""
    request = drafted.request
    if request.last_day < (expiry := last_expiry(request)):
        label = _("Look until the package's last day, %(day)s") % {"day": date_format(expiry)}
        yield label, replace(request, last_day=expiry)
    for label, wishes in relaxed(request.preferences):
        yield label, replace(request, preferences=wishes)
    yield from other_people(drafted)


def last_expiry(request: PlanRequest) -> date:
    return max(purchase.expires_on for purchase in request.purchases) + timedelta(days=request.extend_days)


def extension(drafted: Draft, *, at: datetime) -> WayOut | None:
    """The fewest days by which an extension places as many sessions as one of sixty days would; None if it helps not.

    What has to be held at all is held soonest when nobody minds whose session it is and at what hour: the last day of
    that plan is the guess, which is planned as it was asked and then lowered as far as it holds.
    """
    request, missing = drafted.request, missing_from(drafted)
    if request.last_day < last_expiry(request):
        return None
    wishes = replace(request.preferences, keep_provider=False, keep_time=False)
    longest = longer(replace(request, preferences=wishes), LONGEST_EXTENSION)
    soonest = draft(longest, world_of(longest, at=at), at=at)

    def remaining(days: int) -> int:
        asked = longer(request, days)
        return missing_from(draft(asked, world_of(asked, at=at), at=at))

    days = days_beyond_expiry(soonest) - request.extend_days
    if missing_from(soonest) >= missing or days < 1 or (left := remaining(days)) >= missing:
        return None
    days = fewest_days(lambda fewer: remaining(fewer) <= left, enough=days)
    label = ngettext("Extend the package by %(days)d day", "Extend the package by %(days)d days", days) % {"days": days}
    return WayOut(label, missing - left, left, longer(request, days))


def longer(request: PlanRequest, days: int) -> PlanRequest:
    return replace(request, extend_days=request.extend_days + days, last_day=request.last_day + timedelta(days=days))


def days_beyond_expiry(drafted: Draft) -> int:
    """How many days after the last day of its purchase, as it stands, the latest session is."""
    beyond = ((session.starts_at.date() - session.purchase.expires_on).days for session in drafted.placed)
    return max(beyond, default=0)


def fewest_days(suffice: Callable[[int], bool], *, enough: int) -> int:
    """The fewest days that suffice, where `enough` do and none does not: the next lower is tried first, then halves."""
    too_few, probe = 0, enough - 1
    while enough - too_few > 1:
        if suffice(probe):
            enough = probe
        else:
            too_few = probe
        probe = (too_few + enough) // 2
    return enough


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
