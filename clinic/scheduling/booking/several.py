"""Book, move and call off several appointments at once: all of them, or none and every one that does not fit by name.

Each verb is part of an operation that the caller has begun in the same transaction: it writes down there what it
changed, and its messages name it. The rules are those of the verb for one appointment.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clinic import operations
from clinic.enums import AppointmentStatus, ChangeKind, MessageKind
from clinic.errors import BookingRefused, Refusal
from clinic.messaging.services import cancel_for
from clinic.models import Appointment, Operation, User
from clinic.packages import services as packages
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.retries import retried
from clinic.scheduling.booking.asked import NewTime, SomeRefused, Wanted
from clinic.scheduling.booking.calling_off import call_off, release
from clinic.scheduling.booking.overruling import reasons_against
from clinic.scheduling.booking.rows import not_possible
from clinic.scheduling.booking.seating import take_time
from clinic.scheduling.booking.telling import tell as tell_patients
from clinic.scheduling.booking.together import lock_everybody, put_aside, reread_all, situation_around, take
from clinic.scheduling.booking.unsaved import against_booking, unsaved
from clinic.scheduling.booking.write import unmoved
from clinic.scheduling.refusals import Question
from clinic.tenancy import own


@retried
@transaction.atomic
def move_all(
    times: Sequence[NewTime],
    *,
    by: User,
    operation: Operation,
    reason: str = "",
    tell: bool = True,
    at: datetime | None = None,
) -> list[Appointment]:
    """Give every appointment its new time by the rules of `move`; the appointments in the order of `times`.

    They may take each other's times. Each patient hears of it in one message, if `tell`. Raises SomeRefused.
    """
    own(by, operation, *(row for time in times for row in (time.appointment, time.provider, time.clinic)))
    at, appointments = at or timezone.now(), [time.appointment for time in times]
    lock_everybody(appointments, [time.place(time.appointment) for time in times])
    rows, _purchases = reread_all(appointments)
    against = {pk: not_possible(row, "move") for pk, row in rows.items()}
    movable = [time for time in times if not against[time.appointment.pk]]
    released = {pk: copy(row) for pk, row in rows.items()}
    put_aside(rows[time.appointment.pk] for time in movable)
    against |= _moved(movable, rows, by=by, reason=reason, at=at)
    misfits = [(time, against[time.appointment.pk]) for time in times if against[time.appointment.pk]]
    if misfits:
        raise SomeRefused(misfits)
    moved = [rows[appointment.pk] for appointment in appointments]
    states = ((row, operations.state_of(released[row.pk]), operations.state_of(row)) for row in moved)
    operations.note_all(operation, ChangeKind.MOVED, states)
    release((released[row.pk] for row in moved), by=by)
    cancel_for(*moved, by=by, at=at)
    if tell:
        tell_patients(MessageKind.SESSIONS_MOVED, moved, by=by, operation=operation, at=at)
    return moved


@retried
@transaction.atomic
def cancel_all(
    appointments: Sequence[Appointment],
    *,
    by: User,
    operation: Operation,
    reason: str = "",
    by_patient: bool = False,
    tell: bool = True,
    at: datetime | None = None,
) -> list[Appointment]:
    """Call all of them off as `cancel` does, also with what it costs a patient; they come in the order given.

    Each patient hears of it in one message, if `tell`. Raises SomeRefused where one cannot be cancelled any more.
    """
    own(by, operation, *appointments)
    at = at or timezone.now()
    lock_everybody(appointments)
    rows, _purchases = reread_all(appointments)
    if misfits := [(row, found) for row in appointments if (found := not_possible(rows[row.pk], "cancel"))]:
        raise SomeRefused(misfits)
    cancelled = [rows[appointment.pk] for appointment in appointments]
    before = [operations.state_of(row) for row in cancelled]
    call_off(cancelled, by=by, by_patient=by_patient, reason=reason, at=at)
    after = [operations.state_of(row) for row in cancelled]
    operations.note_all(operation, ChangeKind.CANCELLED, zip(cancelled, before, after, strict=True))
    if tell:
        tell_patients(MessageKind.PLAN_UNDONE, cancelled, by=by, operation=operation, at=at)
    return cancelled


@retried
@transaction.atomic
def book_all(
    wanted: Sequence[Wanted],
    *,
    by: User,
    operation: Operation,
    reason: str = "",
    tell: bool = True,
    at: datetime | None = None,
) -> list[Appointment]:
    """Book all of them by the rules of `book`, as appointments of the operation, in the order of `wanted`.

    The session numbers of a purchase follow the time. Each patient hears of it in one message, if `tell`.
    Raises SomeRefused.
    """
    own(by, operation, *(row for one in wanted for row in one.rows))
    at = at or timezone.now()
    lock_everybody([], [one.place for one in wanted])
    locked = packages.lock_all(one.purchase for one in wanted if one.purchase)
    against = against_booking(wanted, locked, at=at)
    situation = situation_around([one.place for one in wanted], at=at) if wanted else None
    booked, misfits = [], []
    for one, appointment, reasons in zip(wanted, unsaved(wanted, locked, operation, at=at), against, strict=True):
        question = one.place.question(situation, at=at)
        reasons = reasons_against(question, by=by) + reasons
        if reasons := reasons or _refused(appointment, question, by=by, reason=reason):
            misfits.append((one, reasons))
            continue
        take(situation, appointment)
        booked.append(appointment)
    if misfits:
        raise SomeRefused(misfits)
    if tell:
        tell_patients(MessageKind.PLANNED, booked, by=by, operation=operation, at=at)
    return booked


def _moved(
    times: Sequence[NewTime], rows: dict[int, Appointment], *, by: User, reason: str, at: datetime
) -> dict[int, list[Refusal]]:
    """Write the rows, which are put aside, into their new times; by key what there is against each."""
    places = {time.appointment.pk: time.place(rows[time.appointment.pk]) for time in times}
    situation = situation_around(places.values(), at=at) if places else None
    balances = balances_by_purchase({row.package_purchase for row in rows.values() if row.package_purchase})
    against = {}
    for time in times:
        row, place = rows[time.appointment.pk], places[time.appointment.pk]
        question = place.question(situation, at=at)
        reasons = unmoved(row, question) or reasons_against(question, by=by)
        if purchase := row.package_purchase:
            reasons += usability_refusals(
                purchase, row.patient, row.service, balances[purchase.pk], on=place.day, count=0
            )
        if not reasons:
            row.provider, row.clinic, row.overbook_reason = place.provider, place.clinic, ""
            row.status, row.confirmed_at = AppointmentStatus.RESCHEDULED, None
            row.moves += 1
            row.calendar_sequence += 1
            reasons = _refused(row, question, by=by, reason=reason)
        against[row.pk] = reasons
        if not reasons:
            take(situation, row)
    return against


def _refused(row: Appointment, question: Question, *, by: User, reason: str) -> list[Refusal]:
    """Seat and write the row; what a constraint has against it."""
    try:
        take_time(row, question, by=by, reason=reason)
    except BookingRefused as refused:
        return refused.reasons
    return []
