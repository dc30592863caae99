"""Appointments given back the time and the status that they had before an operation changed them, several together.

Notice and hours do not matter, as in `undo_move` and `undo_status`: what was booked once may be booked again. But the
time must be free and still to come, and the appointment as the operation left it. Whoever cannot go back stays, and
so takes the time that another one may have wanted: `sorted_out` asks until nobody is left in the way of anybody.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from clinic.billing.services import withdraw_fee
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, AppointmentStatus, ChangeKind, ChargeStatus
from clinic.errors import Refusal
from clinic.models import Appointment, Change, Charge, PackagePurchase, User
from clinic.operations import state_of
from clinic.packages import services as packages
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.permissions import WAIVE
from clinic.scheduling.booking.overruling import reasons_against
from clinic.scheduling.booking.seating import Seat, places_for, seat, take_time
from clinic.scheduling.booking.together import Place, put_aside, situation_around, take
from clinic.scheduling.booking.undo import MATTERS_AGAIN, is_of_today
from clinic.scheduling.refusals import Question
from clinic.scheduling.signals import appointment_released
from clinic.scheduling.situation import RoomPlace, Situation
from clinic.scheduling.without import without_sessions

WHERE = ("starts_at", "provider", "clinic", "status", "moves")


@dataclass(frozen=True, eq=False)
class Return:
    """An appointment on its way back: the change to be taken back, the row as it stands, and as it was before."""

    change: Change
    row: Appointment
    was: HistoricalChanges | None

    @property
    def place(self) -> Place:
        row, was = self.row, self.was
        return Place(row.patient, row.service, was.provider, was.clinic, was.starts_at, row.kind)

    @property
    def seat_before(self) -> Seat:
        return Seat(self.was.lane, RoomPlace(self.was.room_id, self.was.room_place) if self.was.room_id else None)

    @property
    def is_cancelled(self) -> bool:
        return self.change.kind == ChangeKind.CANCELLED


def returns_of(changes: Iterable[Change]) -> list[Return]:
    """The ways back of changes of appointments, which are loaded with their rows; one query."""
    changes = list(changes)
    history = Appointment.history.filter(id__in={change.appointment_id for change in changes})
    versions = {
        (version.id, version.calendar_sequence): version
        for version in history.select_related("provider", "clinic").order_by("history_id")
    }
    return [
        Return(change, change.appointment, versions.get((change.appointment_id, change.before["sequence"])))
        for change in changes
    ]


@dataclass(frozen=True)
class SortedOut:
    """Who can go back, why the others cannot (by the key of the change), and the world into which they go."""

    able: list[Return]
    kept: dict[int, str]
    situation: Situation | None = None


def sorted_out(
    returns: Sequence[Return], *, by: User, at: datetime, leaving: Collection[Appointment] = ()
) -> SortedOut:
    """Who of them can go back together, when the appointments that are `leaving` have gone; nothing is written.

    As many queries for many as for one.
    """
    paid = _paid(returns)
    kept = {way.change.pk: why for way in returns if (why := _gone_on(way, paid, by=by, at=at))}
    able = [way for way in returns if way.change.pk not in kept]
    if not able:
        return SortedOut([], kept)
    around = situation_around([way.place for way in able], at=at)
    empty = without_sessions(around, [*leaving, *(way.row for way in able if not way.is_cancelled)])
    balances = balances_by_purchase({way.row.package_purchase for way in able if way.row.package_purchase})
    freed = Counter((row.package_purchase_id, row.service_id) for row in leaving)
    while True:
        situation = _with(empty, [way.row for way in able if way.change.pk in kept and not way.is_cancelled])
        refused = _refused(
            [way for way in able if way.change.pk not in kept], _with(situation), balances, Counter(freed), by=by, at=at
        )
        kept |= {way.change.pk: why for way, why in refused.items()}
        if all(way.is_cancelled for way in refused):
            return SortedOut([way for way in able if way.change.pk not in kept], kept, situation)


def take_back(sorted_out: SortedOut, *, by: User, at: datetime, reason: str) -> list[Appointment]:
    """Write the appointments that can go back, which are locked; nobody is told here."""
    put_aside(way.row for way in sorted_out.able if not way.is_cancelled)
    for way in sorted_out.able:
        released = copy(way.row)
        if way.is_cancelled:
            _bring_back(way, by=by, at=at, reason=reason)
        else:
            _move_back(way)
        question = way.place.question(sorted_out.situation, at=at)
        take_time(way.row, question, by=by, seat_before=way.seat_before, reason=reason)
        take(sorted_out.situation, way.row)
        if not way.is_cancelled:
            appointment_released.send(Appointment, appointment=released, by=by)
    return [way.row for way in sorted_out.able]


def _gone_on(way: Return, paid: Collection[int], *, by: User, at: datetime) -> str:
    """Why the change cannot be taken back whatever the calendar says; empty when it can."""
    row, now, after = way.row, state_of(way.row), way.change.after
    if any(now[name] != after[name] for name in WHERE) or (way.is_cancelled and now["sequence"] != after["sequence"]):
        return _what_it_is(row, now, after)
    if way.was is None:
        return _("Nobody has kept how it was before.")
    if way.was.starts_at <= at:
        return _("Its time before, %(at)s, has passed.") % {"at": _moment(way.was)}
    if not way.is_cancelled and row.starts_at <= at:
        return _("Its new time, %(at)s, has come.") % {"at": _moment(row)}
    if row.waived_at:
        return _("What it cost has been waived since.")
    if way.is_cancelled and row.cancelled_late and not is_of_today(row, at=at) and not by.has_perm(WAIVE):
        return _("It was cancelled late, on another day: only somebody who may waive takes that back.")
    return _("What it cost has been paid.") if row.pk in paid else ""


def _what_it_is(row: Appointment, now: dict, after: dict) -> str:
    if row.status in CANCELLED_STATUSES:
        return _("It has been cancelled since.")
    if row.status in MOVABLE_STATUSES and (now["moves"], now["starts_at"]) != (after["moves"], after["starts_at"]):
        return _("It has been moved since, to %(at)s.") % {"at": _moment(row)}
    return _("It has changed since: %(status)s.") % {"status": AppointmentStatus(row.status).label}


def _moment(row: Appointment | HistoricalChanges) -> str:
    """The moment on the wall of the clinic."""
    return date_format(row.starts_at.astimezone(row.clinic.zone), "DATETIME_FORMAT")


def _paid(returns: Iterable[Return]) -> set[int]:
    keys = [way.row.pk for way in returns if way.is_cancelled]
    charges = Charge.objects.filter(appointment__in=keys, status=ChargeStatus.PAID) if keys else Charge.objects.none()
    return set(charges.values_list("appointment", flat=True))


def _with(situation: Situation, rows: Iterable[Appointment] = ()) -> Situation:
    """A copy of the situation in which these rows take their times as well."""
    own = {
        name: {owner: list(spans) for owner, spans in getattr(situation, name).items()}
        for name in ("busy", "patients_busy", "taken_places")
    }
    filled = replace(situation, **own, _lanes={})
    for row in rows:
        take(filled, row)
    return filled


def _refused(
    returns: Iterable[Return],
    situation: Situation,
    balances: dict,
    freed: Counter[tuple[int, int]],
    *,
    by: User,
    at: datetime,
) -> dict[Return, str]:
    """Those whose place or session is not to be had any more, when those before them have theirs again."""
    refused = {}
    for way in returns:
        question = way.place.question(situation, at=at)
        reasons = reasons_against(question, by=by, overbook_reason=way.was.overbook_reason)
        reasons = [reason for reason in reasons if reason.code in MATTERS_AGAIN]
        reasons += _against_its_package(way, balances, freed)
        if reasons:
            refused[way] = " ".join(str(reason.message) for reason in reasons)
        else:
            take(situation, _seated(way, question))
    return refused


def _against_its_package(way: Return, balances: dict, freed: Counter[tuple[int, int]]) -> list[Refusal]:
    """Why its purchase does not allow the session there; only one that was given up needs a session anew."""
    row, purchase, count = way.row, way.row.package_purchase, 0
    if purchase is None:
        return []
    if way.is_cancelled and not row.session_used:
        freed[purchase.pk, row.service_id] -= 1
        count = -freed[purchase.pk, row.service_id]
    return usability_refusals(purchase, row.patient, row.service, balances[purchase.pk], on=way.place.day, count=count)


def _seated(way: Return, question: Question) -> Appointment:
    """A copy of the row, where it would sit."""
    row = copy(way.row)
    row.provider = way.was.provider
    seat(row, question, places_for(question, seat_before=way.seat_before)[0], way.seat_before)
    return row


def _move_back(way: Return) -> None:
    row, was = way.row, way.was
    row.provider, row.clinic = was.provider, was.clinic
    row.status, row.confirmed_at, row.overbook_reason = was.status, was.confirmed_at, was.overbook_reason
    row.moves -= 1
    row.calendar_sequence += 1


def _bring_back(way: Return, *, by: User, at: datetime, reason: str) -> None:
    row = way.row
    withdraw_fee(row, by=by, reason=reason, at=at)
    if row.session_used:
        packages.give_back_session(row, by=by, at=at, reason=reason)
    elif row.package_purchase:
        row.session_number = _number_again(row, row.package_purchase)
    row.status = way.was.status
    row.cancelled_at, row.cancelled_by, row.cancellation_reason, row.cancelled_late = None, None, "", False
    row.calendar_sequence += 1


def _number_again(row: Appointment, purchase: PackagePurchase) -> int:
    """The number that the session had, or else the smallest that is free."""
    free = packages.next_session_numbers(purchase, row.session_number)
    return row.session_number if row.session_number in free else free[0]
