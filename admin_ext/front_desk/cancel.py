"""Calling an appointment off: who does, why, and what it costs before it is done."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.front_desk.answers import changed
from admin_ext.front_desk.cost_words import consequences, cost_words
from admin_ext.front_desk.dialogs import AppointmentDialog
from admin_ext.front_desk.steps import undo_address
from admin_ext.roles import CHANGE_WAIT
from admin_ext.waitlist.actions import offered_words
from clinic.errors import ChangedMeanwhile, ClinicError
from clinic.models import HeldSlot
from clinic.scheduling import booking
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.costs import cost_of_cancelling
from clinic.waitlist.matching import matches
from clinic.waitlist.services import cancel_and_offer


@dataclass(frozen=True)
class Side:
    """Who calls it off: the value of the choice, its words, the usual reason, and what it costs the patient."""

    value: str
    label: str
    reason: str
    cost: str
    is_costly: bool


class CancelPage(AppointmentDialog):
    """GET asks, POST cancels: `reason`, `by_patient` (1 or empty) and the `version` seen."""

    fragment_name = "admin_ext/front_desk/cancel.html"
    verb = "cancel"
    title = gettext_lazy("Cancel the appointment")

    @cached_property
    def sides(self) -> list[Side]:
        return [self.side(by_patient=by_patient) for by_patient in (True, False)]

    def side(self, *, by_patient: bool) -> Side:
        cost = cost_of_cancelling(self.appointment, self.policy, by_patient=by_patient, at=now())
        words = cost_words(self.appointment, cost)
        if by_patient:
            return Side("1", _("The patient asked for it"), _("Patient asked"), words, not cost.is_nothing)
        return Side("", _("The clinic cancels"), _("The clinic had to cancel"), words, not cost.is_nothing)

    @cached_property
    def policy(self):
        return policy_of(self.appointment.organisation_id)

    @property
    def by_patient(self) -> bool:
        """As it was chosen, by the patient where nothing is chosen yet."""
        return self.request.method == "GET" or bool(self.asked.get("by_patient"))

    @property
    def reason(self) -> str:
        """As it was typed, the usual one where nothing is typed yet."""
        return self.asked.get("reason", "") if self.request.method == "POST" else self.sides[0].reason

    @cached_property
    def waiting(self) -> int:
        """How many would be asked for the freed time, by somebody who may ask them."""
        row = self.appointment
        if not self.request.user.has_perm(CHANGE_WAIT) or row.starts_at <= now():
            return 0
        found = matches(row.service, row.provider, row.clinic, row.starts_at)
        return len(found[: self.policy.offers_at_once])

    def post(self, request, pk):
        slot = None
        asked = {"by_patient": self.by_patient, "reason": self.reason, "expected_sequence": self.version()}
        try:
            if self.wants_offer:
                cancelled, slot = cancel_and_offer(self.appointment, by=request.user, **asked)
            else:
                cancelled = booking.cancel(self.appointment, by=request.user, **asked)
        except ChangedMeanwhile as refusal:
            return self.again(refusal, is_conflict=True)
        except ClinicError as refusal:
            return self.again(refusal)
        values = {"patient": cancelled.patient, "status": cancelled.get_status_display()}
        text = _("%(patient)s: %(status)s.") % values + consequences(cancelled) + self.offered(slot)
        return changed(request, cancelled, text, undo=undo_address(cancelled, "cancel"))

    @property
    def wants_offer(self) -> bool:
        return "offer" in self.asked and self.request.user.has_perm(CHANGE_WAIT)

    def offered(self, slot: HeldSlot | None) -> str:
        """What has become of the wish to offer the time."""
        if not self.wants_offer:
            return ""
        return " " + (offered_words(slot) if slot else _("Nobody could be asked for the time any more."))
