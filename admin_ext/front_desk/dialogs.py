"""What moving and cancelling share: a dialog over the page that asks, and comes back with the reason when refused."""

from django.http import HttpResponse, QueryDict
from django.utils.timezone import now

from admin_ext.front_desk.rows import appointment_or_404
from admin_ext.front_desk.steps import possible
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.series.actions import ways_of
from clinic.errors import ClinicError
from clinic.models import Appointment


class AppointmentDialog(StaffPage):
    """A page about one appointment that htmx opens as a dialog. A subclass says its `verb` of `booking`.

    The `version` posted is the `calendar_sequence` that the person saw.
    """

    permission_required = BOOK
    template_name = "admin_ext/dialog_page.html"
    frame = "appointment-page"
    context_model = Appointment
    verb = ""

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.appointment = appointment_or_404(self.organisation, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_possible(self) -> bool:
        return possible(self.request.user, self.appointment, self.verb)

    @property
    def asked(self) -> QueryDict:
        """What was posted; Undo of a toast writes it into the address instead."""
        posted = self.request.POST
        return posted if posted.keys() - {"csrfmiddlewaretoken"} else self.request.GET

    def version(self) -> int | None:
        """The sequence that the person saw; None, and so no check, where the form does not know one."""
        version = self.asked.get("version", "")
        return int(version) if version.isdecimal() and len(version) < 10 else None

    def get_context_data(self, **kwargs):
        ways = ways_of(self.appointment, self.verb, at=now())
        shown = {"appointment": self.appointment, "is_possible": self.is_possible, "ways": ways}
        return super().get_context_data(**shown, **kwargs)

    def again(self, refusal: ClinicError, **context) -> HttpResponse:
        """The dialog with what is against it and the appointment as it is now, whatever page had asked."""
        self.appointment = appointment_or_404(self.organisation, self.appointment.pk)
        response = self.render_to_response(self.get_context_data(refusals=refusal.reasons, **context))
        if self.is_htmx:
            response["HX-Retarget"], response["HX-Reswap"] = "#modal-content", "innerHTML"
        return response
