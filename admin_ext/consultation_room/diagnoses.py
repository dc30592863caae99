"""Searching the list of diagnoses from the sheet."""

from django.utils.translation import gettext_lazy

from admin_ext.consultation_room.pages import DoctorPage
from clinic.consultations.diagnoses import search

MOST = 8


class DiagnosisSearchPage(DoctorPage):
    """GET `q`, a part of a code or of a title: the options of the sheet's search."""

    title = gettext_lazy("Diagnosis")
    template_name = "admin_ext/consultation_room/diagnoses.html"

    def get(self, request):
        term = request.GET.get("q", "").strip()
        return self.render_to_response({"term": term, "diagnoses": search(term, limit=MOST) if term else []})
