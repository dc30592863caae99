"""Which rules between the sessions of a patient keep starting times that remain from being used."""

from collections.abc import Iterator

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.enums import RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment
from clinic.scheduling.intervals import MINUTE
from clinic.scheduling.planning.planner import Draft
from clinic.scheduling.planning.starts import Column, Demand, Mask, Starts, elsewhere, week_of
from clinic.scheduling.slots import Lengths

FAR = 2**40  # beyond every instant


def limits(drafted: Draft, demand: Demand, left: Starts) -> Iterator[Refusal]:
    """The rules that bind on the starts `left` for the demand; at least one sentence."""
    found = [
        *order(drafted, demand),
        *gap(drafted, demand, left),
        *week(drafted, demand, left),
        *day(drafted, demand, left),
        *competition(drafted, demand, left),
    ]
    yield from found
    if len(left) < demand.sessions or not found:
        message = _("%(left)s: not enough for %(sessions)d sessions.")
        values = {"left": remaining(left), "sessions": demand.sessions}
        yield Refusal(RefusalCode.WORKING_HOURS, message % values, _("Choose more days or other providers."))


def remaining(left: Starts) -> str:
    message = ngettext("%(count)d starting time remains", "%(count)d starting times remain", len(left))
    return message % {"count": len(left)}


def order(drafted: Draft, demand: Demand) -> Iterator[Refusal]:
    """Another step is in the way: an earlier one that has sessions to come, or a later one that is booked."""
    if not drafted.request.preferences.keep_order:
        return
    own = [other for other in drafted.menu.demands if other.purchase == demand.purchase]
    if any(other.item.step < demand.item.step and other.sessions for other in own):
        yield Refusal(RefusalCode.ORDER, _("Sessions of an earlier step of the package come first."))
    later = {other.item.service_id for other in own if other.item.step > demand.item.step}
    if booked := [row for row in standing(drafted, demand) if row.service_id in later]:
        first = booked[0].starts_at.astimezone(booked[0].clinic.zone).date()
        message = _("A later step of the package is already booked on %(day)s.") % {"day": date_format(first)}
        yield Refusal(RefusalCode.ORDER, message)


def gap(drafted: Draft, demand: Demand, left: Starts) -> Iterator[Refusal]:
    least = drafted.request.preferences.min_gap_days
    days = np.unique(np.concatenate([left.day, days_of(drafted, demand)]))
    if least > 1 and np.any(np.diff(days) < least):
        message = _("%(left)s; sessions must be %(days)d days apart.")
        yield Refusal(RefusalCode.GAP, message % {"left": remaining(left), "days": least})


def week(drafted: Draft, demand: Demand, left: Starts) -> Iterator[Refusal]:
    most, week_start = drafted.request.preferences.sessions_per_week, demand.purchase.organisation.week_start
    if most is None:
        return
    weeks, starts = np.unique(week_of(left.day, week_start), return_counts=True)
    standing_then = week_of(visits(drafted, demand), week_start)
    if np.any(starts + (weeks[:, None] == standing_then).sum(axis=1) > most):
        message = _("%(left)s; the limit is %(count)d a week.")
        yield Refusal(RefusalCode.WEEKLY_LIMIT, message % {"left": remaining(left), "count": most})


def day(drafted: Draft, demand: Demand, left: Starts) -> Iterator[Refusal]:
    wishes = drafted.request.preferences
    most = wishes.sessions_per_day if wishes.min_gap_days == 0 else 1
    days, starts = np.unique(left.day, return_counts=True)
    that_day = (days[:, None] == visits(drafted, demand)).sum(axis=1)
    if starts.max() > most or np.any(starts + that_day > wishes.sessions_per_day):
        message = ngettext(
            "%(left)s on %(days)d day; the limit is %(count)d a day.",
            "%(left)s on %(days)d days; the limit is %(count)d a day.",
            len(days),
        )
        yield Refusal(RefusalCode.DAILY_LIMIT, message % {"left": remaining(left), "days": len(days), "count": most})


def competition(drafted: Draft, demand: Demand, left: Starts) -> Iterator[Refusal]:
    """Other sessions of the same plan stand where this one could."""
    if taken := int(given_away(drafted, demand, left).sum()):
        message = _("%(left)s; %(taken)d of them went to other packages of this plan.")
        yield Refusal(RefusalCode.COMPETITION, message % {"left": remaining(left), "taken": taken})


def given_away(drafted: Draft, demand: Demand, left: Starts) -> Mask:
    """At which starts the provider or the patient has a planned session of another purchase."""
    menu, demands = drafted.menu, drafted.menu.problem.demands
    number, chosen = menu.demands.index(demand), drafted.solution.chosen
    owner = menu.problem.candidates.demand[chosen]
    others = demands.purchase[owner] != demands.purchase[number]
    of_patient = others & (demands.patient[owner] == demands.patient[number])
    start, end = menu.starts.start[chosen], menu.problem.candidates.end[chosen].astype(np.int64) * MINUTE
    provider = menu.starts.provider[chosen]
    until = left.start + Lengths.of(demand.item.service).treatment
    taken = overlaps(left.provider, left.start, until, provider[others], start[others], end[others]) > 0
    spans = zip(start[of_patient].tolist(), end[of_patient].tolist(), strict=True)
    return taken | elsewhere(left, Lengths.of(demand.item.service).treatment, spans)


def overlaps(owner: Column, start: Column, end: Column, of: Column, since: Column, until: Column) -> Column:
    """How many of the spans [since, until) of the same owner each of the spans [start, end) meets.

    Those that begin before its end, less those that are over by its start; one sorted column for all owners.
    """
    begun = np.searchsorted(np.sort(of * FAR + since), owner * FAR + end)
    return begun - np.searchsorted(np.sort(of * FAR + until), owner * FAR + start, side="right")


def visits(drafted: Draft, demand: Demand) -> Column:
    """The days on which the patient comes for other sessions: booked, held, or planned for another item."""
    patient = demand.purchase.patient_id
    days = [
        row.starts_at.astimezone(row.clinic.zone).toordinal()
        for row in drafted.world.booked
        if row.patient_id == patient
    ]
    days += [
        session.starts_at.toordinal()
        for session in drafted.placed
        if session.purchase.patient_id == patient and session.item != demand.item
    ]
    return np.array(days, dtype=np.int64)


def standing(drafted: Draft, demand: Demand) -> list[Appointment]:
    """The booked and held sessions of the demand's purchase, in order of time."""
    return [row for row in drafted.world.booked if row.package_purchase_id == demand.purchase.pk]


def days_of(drafted: Draft, demand: Demand) -> Column:
    rows = standing(drafted, demand)
    return np.array([row.starts_at.astimezone(row.clinic.zone).toordinal() for row in rows], dtype=np.int64)
