"""Saving the note of a session while it is being written."""

from django.http import HttpResponse, JsonResponse
from django.utils.timezone import now

from admin_ext.columns import clock
from admin_ext.scope import own_rows, row_or_404
from admin_ext.treatment.my_day import ProviderPage
from clinic.errors import ChangedMeanwhile
from clinic.models import Appointment
from clinic.scheduling.booking.notes import words_version, write_notes


class NotePage(ProviderPage):
    """POST `text`, and `version`, which says what the writer had read.

    200 with the new version and the clinic's time; 409 with a page that shows what somebody else has written meanwhile.
    """

    http_method_names = ["post"]
    template_name = "admin_ext/treatment/note_conflict.html"

    def post(self, request, pk) -> HttpResponse:
        rows = own_rows(Appointment, self.organisation).filter(provider=self.provider)
        row = row_or_404(rows.select_related("clinic"), pk)
        text, version = request.POST.get("text", "").replace("\0", ""), request.POST.get("version", "")
        try:
            row = write_notes(row, by=request.user, reason=row.reason, notes=text, expected_version=version)
        except ChangedMeanwhile as refusal:
            theirs = rows.get(pk=pk)
            context = {"refusal": refusal, "theirs": theirs.notes, "version": words_version(theirs)}
            return self.render_to_response(context, status=409)
        return JsonResponse({"version": words_version(row), "time": clock(now(), row.clinic.zone)})
