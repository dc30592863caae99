"""Calling several appointments of a series off: which ones, who does it, why, and what it costs."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.answers import told_of
from admin_ext.series.dialogs import SeriesDialog, operation_of
from clinic.errors import ClinicError
from clinic.models import Appointment
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.booking import cancel_series
from clinic.scheduling.costs import cost_of_cancelling
from clinic.scheduling.series.members import in_scope

LONGEST = 250  # letters of a reason


class CancelSeriesPage(SeriesDialog):
    """GET shows the dates, POST cancels those that were `seen`: `scope`, `reason`, `by_patient` (1 or empty)."""

    fragment_name = "admin_ext/series/cancel.html"
    verb = "cancel"
    title = gettext_lazy("Cancel appointments of a series")

    @cached_property
    def rows(self) -> list[Appointment]:
        return list(in_scope(self.appointment, self.scope, at=self.moment))

    @property
    def costly(self) -> int:
        """How many of them the patient would pay for, in sessions or money, by cancelling them now."""
        policy = policy_of(self.organisation.pk)
        costs = [cost_of_cancelling(row, policy, by_patient=True, at=self.moment) for row in self.rows]
        return sum(not cost.is_nothing for cost in costs)

    @property
    def by_patient(self) -> bool:
        return self.request.method == "GET" or bool(self.asked.get("by_patient"))

    @property
    def reason(self) -> str:
        return self.asked.get("reason", _("Patient asked")).replace("\0", "").strip()[:LONGEST]

    def post(self, request, pk):
        try:
            cancelled = cancel_series(
                self.appointment, scope=self.scope, by=request.user, by_patient=self.by_patient, reason=self.reason,
                seen=self.seen,
            )  # fmt: skip
        except ClinicError as refusal:
            return self.again(refusal)
        text = ngettext(
            "%(patient)s: %(count)d appointment is cancelled.",
            "%(patient)s: %(count)d appointments are cancelled.",
            len(cancelled),
        )
        values = {"patient": self.appointment.patient, "count": len(cancelled)}
        return told_of(request, operation_of(cancelled), text % values)
