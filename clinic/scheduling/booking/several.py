"""Book, move and call off several appointments at once: all of them, or none and every one that does not fit by name.

Each verb is part of an operation that the caller has begun in the same transaction: it writes down there what it
changed, and its messages name it. The rules are those of the verb for one appointment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.utils import bulk_update_with_history

from clinic import operations
from clinic.enums import AppointmentStatus, ChangeKind, ChargeKind, MessageKind
from clinic.errors import BookingRefused, Refusal
from clinic.messaging.services import cancel_for
from clinic.models import (
    Appointment,
    Clinic,
    Operation,
    PackagePurchase,
    Patient,
    Provider,
    Series,
    Service,
    User,
)
from clinic.models.base import LONGEST_REASON
from clinic.packages import services as packages
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.retries import retried
from clinic.scheduling import attendance
from clinic.scheduling.booking.flow import bear
from clinic.scheduling.booking.overruling import reasons_against
from clinic.scheduling.booking.seating import take_time
from clinic.scheduling.booking.telling import tell as tell_patients
from clinic.scheduling.booking.together import (
    Place,
    lock_everybody,
    not_possible,
    put_aside,
    reread_all,
    situation_around,
    take,
)
from clinic.scheduling.booking.write import kind_of, unmoved
from clinic.scheduling.costs import cost_of_cancelling
from clinic.scheduling.refusals import Question
from clinic.scheduling.signals import appointment_released
from clinic.tenancy import own

BATCH = 200
CALLED_OFF = (
    "status", "cancelled_at", "cancelled_by", "cancellation_reason", "cancelled_late", "calendar_sequence",
    "session_used",
)  # fmt: skip


@dataclass(frozen=True)
class NewTime:
    """Where one appointment is to go; it keeps its provider and its clinic unless others are given."""

    appointment: Appointment
    starts_at: datetime
    provider: Provider | None = None
    clinic: Clinic | None = None

    def place(self, row: Appointment) -> Place:
        """The new place, of the appointment as it is now."""
        return Place(
            row.patient, row.service, self.provider or row.provider, self.clinic or row.clinic, self.starts_at, row.kind
        )


@dataclass(frozen=True)
class Wanted:
    """An appointment to be booked, on a session of `purchase` and on a day of `series` where these are given."""

    patient: Patient
    service: Service
    provider: Provider
    clinic: Clinic
    starts_at: datetime
    purchase: PackagePurchase | None = None
    series: Series | None = None
    series_on: date | None = None

    @property
    def place(self) -> Place:
        kind = kind_of(self.service)
        return Place(self.patient, self.service, self.provider, self.clinic, self.starts_at, kind)


type Asked = NewTime | Wanted | Appointment
type Misfit = tuple[Asked, list[Refusal]]


class SomeRefused(BookingRefused):
    """Not all of it is possible, so nothing was written. `.misfits` has each that is not, in order, with its reasons.

    `.reasons` says all of them with the name and the time.
    """

    def __init__(self, misfits: list[Misfit]) -> None:
        self.misfits = misfits
        super().__init__(
            *(
                Refusal(reason.code, f"{_title(asked)}: {reason.message}", reason.hint)
                for asked, reasons in misfits
                for reason in reasons
            )
        )


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
    _release(released[row.pk] for row in moved)
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
    own(by, operation, *(row for one in wanted for row in _rows_of(one)))
    at = at or timezone.now()
    lock_everybody([], [one.place for one in wanted])
    locked = packages.lock_all(one.purchase for one in wanted if one.purchase)
    against = _against_booking(wanted, locked, at=at)
    situation = situation_around([one.place for one in wanted], at=at) if wanted else None
    booked, misfits = [], []
    for one, appointment, reasons in zip(wanted, _unsaved(wanted, locked, operation, at=at), against, strict=True):
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


def call_off(
    rows: Sequence[Appointment], *, by: User, at: datetime, reason: str = "", by_patient: bool = False
) -> None:
    """Cancel the rows, which are locked, and call off what has not left about them; nobody is told here."""
    status = AppointmentStatus.CANCELLED_BY_PATIENT if by_patient else AppointmentStatus.CANCELLED_BY_CLINIC
    policy = attendance.policy_of(by.organisation_id)
    for row in rows:
        cost = cost_of_cancelling(row, policy, by_patient=by_patient, at=at)
        row.cancelled_late = cost.is_late
        if not cost.is_nothing:
            bear(row, ChargeKind.LATE_CANCELLATION, cost, by=by, at=at)
        row.status, row.cancelled_at, row.cancelled_by, row.cancellation_reason = status, at, by, reason
        row.calendar_sequence += 1
    bulk_update_with_history(
        rows, Appointment, CALLED_OFF, batch_size=BATCH, default_user=by,
        default_change_reason=reason[:LONGEST_REASON] or None, default_date=at,
    )  # fmt: skip
    cancel_for(*rows, by=by, at=at)
    _release(rows)


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


def _against_booking(
    wanted: Sequence[Wanted], purchases: dict[int, PackagePurchase], *, at: datetime
) -> list[list[Refusal]]:
    """What the policy and the packages have against each of them, when all those before it are booked."""
    balances = balances_by_purchase(purchases.values())
    unpaid = {one.patient for one in wanted if one.purchase is None}
    policy = {patient.pk: attendance.refusals(patient, None, at) for patient in unpaid}
    reserved: Counter[tuple[int, int]] = Counter()
    against = []
    for one in wanted:
        if one.purchase is None:
            against.append(policy[one.patient.pk])
            continue
        pk, key = one.purchase.pk, (one.purchase.pk, one.service.pk)
        reserved[key] += 1
        against.append(
            usability_refusals(
                purchases[pk], one.patient, one.service, balances[pk], on=one.place.day, count=reserved[key]
            )
        )
    return against


def _unsaved(
    wanted: Sequence[Wanted], purchases: dict[int, PackagePurchase], operation: Operation, *, at: datetime
) -> list[Appointment]:
    """The appointments, not yet seated nor written, each with its session's number."""
    numbers = _numbers(wanted)
    return [
        Appointment(
            organisation=operation.organisation, operation=operation, patient=one.patient, service=one.service,
            provider=one.provider, clinic=one.clinic, kind=one.place.kind, series=one.series, series_on=one.series_on,
            package_purchase=purchases[one.purchase.pk] if one.purchase else None, session_number=numbers.get(place),
            booked_by=operation.by, booked_at=at,
        )
        for place, one in enumerate(wanted)
    ]  # fmt: skip


