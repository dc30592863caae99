"""What happened to one appointment, who did it and what came of it. Only reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from clinic.enums import AppointmentStatus, ChargeStatus, Happening, SessionEntryKind
from clinic.models import Appointment, Charge, Clinic, Message, Provider, User

S = AppointmentStatus
#: The happening that each status stands for, and the field that keeps its moment where there is one.
STEPS = {
    S.CONFIRMED: (Happening.CONFIRMED, "confirmed_at"),
    S.ARRIVED: (Happening.ARRIVED, "arrived_at"),
    S.IN_PROGRESS: (Happening.STARTED, "started_at"),
    S.COMPLETED: (Happening.COMPLETED, "completed_at"),
    S.CANCELLED_BY_PATIENT: (Happening.CANCELLED_BY_PATIENT, "cancelled_at"),
    S.CANCELLED_BY_CLINIC: (Happening.CANCELLED_BY_CLINIC, "cancelled_at"),
    S.NO_SHOW: (Happening.NO_SHOW, "history_date"),
}
WALK = [S.SCHEDULED, S.RESCHEDULED, *STEPS]
SESSIONS = {
    SessionEntryKind.USE: Happening.SESSION_USED,
    SessionEntryKind.GIVE_BACK: Happening.SESSION_GIVEN_BACK,
}
FEES = {
    ChargeStatus.OPEN: Happening.FEE_RAISED,
    ChargeStatus.PAID: Happening.FEE_PAID,
    ChargeStatus.WAIVED: Happening.FEE_WAIVED,
    ChargeStatus.WITHDRAWN: Happening.FEE_WITHDRAWN,
}
#: Notes are saved while they are being written: changes of one person within this time are one.
ONE_WRITING = timedelta(minutes=30)


@dataclass(frozen=True)
class Place:
    """Where the appointment stood: when, with whom and in which clinic (its zone tells the time of day)."""

    starts_at: datetime
    provider: Provider
    clinic: Clinic


@dataclass(frozen=True)
class Event:
    """One thing that happened. `what.label` is its word; the other fields are empty where they do not apply.

    `reason`: of a cancellation, a move, a waiver, a session or a fee. `moved_from` and `moved_to`: of MOVED.
    `undone`: of UNDONE, the status that was taken back, or None where a waiver was. `late`: of CANCELLED_BY_PATIENT,
    within the policy's window. `amount`: of a fee, in the organisation's currency. `message`: of MESSAGE, the row of
    the outbox, whose status says whether it has left. `by` is None where nobody is known, as for messages.
    """

    at: datetime
    by: User | None
    what: Happening
    reason: str = ""
    moved_from: Place | None = None
    moved_to: Place | None = None
    undone: AppointmentStatus | None = None
    late: bool = False
    amount: Decimal | None = None
    message: Message | None = None


def timeline(appointment: Appointment) -> list[Event]:
    """Everything that happened to the appointment, oldest first; each step before what came of it. Four queries."""
    events = [*_steps(appointment), *_sessions(appointment), *_fees(appointment), *_messages(appointment)]
    return sorted(events, key=lambda event: event.at)


def _steps(appointment: Appointment) -> Iterator[Event]:
    versions = appointment.history.select_related("history_user", "provider", "clinic").order_by("history_id")
    rows = list(versions)
    booked_by = rows[0].history_user if rows else None
    yield Event(appointment.booked_at, booked_by or appointment.booked_by, Happening.BOOKED)
    last = None
    for was, row in pairwise(rows):
        event = _step(was, row)
        if last and not (event and _is_one_writing(last, event)):
            yield last
        last = event
    if last:
        yield last


def _step(was: Appointment, row: Appointment) -> Event | None:
    """What the change from one version of the row to the next means; None where words changed before completion."""
    at, by, reason = row.history_date, row.history_user, row.history_change_reason or ""
    if row.moves > was.moves:
        return Event(at, by, Happening.MOVED, reason, moved_from=_place(was), moved_to=_place(row))
    if row.moves < was.moves:
        return Event(at, by, Happening.UNDONE, reason, undone=S(was.status))
    if row.status != was.status:
        if WALK.index(row.status) < WALK.index(was.status):
            return Event(at, by, Happening.UNDONE, reason, undone=S(was.status))
        what, moment = STEPS[S(row.status)]
        reason = row.cancellation_reason or reason
        return Event(getattr(row, moment) or at, by, what, reason, late=row.cancelled_late)
    if row.waived_at and not was.waived_at:
        return Event(row.waived_at, by, Happening.WAIVED, row.waiver_reason)
    if was.waived_at and not row.waived_at:
        return Event(at, by, Happening.UNDONE, reason)
    if row.status == S.COMPLETED and (row.reason, row.notes) != (was.reason, was.notes):
        return Event(at, by, Happening.NOTES_CHANGED)
    return None


def _is_one_writing(earlier: Event, later: Event) -> bool:
    notes = earlier.what == later.what == Happening.NOTES_CHANGED
    return notes and earlier.by == later.by and later.at - earlier.at <= ONE_WRITING


def _place(version: Appointment) -> Place:
    return Place(version.starts_at, version.provider, version.clinic)


def _sessions(appointment: Appointment) -> Iterator[Event]:
    for entry in appointment.session_entries.filter(kind__in=SESSIONS).select_related("by").order_by("pk"):
        yield Event(entry.at, entry.by, SESSIONS[SessionEntryKind(entry.kind)], entry.reason)


def _fees(appointment: Appointment) -> Iterator[Event]:
    versions = Charge.history.filter(appointment=appointment.pk).select_related("history_user").order_by("history_id")
    status = None
    for row in versions:
        if row.status != status:
            status = ChargeStatus(row.status)
            at = row.settled_at or row.raised_at
            yield Event(at, row.history_user, FEES[status], row.reason, amount=row.amount)


def _messages(appointment: Appointment) -> Iterator[Event]:
    for message in appointment.messages.order_by("pk").defer("body"):
        yield Event(message.sent_at or message.queued_at, None, Happening.MESSAGE, message=message)
