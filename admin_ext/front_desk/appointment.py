"""The page and the card of one appointment: who, what, when, what happened, and what can be done next."""

from django.utils.timezone import now

from admin_ext.front_desk.card import AppointmentCard
from admin_ext.front_desk.forms import notes_form
from admin_ext.front_desk.rows import appointment_or_404
from admin_ext.pages import StaffPage
from clinic.models import Appointment


class AppointmentPage(StaffPage):
    """As a page of its own, or asked by htmx as the card that opens in a dialog."""

    permission_required = "clinic.view_appointment"
    template_name = "admin_ext/front_desk/appointment.html"
    context_model = Appointment

    def get(self, request, pk):
        self.appointment = appointment_or_404(self.organisation, pk)
        return super().get(request)

    @property
    def asked_by(self) -> str:
        """The part of a page that htmx shall put the answer into."""
        return self.request.headers.get("HX-Target", "")

    @property
    def fragment_name(self):
        is_again = self.asked_by in ("appointment-card", "appointment-page")
        return f"admin_ext/front_desk/{'body' if is_again else 'card'}.html"

    @property
    def title(self) -> str:
        return str(self.appointment)

    def get_context_data(self, **kwargs):
        card = AppointmentCard(self.appointment, self.request.user, now())
        is_card = self.is_htmx and self.asked_by != "appointment-page"
        shown = {"card": card, "appointment": self.appointment, "is_card": is_card}
        return super().get_context_data(**{"notes_form": notes_form(self.appointment), **shown, **kwargs})
