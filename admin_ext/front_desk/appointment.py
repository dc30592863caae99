"""The page and the card of one appointment: who, what, when, what happened, and what can be done next."""

from admin_ext.front_desk.rows import appointment_or_404
from admin_ext.front_desk.steps import next_steps
from admin_ext.pages import StaffPage
from clinic.models import Appointment


class AppointmentPage(StaffPage):
    """As a page of its own, or asked by htmx as the card that opens in a dialog."""

    permission_required = "clinic.view_appointment"
    template_name = "admin_ext/front_desk/appointment.html"
    fragment_name = "admin_ext/front_desk/card.html"
    context_model = Appointment

    def get(self, request, pk):
        self.appointment = appointment_or_404(self.organisation, pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return str(self.appointment)

    def get_context_data(self, **kwargs):
        steps = next_steps(self.request.user, self.appointment)
        return super().get_context_data(appointment=self.appointment, steps=steps, **kwargs)
