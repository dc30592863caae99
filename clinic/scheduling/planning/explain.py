"""Why sessions found no place: what took the starting times away, question by question, with true numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import RefusalCode
from clinic.errors import Refusal
from clinic.models import Service
from clinic.scheduling.planning.limits import limits
from clinic.scheduling.planning.plan import Unplaced
from clinic.scheduling.planning.planner import Draft
from clinic.scheduling.planning.starts import (
    Demand,
    Mask,
    Starts,
    elsewhere,
    last_day_of,
    starts_of,
    within_preferences,
)
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Lengths

NO_HORIZON = 100 * 365  # days
LONG_AGO = -(10**12)  # seconds


@dataclass(frozen=True)
class Supply:
    """The starting times of one service: all that the hours hold, and what bookings leave of them."""

    situation: Situation
    service: Service
    at: datetime

    @cached_property
    def in_hours(self) -> Starts:
        """All, whenever they are and whoever has booked them."""
        return self._starts(busy={}, taken_places={}, minimum_notice=LONG_AGO, horizon_days=NO_HORIZON)

    @cached_property
    def provider_free(self) -> Starts:
        return self._starts(taken_places={})

    @cached_property
    def free(self) -> Starts:
        return self._starts()

    def _starts(self, **changes: Any) -> Starts:
        return starts_of(replace(self.situation, _lanes={}, **changes), self.service, self.at)


def unplaced_of(drafted: Draft, *, at: datetime) -> tuple[Unplaced, ...]:
    """The sessions without a place, with their reasons, in the order of the demands."""
    situation = drafted.world.situation
    left_over = [(drafted.menu.demands[number], sessions) for number, sessions in drafted.left_over()]
    services = {demand.item.service_id: demand.item.service for demand, _sessions in left_over}
    supply = {pk: Supply(situation, service, at) for pk, service in services.items()}
    explained = (tuple(reasons(drafted, demand, supply[demand.item.service_id])) for demand, _sessions in left_over)
    return tuple(
        Unplaced(demand.purchase, demand.item, sessions, why)
        for (demand, sessions), why in zip(left_over, explained, strict=True)
    )


def reasons(drafted: Draft, demand: Demand, supply: Supply) -> Iterator[Refusal]:
    """What took the starts away, each obstacle in a sentence with its number."""
    if nobody := not_delivered(drafted, demand):
        yield nobody
        return
    request, service = drafted.request, supply.service
    usual = at_usual_clinics(demand, drafted)
    in_hours, provider_free, free = (
        starts.where(usual(starts)) for starts in (supply.in_hours, supply.provider_free, supply.free)
    )
    if not len(in_hours):
        message = _(
            "The chosen providers have no time between these days: hours, leave, closures and what they do elsewhere "
            "leave nothing."
        )
        yield Refusal(RefusalCode.WORKING_HOURS, message, _("Choose more days or other providers."))
        return
    too_soon, too_far = out_of_time(in_hours, supply)
    in_time = in_hours.where(~too_soon & ~too_far)
    yield from lost(RefusalCode.NOTICE, in_hours, in_hours.where(~too_soon), _("have passed or come too soon"))
    yield from lost(
        RefusalCode.HORIZON, in_hours, in_hours.where(~too_far), _("lie beyond the last day that can be booked")
    )
    yield from lost(RefusalCode.BOOKED, in_time, provider_free, _("are already booked"))
    yield from lost(RefusalCode.ROOM, provider_free, free, _("have no free room"))
    last_day = last_day_of(demand.purchase, request)
    if last_day <= request.last_day.toordinal():
        message = _("The last day of the package is %(day)s.") % {"day": date_format(date.fromordinal(last_day))}
        yield Refusal(RefusalCode.EXPIRY, message)
    valid = free.where(free.day <= last_day)
    engaged = drafted.world.situation.patients_busy.get(demand.purchase.patient_id, ())
    possible = valid.where(~elsewhere(valid, Lengths.of(service).treatment, engaged))
    yield from lost(RefusalCode.PATIENT_BUSY, valid, possible, _("meet other appointments of the patient"))
    wanted = possible.where(within_preferences(possible, service, request.preferences))
    yield from lost(RefusalCode.PREFERENCES, possible, wanted, _("fall outside the chosen days and times"))
    if len(wanted):
        yield from limits(drafted, demand, wanted)


def not_delivered(drafted: Draft, demand: Demand) -> Refusal | None:
    """The refusal when none of the chosen people gives the service at all."""
    service, usual = demand.item.service, drafted.request.usual_clinics.get(demand.purchase.pk)
    offers = drafted.world.situation.offers.get(service.pk, ())
    if not service.active:
        message = _("%(service)s is no longer offered.")
        return Refusal(RefusalCode.INACTIVE, message % {"service": service}, _("Assign another package."))
    if not offers:
        message = _("None of the chosen providers offers %(service)s at the chosen clinics.")
    elif usual and not any(clinic in usual for _provider, clinic in offers):
        message = _("None of the chosen providers offers %(service)s at the patient's usual clinics.")
    else:
        return None
    hint = _("Choose other providers or clinics.")
    return Refusal(RefusalCode.NOT_OFFERED, message % {"service": service}, hint)


def at_usual_clinics(demand: Demand, drafted: Draft) -> Callable[[Starts], Mask]:
    usual = drafted.request.usual_clinics.get(demand.purchase.pk)
    return lambda starts: np.isin(starts.clinic, list(usual)) if usual else np.ones(len(starts), bool)


def out_of_time(starts: Starts, supply: Supply) -> tuple[Mask, Mask]:
    """Which starts come before the end of the minimum notice, and which after the booking horizon."""
    too_soon, too_far = np.zeros(len(starts), bool), np.zeros(len(starts), bool)
    for clinic in np.unique(starts.clinic):
        here = starts.clinic == clinic
        first, end = supply.situation.bookable(int(clinic), supply.at)
        too_soon |= here & (starts.start < first)
        too_far |= here & (starts.start >= end)
    return too_soon, too_far


def lost(code: RefusalCode, before: Starts, after: Starts, what: str) -> Iterator[Refusal]:
    some, of = len(before) - len(after), len(before)
    if some:
        message = ngettext(
            "%(some)d of %(of)d starting time: %(what)s.", "%(some)d of %(of)d starting times %(what)s.", of
        )
        yield Refusal(code, message % {"some": some, "of": of, "what": what})
