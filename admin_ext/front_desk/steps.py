"""The steps of an appointment's walk: who may take which, what its button says, and what is said afterwards."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from admin_ext.columns import clock
from admin_ext.front_desk.answers import changed, refused
from admin_ext.front_desk.cost_words import consequences
from admin_ext.front_desk.rows import appointment_or_404
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK, CHANGE_BOOKING
from clinic.enums import AppointmentStatus as Status
from clinic.enums import RefusalCode
from clinic.errors import ClinicError, Refusal
from clinic.models import Appointment, User
from clinic.scheduling import booking
from clinic.scheduling.booking.notes import may_write
from clinic.scheduling.status import POSSIBLE_FROM, state_of


@dataclass(frozen=True)
class Step:
    """A verb of `booking`: the status and the moment it records, its button, and the sentence said afterwards."""

    verb: str
    status: Status | None
    moment: str
    label: Promise
    icon: str
    done: Promise  # with `patient`, `time` and `status`


STEPS: dict[str, Step] = {
    step.verb: step
    for step in (
        Step(
            "confirm", Status.CONFIRMED, "confirmed_at", pgettext_lazy("button", "Confirm"), "event_available",
            gettext_lazy("%(patient)s: confirmed."),
        ),
        Step(
            "check_in", Status.ARRIVED, "arrived_at", pgettext_lazy("button", "Arrived"), "how_to_reg",
            gettext_lazy("%(patient)s: arrived at %(time)s."),
        ),
        Step(
            "start", Status.IN_PROGRESS, "started_at", pgettext_lazy("button", "Start"), "play_arrow",
            gettext_lazy("%(patient)s: started at %(time)s."),
        ),
        Step(
            "complete", Status.COMPLETED, "completed_at", pgettext_lazy("button", "Complete"), "done_all",
            gettext_lazy("%(patient)s: completed at %(time)s."),
        ),
        Step(
            "mark_no_show", Status.NO_SHOW, "", pgettext_lazy("button", "No-show"), "person_off",
            gettext_lazy("%(patient)s: marked as a no-show."),
        ),
        Step(
            "waive", None, "waived_at", pgettext_lazy("button", "Waive"), "volunteer_activism",
            gettext_lazy("%(patient)s: waived."),
        ),
        Step(
            "undo_status", None, "", pgettext_lazy("button", "Undo"), "undo",
            gettext_lazy("%(patient)s: %(status)s again."),
        ),
    )
}  # fmt: skip

TREATMENT = {
    "start",
    "complete",
    "mark_no_show",
    "write_notes",
}  # what providers do themselves, with their own appointments
TREATED = {Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW}  # and what of it they take back


def may_take(user: User, appointment: Appointment, verb: str) -> bool:
    """Whether this person may do `verb` (also move or cancel) with the appointment, whatever its status allows.

    Who books may do everything but write the notes of a session that has begun; a provider runs and takes back his or
    her own sessions, and writes their notes.
    """
    if verb == "write_notes" and not may_write(user, appointment):
        return False
    if user.has_perm(BOOK):
        return user.has_perm(CHANGE_BOOKING)
    own = getattr(user, "provider", None)
    if not user.has_perm(CHANGE_BOOKING) or own is None or own.pk != appointment.provider_id:
        return False
    return verb in TREATMENT or (verb == "undo_status" and appointment.status in TREATED)


def possible(user: User, appointment: Appointment, verb: str) -> bool:
    """Whether the verb's button is shown: this person may, and the status allows it."""
    return appointment.status in POSSIBLE_FROM[verb] and may_take(user, appointment, verb)


def next_steps(user: User, appointment: Appointment, *, at: datetime | None = None) -> list[Step]:
    """The steps offered now, the obvious one first; without undo. Nobody arrives on another day or is late too soon."""
    at = at or now()
    steps = [step for step in STEPS.values() if step.status and possible(user, appointment, step.verb)]
    if localdate(appointment.starts_at, appointment.clinic.zone) > localdate(at, appointment.clinic.zone):
        return [step for step in steps if step.verb not in ("check_in", "mark_no_show")]
    if at < appointment.starts_at:
        steps = [step for step in steps if step.verb != "mark_no_show"]
    return sorted(steps, key=lambda step: step.verb == "confirm")  # who is expected today rather arrives


class StepPage(StaffPage):
    """POST one step. `status` says what the person saw, so that nobody takes back what somebody else has just done."""

    permission_required = CHANGE_BOOKING
    http_method_names = ["post"]

    def post(self, request, pk, verb):
        if verb not in STEPS:
            raise Http404
        appointment = appointment_or_404(self.organisation, pk)
        seen = request.POST.get("status") or request.GET.get("status") or seen_state(appointment)
        if not may_take(request.user, appointment, verb):
            return refused(request, appointment, not_allowed(verb))
        try:
            appointment = self.take(appointment, verb, seen)
        except ClinicError as refusal:
            appointment = appointment_or_404(self.organisation, pk)
            if not is_done(appointment, verb):
                return refused(request, appointment, refusal)
        return changed(request, appointment, said(appointment, verb), undo=undo_address(appointment, verb))

    def take(self, appointment: Appointment, verb: str, seen: str) -> Appointment:
        why = {"reason": self.request.POST.get("reason", "")} if verb in ("waive", "undo_status") else {}
        return getattr(booking, verb)(appointment, by=self.request.user, expected_state=seen, **why)


def seen_state(appointment: Appointment) -> str:
    """What a page shows of the appointment, for the next step to name."""
    return state_of(Status(appointment.status), waived=appointment.waived_at is not None)


def is_done(appointment: Appointment, verb: str) -> bool:
    """Whether the step has been taken, as by the first click of two: the second one is no mistake."""
    return appointment.status == STEPS[verb].status or (verb == "waive" and appointment.waived_at is not None)


def said(appointment: Appointment, verb: str) -> str:
    step = STEPS[verb]
    at = getattr(appointment, step.moment) if step.moment else now()
    values = {
        "patient": appointment.patient,
        "time": clock(at, appointment.clinic.zone),
        "status": Status(appointment.status).label,
    }
    return step.done % values + (consequences(appointment) if verb == "mark_no_show" else "")


def undo_address(appointment: Appointment, verb: str) -> str:
    """Where taking this step back is posted; empty for taking back itself."""
    return "" if verb == "undo_status" else step_address(appointment, "undo_status")


def step_address(appointment: Appointment, verb: str) -> str:
    """Where a step is posted; it says what the person saw, so that nobody's newer step is overwritten."""
    address = reverse("admin:appointment_step", args=[appointment.pk, verb])
    return f"{address}?status={seen_state(appointment)}"


def not_allowed(verb: str) -> Refusal:
    hint = _("Ask the front desk.") if verb not in TREATMENT else _("Only its own provider or the front desk may.")
    return Refusal(RefusalCode.PERMISSION, _("Your role does not allow this."), hint)
