"""The consultation room: the sheet while it is written, and what was written once it is closed."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from admin_ext.consultation_room.addendum import AddendumForm
from admin_ext.consultation_room.pages import RoomPage, why_not_enter
from admin_ext.consultation_room.words import LINES, Word, vitals_of, words_of
from clinic.consultations.selectors import earlier_consultations
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.models import Consultation, FollowUp

EARLIER = 3


class ConsultationPage(RoomPage):
    """The sheet of an active consultation, the text of a closed one, the way in to one that nobody has begun or taken.

    Who may not enter reads why, with 403. Asked by htmx: the follow-ups alone, which change while the room is open.
    """

    title = gettext_lazy("Consultation")
    fragment_name = "admin_ext/consultation_room/follow_ups.html"
    template_names = {
        ConsultationStatus.PENDING: "admin_ext/consultation_room/entry.html",
        ConsultationStatus.ACTIVE: "admin_ext/consultation_room/room.html",
        ConsultationStatus.CLOSED: "admin_ext/consultation_room/closed.html",
    }

    def get(self, request, pk):
        refusals = why_not_enter(self.row, request.user)
        if refusals or self.row.status == ConsultationStatus.PENDING or self.row.doctor_id is None:
            return self.entry(refusals)
        follow_ups = follow_ups_of(self.row)
        if self.is_htmx:
            return self.render_to_response({"row": self.row, "follow_ups": follow_ups})
        self.template_name = self.template_names[self.row.status]
        return self.render_to_response(self.get_context_data(follow_ups=follow_ups, **self.inside()))

    def entry(self, refusals) -> HttpResponse:
        self.fragment_name, self.template_name = "", self.template_names[ConsultationStatus.PENDING]
        is_unpaid = any(refusal.code == RefusalCode.UNPAID for refusal in refusals)
        context = self.get_context_data(refusals=refusals, is_unpaid=is_unpaid, **self.facts())
        return self.render_to_response(context, status=403 if refusals else 200)

    def inside(self) -> dict:
        words = words_of(self.row)
        addenda = self.row.addenda.select_related("written_by") if self.row.closed_at else []
        return {
            **self.facts(),
            "words": words,
            "vitals": vitals_of(words),
            "first_empty": next((name for name in LINES if not words[name].value), ""),
            "earlier": [Earlier(row) for row in earlier_consultations(self.row)[:EARLIER]],
            "addenda": addenda,
            "addendum_form": AddendumForm(organisation=self.organisation),
        }


def follow_ups_of(row: Consultation) -> QuerySet[FollowUp]:
    """What was booked as its follow-up, the soonest first."""
    return row.follow_ups.select_related(
        "appointment__service", "appointment__provider", "appointment__clinic"
    ).order_by("appointment__starts_at", "pk")


@dataclass(frozen=True)
class Earlier:
    """One that was closed before, with its words."""

    row: Consultation

    @cached_property
    def words(self) -> dict[str, Word]:
        return words_of(self.row)

    @property
    def texts(self) -> list[Word]:
        return [self.words[name] for name in LINES]