def _numbers(wanted: Sequence[Wanted]) -> dict[int, int]:
    """The session numbers by place in `wanted`: the smallest free ones of each purchase, in order of time."""
    places: dict[PackagePurchase, list[int]] = defaultdict(list)
    for place in sorted(range(len(wanted)), key=lambda place: wanted[place].starts_at):
        if purchase := wanted[place].purchase:
            places[purchase].append(place)
    return {
        place: number
        for purchase, own_places in places.items()
        for place, number in zip(own_places, packages.next_session_numbers(purchase, len(own_places)), strict=True)
    }


def _refused(row: Appointment, question: Question, *, by: User, reason: str) -> list[Refusal]:
    """Seat and write the row; what a constraint has against it."""
    try:
        take_time(row, question, by=by, reason=reason)
    except BookingRefused as refused:
        return refused.reasons
    return []


def _release(rows: Iterable[Appointment]) -> None:
    for row in rows:
        appointment_released.send(Appointment, appointment=row)


def _rows_of(one: Wanted) -> tuple:
    return one.patient, one.service, one.provider, one.clinic, one.purchase, one.series


def _title(asked: Asked) -> str:
    """Whose appointment it is and when, on the wall of its clinic."""
    row = asked.appointment if isinstance(asked, NewTime) else asked
    clinic = asked.clinic or row.clinic
    return f"{row.patient}, {date_format(asked.starts_at.astimezone(clinic.zone), 'DATETIME_FORMAT')}"
