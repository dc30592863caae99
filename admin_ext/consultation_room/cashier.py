"""Sending a patient to the cashier from the doctor's queue or room."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.answers import told
from admin_ext.consultation_room.pages import DoctorPage
from clinic.consultations.services import ask_cashier
from clinic.errors import ClinicError
from clinic.models import Visit


class AskCashierPage(DoctorPage):
    """POST: the visit goes to the head of the cashier's queue; asked again it stays there."""

    title = gettext_lazy("Ask the cashier")
    http_method_names = ["post"]

    def post(self, request, pk):
        visit, queue = self.own(Visit, pk), reverse("admin:doctors_queue")
        try:
            ask_cashier(visit, by=request.user)
        except ClinicError as refusal:
            return told(request, str(refusal), otherwise=queue, tags="error", queue_changed={"visit": pk})
        text = _("%(patient)s now stands first in the cashier's queue.") % {"patient": visit.patient}
        return told(request, text, otherwise=queue, queue_changed={"visit": pk})
