"""What bulk actions say that they did: series, re-bookings and what was undone."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import RebookingStatus
from clinic.models import Appointment, Change, Rebooking

UNDONE = Invariant(
    name="change_of_an_undone_action_is_undone",
    rule=_("Of an action that was undone every change is undone, or says why not."),
    says=_("Neither undone nor kept for a reason, though bulk action number %(operation)s was undone."),
    remedy=_("Undo the action once more."),
    model=Change,
    question="""
SELECT change.id AS key, change.organisation_id AS organisation, done.id AS operation
  FROM clinic_change change JOIN clinic_operation done ON done.id = change.operation_id
 WHERE done.undone_at IS NOT NULL AND change.undone_at IS NULL AND change.kept_because = ''
""",
)

SETTLED = Invariant(
    name="rebooking_is_done_when_all_is_settled",
    rule=_("A re-booking is done when nothing of it is left to be settled."),
    says=_("Is “%(status)s”; appointments left to be settled: %(unsettled)s."),
    remedy=_("Open the re-booking and settle what is left."),
    model=Rebooking,
    words={"status": RebookingStatus},
    question="""
SELECT batch.id AS key, batch.organisation_id AS organisation, batch.status AS status, COUNT(item.id) AS unsettled
  FROM clinic_rebooking batch JOIN clinic_rebookingitem item ON item.rebooking_id = batch.id AND item.status = 'open'
 WHERE batch.status = 'done'
 GROUP BY batch.id, batch.organisation_id, batch.status
""",
)

LEFT_OUT = Invariant(
    name="series_leaves_its_exceptions_out",
    rule=_("A series has no appointment on a day that was left out, or before it begins."),
    says=_("Stands for a day on which series number %(series)s has none."),
    remedy=_("Cancel the appointment, or move it out of the series."),
    model=Appointment,
    question="""
SELECT booked.id AS key, booked.organisation_id AS organisation, series.id AS series
  FROM clinic_appointment booked JOIN clinic_series series ON series.id = booked.series_id
 WHERE booked.status IN {LIVE}
   AND (booked.series_on < series.first_on OR TEXT(series.exceptions) LIKE '%%"' || booked.series_on || '"%%')
""",
)

RULES = [UNDONE, SETTLED, LEFT_OUT]
