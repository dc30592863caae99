"""Taking the last step of an appointment back, on the day on which it was taken."""

from datetime import datetime
from itertools import takewhile

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.billing.services import reopen_fee, withdraw_fee
from clinic.enums import CANCELLED_STATUSES, HEARD_STATUSES, AppointmentStatus, MessageKind, RefusalCode
from clinic.errors import BookingRefused, Refusal, WaiverRefused, WrongStatus
from clinic.messaging.reminders.writing import remind_again
from clinic.messaging.services import TELL_OF_A_TIME, TELL_OF_ITS_END, cancel_for, heard_of, queue
from clinic.models import Appointment, User
from clinic.packages import services as packages
from clinic.permissions import WAIVE
from clinic.retries import retried
from clinic.scheduling import refusals as rules
from clinic.scheduling.booking.overruling import reasons_against
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.booking.seating import take_time
from clinic.scheduling.booking.waiver import may_not_waive
from clinic.scheduling.booking.write import TAKEN
from clinic.scheduling.locks import lock
from clinic.scheduling.refusals import Question
from clinic.scheduling.status import POSSIBLE_FROM, before, is_live
from clinic.tenancy import own

MATTERS_AGAIN = TAKEN | {RefusalCode.NOT_OFFERED, RefusalCode.INACTIVE}
S = AppointmentStatus
MOMENTS = {
    S.CONFIRMED: "confirmed_at",
    S.ARRIVED: "arrived_at",
    S.IN_PROGRESS: "started_at",
    S.COMPLETED: "completed_at",
    S.CANCELLED_BY_PATIENT: "cancelled_at",
    S.CANCELLED_BY_CLINIC: "cancelled_at",
}


