"""A series that moves: every appointment by as many days and minutes on the clinic's wall clock as one of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from clinic.enums import AppointmentKind, Scope
from clinic.errors import Refusal
from clinic.models import Appointment, Clinic, Provider, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.scheduling import selectors
from clinic.scheduling.intervals import Span, without
from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.refusals import Question, refusals
from clinic.scheduling.series.members import in_scope
from clinic.scheduling.series.recurrence import Place
from clinic.scheduling.series.rule import midnight, seconds_of
from clinic.scheduling.situation import UNLIMITED, Busy, RoomPlace, Situation

type Balances = dict[int, dict[PurchaseItem, Balance]]


@dataclass(frozen=True)
class Shift:
    """Where an appointment of the series would go, and what speaks against it."""

    appointment: Appointment
    to: Place
    reasons: list[Refusal]


def preview_move(
    appointment: Appointment,
    *,
    scope: Scope,
    starts_at: datetime,
    provider: Provider | None = None,
    clinic: Clinic | None = None,
    at: datetime | None = None,
) -> list[Shift]:
    """What moving this scope would do, in order of time; its own times count as free. A fixed number of queries."""
    at = at or timezone.now()
    rows = list(in_scope(appointment, scope, at=at).select_related("package_purchase"))
    if not rows:
        return []
    moves = shifted(rows, appointment, starts_at, provider=provider, clinic=clinic)
    situation = situation_of(moves)
    for row in rows:
        give_back(situation, row)
    balances = balances_by_purchase({row.package_purchase for row in rows if row.package_purchase})
    return [Shift(row, place, reasons_against(row, place, situation, balances, at=at)) for row, place in moves]


def reasons_against(
    row: Appointment, place: Place, situation: Situation, balances: Balances, *, at: datetime
) -> list[Refusal]:
    """What there is against one move; where nothing is, its time is taken for those that come after it."""
    question = Question(
        situation, row.service, place.provider, place.clinic, place.key[0], at, row.patient, AppointmentKind(row.kind)
    )
    reasons = refusals(question)
    if purchase := row.package_purchase:
        items, on = balances.get(purchase.pk, {}), place.starts_at.date()
        reasons += usability_refusals(purchase, row.patient, row.service, items, on=on, count=0)
    if not reasons:
        take(question)
    return reasons


def shifted(
    rows: Iterable[Appointment],
    anchor: Appointment,
    starts_at: datetime,
    *,
    provider: Provider | None = None,
    clinic: Clinic | None = None,
) -> list[tuple[Appointment, Place]]:
    """Where each row goes when the anchor goes to `starts_at`, and to this provider and clinic if given."""
    by = wall(starts_at, clinic or anchor.clinic) - wall(anchor.starts_at, anchor.clinic)
    moved = []
    for row in rows:
        where = clinic or row.clinic
        shown = wall(row.starts_at, row.clinic) + by
        clock = WallClock(where.zone)
        instant = clock.start(shown.toordinal(), seconds_of(shown.time()))
        moved.append((row, Place(clock.moment(instant), provider or row.provider, where)))
    return moved


def is_there(row: Appointment, place: Place) -> bool:
    """Whether the row stands at that place already."""
    return place.key == (instant_of(row.starts_at), row.provider_id, row.clinic_id)


def wall(moment: datetime, clinic: Clinic) -> datetime:
    """What the clock of the clinic shows, for arithmetic with days that may have 23 or 25 hours."""
    local = moment.astimezone(clinic.zone)
    return midnight(local.date()).replace(hour=local.hour, minute=local.minute, second=local.second)


def situation_of(moves: Sequence[tuple[Appointment, Place]]) -> Situation:
    days: list[date] = [place.starts_at.date() for _row, place in moves]
    return selectors.situation(
        {row.service for row, _place in moves},
        clinics={place.clinic for _row, place in moves},
        providers={place.provider for _row, place in moves},
        patients=[moves[0][0].patient],
        first_day=min(days),
        last_day=max(days),
    )


def give_back(situation: Situation, row: Appointment) -> None:
    """Go on as if the row were not booked: the next question finds its time free."""
    busy = Busy(instant_of(row.busy_from), instant_of(row.busy_until), row.lane, row.service.capacity or UNLIMITED)
    taken = situation.busy.get(row.provider_id, [])
    situation.busy[row.provider_id] = [one for one in taken if one != busy]
    spans = situation.patients_busy.get(row.patient_id, [])
    situation.patients_busy[row.patient_id] = cut(spans, (instant_of(row.starts_at), instant_of(row.ends_at)))
    place = RoomPlace(row.room_id, row.room_place) if row.room_id else None
    if place in situation.taken_places:
        situation.taken_places[place] = cut(situation.taken_places[place], (busy.start, busy.end))


def cut(spans: Collection[Span], gone: Span) -> list[Span]:
    return [rest for span in spans for rest in without(span, [gone])]


def take(question: Question) -> None:
    """Go on as if the question's time were booked, in the first lane and place to be had."""
    busy = Busy(*question.busy, question.free_lanes()[0], question.service.capacity or UNLIMITED)
    place = question.free_room_places()[0] if question.needs_room() else None
    treatment = question.start, question.end
    question.situation.take(question.provider.pk, question.patient.pk, busy, treatment, place)
