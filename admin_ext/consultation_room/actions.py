"""What other workflows say and offer of the doctors' queue and room."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from admin_ext.consultation_room.queue import Queue, clinics_of, queue_at
from admin_ext.roles import SEE_CONSULTATIONS, TREAT
from admin_ext.scope import own_rows
from clinic.consultations.access import accessible, doctor_of
from clinic.consultations.services import activate, close
from clinic.models import Consultation, FollowUp, User

BEGIN = {
    "title": _("Begin this consultation?"),
    "description": _("One that nobody has taken is yours from then on."),
    "form_submit_text": _("Begin"),
}
CLOSE = {
    "title": _("Close this consultation for ever?"),
    "description": _("What has not been written stays empty. What comes to mind later is added as an addendum."),
    "form_submit_text": _("Close the consultation"),
}


class ConsultationActions:
    """The steps of a consultation in its list; each says why it refuses."""

    @action(description=_("Begin"), permissions=["treat"], icon="play_arrow", dialog=BEGIN)
    def begin(self, request, form, object_id):
        row = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: activate(row, by=request.user),
            lambda begun: _("The consultation of %(patient)s has begun.") % {"patient": begun.patient},
            lead_to=room_address,
        )

    @action(description=_("Close the consultation"), permissions=["treat"], icon="lock", dialog=CLOSE)
    def close(self, request, form, object_id):
        row = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: close(row, by=request.user),
            lambda closed: _("The consultation of %(patient)s is closed.") % {"patient": closed.patient},
            lead_to=room_address,
        )

    def has_treat_permission(self, request, object_id=None):
        return request.user.has_perm(TREAT)


def room_address(row: Consultation) -> str:
    return reverse("admin:consultation", args=[row.pk])


@dataclass(frozen=True)
class Summary:
    """How many wait in a doctor's queue, and for how many minutes the one who came first."""

    waiting: int
    longest: int


def summary_of(user: User, *, at: datetime) -> Summary | None:
    """The queue of the doctor who logs in as `user` in two numbers; None for who has none. Three queries."""
    doctor = getattr(user, "provider", None)
    if doctor is None or not user.has_perm(SEE_CONSULTATIONS):
        return None
    queue: Queue = queue_at(doctor, clinics_of(doctor), at)
    waiting = [line for part in queue.parts if part.key in ("mine", "free") for line in part.lines]
    return Summary(len(waiting), max((line.minutes for line in waiting), default=0))


def may_follow_up(request) -> bool:
    """Whether the consultation named by the address or the form is the person's own, to book what follows it."""
    key = request.POST.get("consultation") or request.GET.get("consultation") or ""
    if not key.isdecimal() or not request.user.has_perm(TREAT):
        return False
    rows = own_rows(Consultation, request.user.organisation).filter(pk=key)
    return accessible(rows, doctor_of(request.user)).exists()


def may_take_back(user: User, appointment: int) -> bool:
    """Whether the appointment with this key is a follow-up that the person has booked out of the room."""
    rows = own_rows(FollowUp, user.organisation)
    return rows.filter(appointment=appointment, appointment__booked_by=user).exists() and user.has_perm(TREAT)
