"""The walk of an appointment from booked to held or not held, one verb for each step.

Each takes the `expected_state` (`state_of`) that the person saw: ChangedMeanwhile when somebody has been faster.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.billing.services import raise_fee
from clinic.enums import AppointmentStatus, ChargeKind, MessageKind, RefusalCode
from clinic.errors import Refusal, WrongStatus
from clinic.messaging.services import TELL_OF_A_TIME, cancel_for, heard_of, queue
from clinic.models import Appointment, User
from clinic.packages import services as packages
from clinic.retries import retried
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.costs import Cost, cost_of_cancelling, cost_of_no_show
from clinic.scheduling.signals import appointment_released
from clinic.tenancy import own

FOLLOWED_UP = timedelta(days=2)  # later, a patient would wonder which appointment is meant


def confirm(
    appointment: Appointment,
    *,
    by: User,
    expected_state: str | None = None,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> Appointment:
    """The patient has said that they will come; at the time of `expected_sequence`, where it is given."""
    return _step(
        appointment, "confirm", AppointmentStatus.CONFIRMED, "confirmed_at", expected_state,
        by=by, at=at, expected_sequence=expected_sequence,
    )  # fmt: skip


def check_in(
    appointment: Appointment, *, by: User, expected_state: str | None = None, at: datetime | None = None
) -> Appointment:
    """The patient is here and waits."""
    return _step(appointment, "check_in", AppointmentStatus.ARRIVED, "arrived_at", expected_state, by=by, at=at)


def start(
    appointment: Appointment, *, by: User, expected_state: str | None = None, at: datetime | None = None
) -> Appointment:
    """The provider has begun."""
    return _step(appointment, "start", AppointmentStatus.IN_PROGRESS, "started_at", expected_state, by=by, at=at)


def complete(
    appointment: Appointment, *, by: User, expected_state: str | None = None, at: datetime | None = None
) -> Appointment:
    """The appointment was held; a session of its purchase is used."""
    return _step(
        appointment, "complete", AppointmentStatus.COMPLETED, "completed_at", expected_state,
        by=by, at=at, uses_session=True,
    )  # fmt: skip


@retried
@transaction.atomic
def mark_no_show(
    appointment: Appointment, *, by: User, expected_state: str | None = None, at: datetime | None = None
) -> Appointment:
    """The patient did not come; the organisation's policy says whether a session is used and a fee is raised.

    It also says whether the patient is written to, some minutes later; about what was days ago nobody is.
    Refused with WrongStatus before the appointment should have started.
    """
    own(by, appointment)
    row, at = reread(appointment, "mark_no_show", expected_state=expected_state), at or timezone.now()
    if at < row.starts_at:
        message = _("The appointment of %(patient)s has not started yet.") % {"patient": row.patient}
        raise WrongStatus(Refusal(RefusalCode.STATUS, message, _("Cancel it if the patient will not come.")))
    policy = policy_of(row.organisation_id)
    row.status = AppointmentStatus.NO_SHOW
    bear(row, ChargeKind.NO_SHOW, cost_of_no_show(row, policy), by=by, at=at)
    row.record("status", "session_used", by=by, at=at)
    if policy.follows_up_no_shows and at - row.starts_at < FOLLOWED_UP:
        queue(MessageKind.NO_SHOW, row.patient, appointment=row, by=by, at=at)
    return row


@retried
@transaction.atomic
def cancel(
    appointment: Appointment,
    *,
    by: User,
    by_patient: bool = False,
    reason: str = "",
    tell: bool | None = True,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Call the appointment off: its time is free and its session is free again with the same commit.

    A patient who cancels within the policy's window cancels late, and bears what the policy says: the session, a fee.
    The clinic's own cancellation costs nobody anything. `tell` is False where the patient has not heard of the
    appointment yet, None where only the outbox knows. ChangedMeanwhile when `expected_sequence` is given and is not
    the row's any more.
    """
    own(by, appointment)
    reason = checked(reason)
    row, at = reread(appointment, "cancel", expected_sequence=expected_sequence), at or timezone.now()
    cost = cost_of_cancelling(row, policy_of(row.organisation_id), by_patient=by_patient, at=at)
    row.cancelled_late = cost.is_late
    bear(row, ChargeKind.LATE_CANCELLATION, cost, by=by, at=at)
    row.status = AppointmentStatus.CANCELLED_BY_PATIENT if by_patient else AppointmentStatus.CANCELLED_BY_CLINIC
    row.cancelled_at, row.cancelled_by, row.cancellation_reason = at, by, reason
    row.calendar_sequence += 1
    row.record(
        "status", "cancelled_at", "cancelled_by", "cancellation_reason", "cancelled_late", "calendar_sequence",
        "session_used", by=by, reason=reason, at=at,
    )  # fmt: skip
    appointment_released.send(Appointment, appointment=row, by=by)
    cancel_for(row, by=by, at=at)
    if heard_of(row) & TELL_OF_A_TIME if tell is None else tell:  # what was still queued is not heard any more
        queue(MessageKind.CANCELLED, row.patient, appointment=row, by=by, at=at)
    return row


@retried
@transaction.atomic
def take_back(appointment: Appointment, *, by: User, reason: str = "", at: datetime | None = None) -> Appointment:
    """Cancel what was booked by mistake; a patient who has not heard of the appointment hears nothing.

    Raises like `cancel`.
    """
    own(by, appointment)
    return cancel(appointment, by=by, reason=reason, tell=None, at=at)


def bear(row: Appointment, kind: ChargeKind, cost: Cost, *, by: User, at: datetime) -> None:
    """Take from the patient what the policy says an appointment costs that was not held."""
    if cost.uses_session:
        packages.use_session(row, by=by, at=at, reason=str(kind.label))
    raise_fee(row, kind=kind, amount=cost.fee, by=by, at=at)


@retried
@transaction.atomic
def _step(
    appointment: Appointment,
    verb: str,
    status: AppointmentStatus,
    moment: str,
    expected_state: str | None,
    *,
    by: User,
    at: datetime | None,
    expected_sequence: int | None = None,
    uses_session: bool = False,
) -> Appointment:
    own(by, appointment)
    row = reread(appointment, verb, expected_state=expected_state, expected_sequence=expected_sequence)
    at = at or timezone.now()
    row.status = status
    setattr(row, moment, at)
    if uses_session:
        packages.use_session(row, by=by, at=at)
    row.record("status", moment, "session_used", by=by, at=at)
    return row
