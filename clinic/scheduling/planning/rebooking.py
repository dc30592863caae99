"""New times for appointments that have lost theirs: everybody at once, with the least disturbance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import numpy as np
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import MOVABLE_STATUSES, AppointmentStatus, RebookingWay, RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, Clinic, Provider
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.assignment import Assignment, assign
from clinic.scheduling.planning.problem import NONE
from clinic.scheduling.planning.replacements import Replacements, Spots
from clinic.scheduling.rebooking.hits import Cause, stranded

ALTERNATIVES = 4


@dataclass(frozen=True)
class NewSpot:
    """A free time for an appointment, what kind of change it is, and the minutes that it weighs (`disturbance`)."""

    provider: Provider
    clinic: Clinic
    starts_at: datetime
    ends_at: datetime
    way: RebookingWay
    disturbance: int


@dataclass(frozen=True)
class Replacement:
    """The proposal for one appointment, and others that leave all the proposals for the rest as they are."""

    appointment: Appointment
    proposed: NewSpot
    others: tuple[NewSpot, ...]


@dataclass(frozen=True)
class Unplaced:
    """An appointment for which nothing suitable is free: somebody calls the patient."""

    appointment: Appointment
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True)
class RebookingPlan:
    """A proposal; nothing has been written. Both lists are in order of the old times.

    No plan over the same times places more than `placed_bound`; `optimal`: none places more, and none that places as
    many disturbs less than `disturbance` minutes. `seconds` is the time it took, questions to the database included.
    """

    placed: tuple[Replacement, ...]
    unplaced: tuple[Unplaced, ...]
    disturbance: int
    placed_bound: int
    optimal: bool
    seconds: float


def plan_rebooking(cause: Cause, *, at: datetime | None = None) -> RebookingPlan:
    """Propose a new time for each appointment that a leave, a closure, a loss of hours or an open batch stands for.

    Most are placed, then with the least `disturbance`; each in a time that is free while all others stay where they
    are, so that any of the proposals can be approved without the others. Times lie between a week before the
    appointment and a fortnight after the last of them, within notice, horizon and the package's last day. A fixed
    number of queries, whatever the number of appointments.
    """
    at, started = at or timezone.now(), perf_counter()
    rows = stranded(cause, at=at)
    refused = reasons_to_call(rows)
    movable = [row for row in rows if row.pk not in refused]
    found = Replacements(movable, at=at)
    choice = assign(found.ways, len(movable))
    placed, unplaced = [], [Unplaced(row, tuple(refused[row.pk])) for row in rows if row.pk in refused]
    for owner, row in enumerate(movable):
        if choice.chosen[owner] == NONE:
            unplaced.append(Unplaced(row, (nothing_free(row, found, owner),)))
        else:
            placed.append(replacement(row, owner, found, choice))
    unplaced.sort(key=lambda one: (one.appointment.starts_at, one.appointment.pk))
    return RebookingPlan(
        tuple(placed), tuple(unplaced), choice.cost, choice.placed_bound, choice.optimal, perf_counter() - started
    )


def reasons_to_call(rows: Sequence[Appointment]) -> dict[int, list[Refusal]]:
    """Why some of the appointments cannot be moved at all, whatever is free."""
    balances = balances_by_purchase({row.package_purchase for row in rows if row.package_purchase})
    refused = {row.pk: against_moving(row, balances) for row in rows}
    return {pk: reasons for pk, reasons in refused.items() if reasons}


def against_moving(row: Appointment, balances: dict) -> list[Refusal]:
    if row.status not in MOVABLE_STATUSES:
        values = {"patient": row.patient, "status": AppointmentStatus(row.status).label}
        message = _("%(patient)s: %(status)s.") % values
        return [Refusal(RefusalCode.STATUS, message, _("Speak with the patient, who is here already."))]
    if not row.patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": row.patient}
        return [Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page."))]
    if purchase := row.package_purchase:
        on = min(row.starts_at.astimezone(row.clinic.zone).date(), purchase.expires_on)
        return usability_refusals(purchase, row.patient, row.service, balances[purchase.pk], on=on, count=0)
    return []


def nothing_free(row: Appointment, found: "Replacements", owner: int) -> Refusal:
    """Why the planner has no time for an appointment that could be moved."""
    hint = _("Call the patient, or look for a time by hand.")
    if len(found.spots[owner]):
        message = _("Every time that would suit goes to another patient of this list.")
        return Refusal(RefusalCode.COMPETITION, message, hint)
    until = date_format(found.last_day_of(row), "j M Y")
    message = _("Nothing is free for %(service)s until %(day)s.") % {"service": row.service, "day": until}
    return Refusal(RefusalCode.BOOKED, message, hint)


def replacement(row: Appointment, owner: int, found: "Replacements", choice: Assignment) -> Replacement:
    spots, chosen = found.spots[owner], int(choice.chosen[owner])
    mine = found.spot_of_way[chosen]
    others = found.compatible(owner, choice.chosen)
    return Replacement(
        row,
        new_spot(row, spots, mine, found),
        tuple(new_spot(row, spots, other, found) for other in few_of_each(row, spots, others, mine)),
    )


def few_of_each(row: Appointment, spots: "Spots", others: Sequence[int], mine: int) -> list[int]:
    """At most four others: the least disturbing of each way first, then the least disturbing of the rest."""
    rest = [other for other in others if other != mine]
    conditions = [
        spots.clinic != row.clinic_id,
        spots.provider == row.provider_id,
        spots.start == instant_of(row.starts_at),
    ]
    kinds = np.select(conditions, [0, 1, 2], 3).tolist()  # of change, as in `way_between`
    first: dict[int, int] = {}
    for other in rest:
        first.setdefault(kinds[other], other)
    best = [*first.values(), *(other for other in rest if other not in first.values())][:ALTERNATIVES]
    return sorted(best, key=lambda other: (int(spots.cost[other]), other))


def new_spot(row: Appointment, spots: "Spots", number: int, found: "Replacements") -> NewSpot:
    clinic = found.situation.clinics[int(spots.clinic[number])]
    moment = found.situation.clocks[clinic.pk].moment
    start = int(spots.start[number])
    return NewSpot(
        found.situation.providers[int(spots.provider[number])],
        clinic,
        moment(start),
        moment(start + int(row.service.duration.total_seconds())),
        way_of(row, spots, number),
        int(spots.cost[number]),
    )


def way_of(row: Appointment, spots: "Spots", number: int) -> RebookingWay:
    place = int(spots.start[number]), int(spots.provider[number]), int(spots.clinic[number])
    return way_between(row, *place)


def way_between(row: Appointment, start: int, provider: int, clinic: int) -> RebookingWay:
    """What kind of change it is for the appointment to be treated then, by this provider, in this clinic."""
    if clinic != row.clinic_id:
        return RebookingWay.OTHER_CLINIC
    if provider == row.provider_id:
        return RebookingWay.SAME_PROVIDER
    return RebookingWay.SAME_TIME if start == instant_of(row.starts_at) else RebookingWay.OTHER_PROVIDER
