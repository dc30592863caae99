"""The summary of a closed consultation on paper, in the patient's language."""

from django.shortcuts import redirect
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from admin_ext.consultation_room.pages import RoomPage, why_not_enter
from admin_ext.consultation_room.room import follow_ups_of
from admin_ext.consultation_room.words import vitals_of, words_of
from clinic.enums import ConsultationStatus


class SummaryPage(RoomPage):
    """One sheet of paper; of what is not closed, or not this person's, its page says why there is none."""

    title = gettext_lazy("Summary")
    template_name = "admin_ext/consultation_room/summary.html"

    def get(self, request, pk):
        if self.row.status != ConsultationStatus.CLOSED or why_not_enter(self.row, request.user):
            return redirect("admin:consultation", pk)
        with translation.override(self.row.patient.language):
            return self.render_to_response(self.paper()).render()

    def paper(self) -> dict:
        words = words_of(self.row)
        return {
            **self.facts(),
            "words": words,
            "vitals": [word for word in vitals_of(words) if word.value],
            "follow_ups": follow_ups_of(self.row),
            "addenda": self.row.addenda.all(),
            "printed_at": now(),
        }
