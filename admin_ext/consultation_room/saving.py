"""Saving the words of a consultation while they are being written."""

from django.http import HttpResponse, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from admin_ext.columns import clock
from admin_ext.consultation_room.pages import RoomPage
from admin_ext.consultation_room.words import posted, words_of
from admin_ext.roles import TREAT
from clinic.consultations.services import can_access, write
from clinic.enums import ConsultationStatus
from clinic.errors import ChangedMeanwhile, ClinicError, Crowded, InvalidEntry
from clinic.models import Consultation


class SavePage(RoomPage):
    """POST the words that have changed, and `version`, which says what the writer had read.

    200 with the new version, the clinic's time, how the words are `stored`, and sentences about those that are `wrong`;
    409 with what somebody else has written meanwhile; 422 with why nothing can be written any more, and whether that
    is because it has been `closed`; 503 when others were in the way and asking again is the way out.
    """

    title = gettext_lazy("Write into the consultation")
    permission_required = TREAT
    http_method_names = ["post"]
    template_name = "admin_ext/consultation_room/meanwhile.html"

    def post(self, request, pk):
        words = posted(request.POST)
        try:
            row, wrong = self.written(words)
        except ChangedMeanwhile as refusal:
            return self.meanwhile(refusal)
        except Crowded as refusal:
            return JsonResponse({"refusal": str(refusal)}, status=503)
        except ClinicError as refusal:
            return JsonResponse({"refusal": str(refusal), "closed": self.is_closed()}, status=422)
        stored = {name: word.value for name, word in words_of(row).items() if name in words and name not in wrong}
        time = clock(now(), row.clinic.zone)
        return JsonResponse({"version": row.version, "time": time, "stored": stored, "wrong": wrong})

    def written(self, words: dict) -> tuple[Consultation, dict[str, str]]:
        """The row with all of the words that can be, and a sentence for each that cannot: one never keeps another out.

        A word may be wrong only now that another is left out, as one of two pressures beside what stands there.
        """
        wrong, seen = {}, -1 if self.seen_version is None else self.seen_version
        while True:
            right = {name: word for name, word in words.items() if name not in wrong}
            try:
                return write(
                    self.row, right, by=self.request.user, expected_version=-1 if seen is None else seen
                ), wrong
            except InvalidEntry as refusal:
                found = {name: str(reason) for name, reason in refusal.fields.items() if name in right}
                if not found:
                    raise
                wrong |= found

    def is_closed(self) -> bool:
        """Whether the person may read there what was written, and add to it."""
        closed = Consultation.objects.filter(pk=self.row.pk, status=ConsultationStatus.CLOSED).first()
        return closed is not None and can_access(closed, self.request.user)

    def meanwhile(self, refusal: ChangedMeanwhile) -> HttpResponse:
        theirs = Consultation.objects.get(pk=self.row.pk)
        shown = {"refusal": refusal, "words": words_of(theirs).values(), "version": theirs.version}
        return self.render_to_response(shown, status=409)
