"""The steps of a consultation: begin (or take) it, and close it. Each says why it refuses."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from admin_ext.answers import told
from admin_ext.consultation_room.pages import RoomPage
from admin_ext.consultation_room.words import LINES, Word, words_of
from admin_ext.roles import TREAT
from clinic.consultations.services import activate, can_access, close
from clinic.enums import ConsultationStatus
from clinic.errors import ClinicError
from clinic.models import Consultation


def missing_words(row: Consultation) -> list[Word]:
    """What a consultation usually says and this one does not; a code is a diagnosis."""
    words = words_of(row)
    blank = [words[name] for name in LINES if not words[name].value.strip()]
    return [word for word in blank if word.name != "diagnosis" or not row.diagnosis_codes]


class StepPage(RoomPage):
    """POST one step, activate or close; closing is for ever, so it is asked about first and done with `anyway`."""

    title = gettext_lazy("Begin or close the consultation")
    permission_required = TREAT
    template_name = "admin_ext/consultation_room/close.html"
    http_method_names = ["post"]

    def post(self, request, pk, verb):
        if verb not in ("activate", "close"):
            raise Http404
        try:
            return getattr(self, verb)()
        except ClinicError as refusal:
            address = reverse("admin:doctors_queue")
            return told(self.request, str(refusal), otherwise=address, tags="error", queue_changed={"id": pk})

    def activate(self) -> HttpResponse:
        """Into the room; whose it is already, as by the second of two clicks, goes in as well."""
        row = self.row
        if row.status != ConsultationStatus.ACTIVE or row.doctor != self.doctor:
            activate(row, by=self.request.user)
        return self.leave(self.room)

    def close(self) -> HttpResponse:
        row, sent = self.row, self.request.POST
        is_mine = row.status == ConsultationStatus.ACTIVE and can_access(row, self.request.user)
        if is_mine and "anyway" not in sent:
            asked = {"row": row, "missing": missing_words(row), "version": sent.get("version", "")}
            return self.render_to_response(asked)
        close(self.row, by=self.request.user, expected_version=self.seen_version)
        return self.leave(self.room)

    @property
    def room(self) -> str:
        return reverse("admin:consultation", args=[self.row.pk])
