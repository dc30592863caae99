"""Taking the last move of an appointment back, as if it had not been made."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from clinic.enums import AppointmentStatus, MessageKind, RefusalCode
from clinic.errors import BookingRefused, Refusal, WrongStatus
from clinic.messaging.heard import GONE
from clinic.messaging.reminders.writing import remind_again
from clinic.messaging.services import TELL_OF_A_TIME, cancel_for, heard_of, queue
from clinic.models import Appointment, User
from clinic.packages import services as packages
from clinic.retries import retried
from clinic.scheduling import refusals as rules
from clinic.scheduling.booking.rows import reread
from clinic.scheduling.booking.seating import take_time
from clinic.scheduling.booking.undo import check_free_again
from clinic.scheduling.locks import lock
from clinic.scheduling.signals import appointment_released
from clinic.tenancy import own


@retried
@transaction.atomic
def undo_move(
    appointment: Appointment, *, by: User, expected_sequence: int | None = None, at: datetime | None = None
) -> Appointment:
    """Give the appointment the time, provider, clinic and status back that it had before its last move.

    A message about the move that has not left is called off; a patient who has read it is told again. Raises
    WrongStatus where it was never moved or something has been done with it since, BookingRefused where somebody else
    has the old time by now or the package no longer covers it, and ChangedMeanwhile as `move` does.
    """
    own(by, appointment)
    was = _before_the_move(appointment)
    lock(providers={appointment.provider, was.provider}, patients=[appointment.patient])
    row, at = reread(appointment, "move", expected_sequence=expected_sequence), at or timezone.now()
    if row.status != AppointmentStatus.RESCHEDULED or row.moves != appointment.moves:
        raise WrongStatus(_nothing_to_take_back(row))
    question = rules.ask(row.service, was.provider, was.clinic, was.starts_at, patient=row.patient, at=at, without=row)
    check_free_again(question, by=by, overbook_reason=was.overbook_reason)
    _check_its_package(row, was)
    appointment_released.send(Appointment, appointment=row, by=by)
    row.provider, row.clinic = was.provider, was.clinic
    row.status, row.confirmed_at, row.overbook_reason = was.status, was.confirmed_at, was.overbook_reason
    row.moves -= 1
    row.calendar_sequence += 1
    take_time(row, question, by=by)
    _unsay(row, by=by, at=at)
    return row


def _before_the_move(appointment: Appointment) -> HistoricalChanges:
    """The newest version of the row with one move less."""
    versions = appointment.history.select_related("provider", "clinic").order_by("-history_id")
    version = versions.filter(moves=appointment.moves - 1).first() if appointment.moves else None
    if version is None:
        raise WrongStatus(_nothing_to_take_back(appointment))
    return version


def _check_its_package(row: Appointment, was: HistoricalChanges) -> None:
    """BookingRefused where the purchase, which is locked, does not allow the session on its old day any more."""
    if row.package_purchase is None:
        return
    on = was.starts_at.astimezone(was.clinic.zone).date()
    if reasons := packages.check_usable(row.package_purchase, row.patient, row.service, on=on, count=0):
        raise BookingRefused(*reasons)


def _nothing_to_take_back(row: Appointment) -> Refusal:
    message = _("There is no move of %(patient)s to take back.") % {"patient": row.patient}
    return Refusal(RefusalCode.STATUS, message, _("Move the appointment to the time it should have."))


def _unsay(row: Appointment, *, by: User, at: datetime) -> None:
    moved_on = row.history.filter(moves=row.moves + 1).order_by("-history_id").values_list("history_date", flat=True)
    news = row.messages.filter(kind=MessageKind.MOVED, status__in=GONE, queued_at__gte=moved_on[0])
    cancel_for(row, by=by, at=at)
    heard = heard_of(row)  # after what was not heard yet is called off: until then it might still leave
    if news.exists():
        queue(MessageKind.MOVED, row.patient, appointment=row, by=by, at=at)
    elif not heard & TELL_OF_A_TIME:
        queue(MessageKind.BOOKED, row.patient, appointment=row, by=by, at=at)
    else:
        remind_again(row, since=moved_on[0], at=at)