@retried
@transaction.atomic
def undo_status(
    appointment: Appointment,
    *,
    by: User,
    reason: str = "",
    expected_state: str | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Take the last step back: a session that was used is given back, a time that was free is taken again.

    A step can be undone until the clinic's day on which it was taken ends; later only by somebody who may waive, and
    for a reason. An open fee is withdrawn. Of what was waived, the waiver is the last step, and only who may waive
    takes it back.
    Refused with WrongStatus after that day, with BillingRefused when the fee has been paid, with BookingRefused when
    somebody else has the time or the purchase no longer has the session, and with ChangedMeanwhile when the
    appointment is not in the `expected_state` (`state_of`) any more: one click takes one step back, clicked twice too.
    """
    own(by, appointment)
    reason = checked(reason)
    lock(providers=[appointment.provider], patients=[appointment.patient])
    row, at = reread(appointment, "undo_status", expected_state=expected_state), at or timezone.now()
    if not is_of_today(row, at=at) and not (reason and by.has_perm(WAIVE)):
        raise WrongStatus(_too_late(row, by=by))
    if row.waived_at:
        _take_waiver_back(row, by=by, reason=reason, at=at)
    else:
        _take_step_back(row, by=by, reason=reason, at=at)
    return row


def can_be_undone(appointment: Appointment, *, at: datetime | None = None) -> bool:
    """Whether the last step may still be taken back by anybody who takes steps; a query only for a no-show."""
    return appointment.status in POSSIBLE_FROM["undo_status"] and is_of_today(appointment, at=at or timezone.now())


def is_of_today(row: Appointment, *, at: datetime) -> bool:
    """Whether the last step was taken on the clinic's day at `at`."""
    return _local(step_taken_at(row), row).date() == _local(at, row).date()


def check_free_again(question: Question, *, by: User, overbook_reason: str) -> None:
    """BookingRefused where the time, or the offer, of what was booked once is gone; notice and hours do not matter."""
    against = reasons_against(question, by=by, overbook_reason=overbook_reason)
    if reasons := [reason for reason in against if reason.code in MATTERS_AGAIN]:
        raise BookingRefused(*reasons)


def step_taken_at(row: Appointment) -> datetime:
    """When the appointment got its status, or its waiver; its start where nobody has kept the moment."""
    if row.waived_at:
        return row.waived_at
    if row.status in MOMENTS:
        return getattr(row, MOMENTS[S(row.status)]) or row.starts_at
    versions = row.history.order_by("-history_id").values_list("status", "history_date")
    moments = [moment for _status, moment in takewhile(lambda version: version[0] == row.status, versions)]
    return moments[-1] if moments else row.starts_at


def _take_step_back(row: Appointment, *, by: User, reason: str, at: datetime) -> None:
    was = S(row.status)
    since = getattr(row, MOMENTS.get(was, ""), None) or at
    row.status = before(
        was,
        confirmed=row.confirmed_at is not None,
        arrived=row.arrived_at is not None,
        started=row.started_at is not None,
        moves=row.moves,
    )
    _forget(row, was)
    if not is_live(was):
        withdraw_fee(row, by=by, reason=reason or _("Undone"), at=at)
    if row.session_used:
        packages.give_back_session(row, by=by, at=at, reason=_("Undone"))
    elif row.package_purchase and not is_live(was):
        _take_session_again(row)
    if is_live(was):
        row.record(by=by, reason=reason, at=at)
    else:
        _take_time_again(row, by=by, reason=reason, at=at)
    if was in CANCELLED_STATUSES:
        _say_that_it_stands(row, since=since, by=by, at=at)
    elif was == S.ARRIVED:
        remind_again(row, since=since, at=at)
    elif was == S.NO_SHOW:
        cancel_for(row, by=by, at=at)


def _take_waiver_back(row: Appointment, *, by: User, reason: str, at: datetime) -> None:
    """The appointment costs again what it had cost before it was waived."""
    if not by.has_perm(WAIVE):
        raise WaiverRefused(may_not_waive())
    unwaived = row.history.filter(waived_at__isnull=True).order_by("-history_id").first()
    reopen_fee(row, by=by, at=at)
    if unwaived is not None and unwaived.session_used:
        _take_session_again(row)
        packages.use_session(row, by=by, at=at, reason=_("Waiver undone"))
    row.waived_at, row.waived_by, row.waiver_reason = None, None, ""
    row.record("waived_at", "waived_by", "waiver_reason", "session_used", "session_number", by=by, reason=reason, at=at)


def _too_late(row: Appointment, *, by: User) -> Refusal:
    step = pgettext("happened", "Waived") if row.waived_at else S(row.status).label
    values = {"patient": row.patient, "step": step, "day": date_format(_local(step_taken_at(row), row), "DATE_FORMAT")}
    message = _(
        "%(patient)s: “%(step)s” was set on %(day)s. A step can be undone only on the day on which it is taken."
    )
    return Refusal(RefusalCode.STATUS, message % values, _way_out(row, by=by))


def _way_out(row: Appointment, *, by: User) -> str:
    if by.has_perm(WAIVE):
        return _("Give a reason to correct it all the same.")
    if row.status == S.NO_SHOW or (row.cancelled_late and not row.waived_at):
        return _("Ask a manager, who may waive what it costs or correct it.")
    if row.status in CANCELLED_STATUSES:
        return _("Book a new appointment, or ask a manager to correct this one.")
    return _("Ask a manager, who may correct it.")


def _forget(row: Appointment, was: AppointmentStatus) -> None:
    """Clear what the undone step had recorded."""
    if was in CANCELLED_STATUSES:
        row.cancelled_at, row.cancelled_by, row.cancellation_reason = None, None, ""
        row.cancelled_late = False
        row.calendar_sequence += 1
    elif was in MOMENTS:
        setattr(row, MOMENTS[was], None)


def _take_session_again(row: Appointment) -> None:
    on = _local(row.starts_at, row).date()
    reasons = packages.check_usable(row.package_purchase, row.patient, row.service, on=on)
    if reasons:
        raise BookingRefused(*reasons)
    row.session_number = packages.next_session_numbers(row.package_purchase, 1)[0]


def _take_time_again(row: Appointment, *, by: User, reason: str, at: datetime) -> None:
    question = rules.ask(row.service, row.provider, row.clinic, row.starts_at, patient=row.patient, at=at, without=row)
    check_free_again(question, by=by, overbook_reason=row.overbook_reason)
    take_time(row, question, by=by, reason=reason)


def _say_that_it_stands(row: Appointment, *, since: datetime, by: User, at: datetime) -> None:
    """A patient who has heard of the cancellation, or not even of the appointment, hears of it now.

    Who has heard of the appointment alone is reminded of it, also where that fell due while it was cancelled.
    """
    cancel_for(row, by=by, at=at)
    heard = heard_of(row)  # after what was not heard yet is called off: until then it might still leave
    hears = heard_of(row, statuses=HEARD_STATUSES)  # what tells of others, too, waits on
    if hears & TELL_OF_ITS_END or not heard & TELL_OF_A_TIME:
        queue(MessageKind.MOVED if row.moves else MessageKind.BOOKED, row.patient, appointment=row, by=by, at=at)
    else:
        remind_again(row, since=since, at=at)


def _local(moment: datetime, row: Appointment) -> datetime:
    return moment.astimezone(row.clinic.zone)
