"""Reading an appointment anew, under lock, before it changes."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from simple_history.models import HistoricalChanges

from clinic.enums import CANCELLED_STATUSES, AppointmentStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, Refusal, WrongStatus
from clinic.models import Appointment
from clinic.packages import services as packages
from clinic.scheduling.status import POSSIBLE_FROM, state_of

LOADED = ("patient", "provider", "clinic", "service", "room")


def reread(
    appointment: Appointment, verb: str, *, expected_sequence: int | None = None, expected_state: str | None = None
) -> Appointment:
    """The row as it is now, locked, its purchase first.

    `expected_sequence` is the `calendar_sequence` that the person saw: ChangedMeanwhile when the appointment has been
    moved, cancelled or brought back since. `expected_state` is the `state_of` that the person saw: ChangedMeanwhile in
    any other. WrongStatus when `verb` is not possible from its status.
    """
    purchase = packages.lock(appointment.package_purchase) if appointment.package_purchase_id else None
    row = Appointment.objects.filter(pk=appointment.pk).select_related(*LOADED).locked().get()
    if row.package_purchase_id != appointment.package_purchase_id:  # sold, or taken back, since it was looked at
        purchase = packages.lock(row.package_purchase) if row.package_purchase_id else None
    row.package_purchase = purchase
    if expected_sequence is not None and row.calendar_sequence != expected_sequence:
        raise ChangedMeanwhile(what_happened(row))
    if expected_state is not None and expected_state != state_of(row.status, waived=row.waived_at is not None):
        raise ChangedMeanwhile(stands_now(row))
    if reasons := not_possible(row, verb):
        raise WrongStatus(*reasons)
    return row


def not_possible(row: Appointment, verb: str) -> list[Refusal]:
    """Why the row's status does not allow this; empty when it does."""
    if row.status in POSSIBLE_FROM[verb]:
        return []
    values = {"patient": row.patient, "status": AppointmentStatus(row.status).label}
    message = _("The appointment of %(patient)s is %(status)s.") % values
    return [Refusal(RefusalCode.STATUS, message, _("Look at it again: somebody may have changed it."))]


def stands_now(row: Appointment) -> Refusal:
    """Which status the appointment has by now, and who changed it last; one query."""
    last = row.history.select_related("history_user").order_by("-history_id").first()
    values = {
        "patient": row.patient,
        "status": AppointmentStatus(row.status).label,
        "name": (last and last.history_user) or pgettext("who did it", "Somebody"),
        "at": moment_text(last.history_date, row) if last else "",
    }
    message = _("Meanwhile the appointment of %(patient)s is: %(status)s (%(name)s, %(at)s).") % values
    return Refusal(RefusalCode.CHANGED, message, _("Look at it again before you go on."))


def what_happened(row: Appointment) -> Refusal:
    """Who gave the appointment the time or the end that it has now, and when; one query."""
    history = list(row.history.select_related("history_user").order_by("history_id"))
    here = next((n for n, was in enumerate(history) if was.calendar_sequence == row.calendar_sequence), None)
    values = {"patient": row.patient, "now": f"{moment_text(row.starts_at, row)}, {row.provider}, {row.clinic}"}
    if here is None:
        message = _("The appointment of %(patient)s has been changed. It is now: %(now)s.")
    else:
        values["name"] = history[here].history_user or pgettext("who did it", "Somebody")
        values["at"] = moment_text(history[here].history_date, row)
        message = what_was_done(row, before=history[here - 1] if here else None)
    return Refusal(RefusalCode.CHANGED, message % values, _("Look at it again, then decide."))


def what_was_done(row: Appointment, *, before: HistoricalChanges | None) -> str:
    if row.status in CANCELLED_STATUSES:
        return _("%(name)s cancelled the appointment of %(patient)s (%(at)s).")
    if before is not None and before.status in CANCELLED_STATUSES:
        return _("%(name)s took back the cancellation for %(patient)s (%(at)s). It is now: %(now)s.")
    return _("%(name)s moved the appointment of %(patient)s (%(at)s). It is now: %(now)s.")


def moment_text(moment: datetime, row: Appointment) -> str:
    """The moment on the wall of the appointment's clinic."""
    return date_format(moment.astimezone(row.clinic.zone), "DATETIME_FORMAT")
