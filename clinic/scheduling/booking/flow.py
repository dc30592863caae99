"""The walk of an appointment from booked to held or not held, one verb for each step."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import CANCELLED_STATUSES, AppointmentStatus, MessageKind, RefusalCode
from clinic.errors import BookingRefused, Refusal, WrongStatus
from clinic.messaging.services import cancel_for, heard_of, queue
from clinic.models import Appointment, Policy, User
from clinic.packages import services as packages
from clinic.scheduling import refusals as rules
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.booking.write import TAKEN, reasons_against, take_time
from clinic.scheduling.locks import lock, retried
from clinic.scheduling.signals import appointment_released
from clinic.scheduling.status import before, is_live
from clinic.tenancy import own

MATTERS_AGAIN = TAKEN | {RefusalCode.NOT_OFFERED, RefusalCode.INACTIVE}


def confirm(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """The patient has said that they will come."""
    return _step(appointment, "confirm", AppointmentStatus.CONFIRMED, "confirmed_at", by=by, at=at)


def check_in(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """The patient is here and waits."""
    return _step(appointment, "check_in", AppointmentStatus.ARRIVED, "arrived_at", by=by, at=at)


def start(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """The provider has begun."""
    return _step(appointment, "start", AppointmentStatus.IN_PROGRESS, "started_at", by=by, at=at)


def complete(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """The appointment was held; a session of its purchase is used."""
    return _step(appointment, "complete", AppointmentStatus.COMPLETED, "completed_at", by=by, at=at, uses_session=True)


@retried
@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """The patient did not come; the organisation's policy says whether a session is used.

    Refused with WrongStatus before the appointment should have started.
    """
    own(by, appointment)
    row, at = reread(appointment, "mark_no_show"), at or timezone.now()
    if at < row.starts_at:
        message = _("The appointment of %(patient)s has not started yet.") % {"patient": row.patient}
        raise WrongStatus(Refusal(RefusalCode.STATUS, message, _("Cancel it if the patient will not come.")))
    row.status = AppointmentStatus.NO_SHOW
    if _policy(row).no_show_uses_session:
        packages.use_session(row, by=by, at=at, reason=AppointmentStatus.NO_SHOW.label)
    row.record("status", "session_used", by=by)
    return row


@retried
@transaction.atomic
def cancel(
    appointment: Appointment,
    *,
    by: User,
    by_patient: bool = False,
    reason: str = "",
    tell: bool = True,
    at: datetime | None = None,
) -> Appointment:
    """Call the appointment off: its time is free and its session is free again with the same commit.

    A patient who cancels within the policy's window may lose the session, where the policy says so. `tell` is False
    where the patient has not heard of the appointment yet.
    """
    own(by, appointment)
    row, at = reread(appointment, "cancel"), at or timezone.now()
    policy = _policy(row)
    is_late = by_patient and row.starts_at - at < policy.cancellation_window
    if is_late and policy.late_cancellation_uses_session:
        packages.use_session(row, by=by, at=at, reason=_("Late cancellation"))
    row.status = AppointmentStatus.CANCELLED_BY_PATIENT if by_patient else AppointmentStatus.CANCELLED_BY_CLINIC
    row.cancelled_at, row.cancelled_by, row.cancellation_reason = at, by, reason
    row.calendar_sequence += 1
    row.record(
        "status", "cancelled_at", "cancelled_by", "cancellation_reason", "calendar_sequence", "session_used",
        by=by, reason=reason,
    )  # fmt: skip
    appointment_released.send(Appointment, appointment=row)
    cancel_for(row, by=by, at=at)
    if tell:
        queue(MessageKind.CANCELLED, row.patient, appointment=row, by=by, at=at)
    return row


@retried
@transaction.atomic
def undo_status(appointment: Appointment, *, by: User, at: datetime | None = None) -> Appointment:
    """Take the last step back: a session that was used is given back, a time that was free is taken again.

    Refused with BookingRefused when somebody else has the time, or the purchase no longer has the session.
    """
    own(by, appointment)
    lock(providers=[appointment.provider], patients=[appointment.patient])
    row, at = reread(appointment, "undo_status"), at or timezone.now()
    was = AppointmentStatus(row.status)
    row.status = before(
        was,
        confirmed=row.confirmed_at is not None,
        arrived=row.arrived_at is not None,
        started=row.started_at is not None,
        moves=row.moves,
    )
    _forget(row, was)
    if row.session_used:
        packages.give_back_session(row, by=by, at=at)
    elif row.package_purchase and not is_live(was):
        _take_session_again(row, was)
    if is_live(was):
        row.record(by=by)
    else:
        _take_time_again(row, by=by, at=at)
    if was in CANCELLED_STATUSES:
        _say_that_it_stands(row, by=by, at=at)
    return row


@retried
@transaction.atomic
def _step(
    appointment: Appointment,
    verb: str,
    status: AppointmentStatus,
    moment: str,
    *,
    by: User,
    at: datetime | None,
    uses_session: bool = False,
) -> Appointment:
    own(by, appointment)
    row, at = reread(appointment, verb), at or timezone.now()
    row.status = status
    setattr(row, moment, at)
    if uses_session:
        packages.use_session(row, by=by, at=at)
    row.record("status", moment, "session_used", by=by)
    return row


def _say_that_it_stands(row: Appointment, *, by: User, at: datetime) -> None:
    """A patient who has heard of the cancellation, or not even of the appointment, hears of it now."""
    heard = heard_of(row)
    cancel_for(row, by=by, at=at)
    if MessageKind.CANCELLED in heard or not heard & {MessageKind.BOOKED, MessageKind.MOVED}:
        queue(MessageKind.MOVED if row.moves else MessageKind.BOOKED, row.patient, appointment=row, by=by, at=at)


def _policy(row: Appointment) -> Policy:
    return Policy.objects.filter(organisation=row.organisation_id).first() or Policy()


def _forget(row: Appointment, was: AppointmentStatus) -> None:
    """Clear what the undone step had recorded."""
    moments = {
        AppointmentStatus.CONFIRMED: "confirmed_at",
        AppointmentStatus.ARRIVED: "arrived_at",
        AppointmentStatus.IN_PROGRESS: "started_at",
        AppointmentStatus.COMPLETED: "completed_at",
    }
    if was in moments:
        setattr(row, moments[was], None)
    elif was in CANCELLED_STATUSES:
        row.cancelled_at, row.cancelled_by, row.cancellation_reason = None, None, ""
        row.calendar_sequence += 1


def _take_session_again(row: Appointment, was: AppointmentStatus) -> None:
    on = row.starts_at.astimezone(row.clinic.zone).date()
    reasons = packages.check_usable(row.package_purchase, row.patient, row.service, on=on)
    if reasons:
        raise BookingRefused(*reasons)
    row.session_number = packages.next_session_numbers(row.package_purchase, 1)[0]


def _take_time_again(row: Appointment, *, by: User, at: datetime) -> None:
    """Notice, grid and hours do not matter to what was booked once; a free time and a valid offer do."""
    question = rules.ask(row.service, row.provider, row.clinic, row.starts_at, patient=row.patient, at=at, without=row)
    against = reasons_against(question, by=by, overbook_reason=row.overbook_reason)
    reasons = [reason for reason in against if reason.code in MATTERS_AGAIN]
    if reasons:
        raise BookingRefused(*reasons)
    take_time(row, question, by=by)
