"""The patient's page: packages with what is left of them, appointments, messages, and the way to book the rest."""

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.timezone import now

from admin_ext.ages import age_text
from admin_ext.pages import StaffPage
from admin_ext.purchases import cards_of
from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Message, Patient

APPOINTMENTS = 10  # on a page
MESSAGES = 8


class PatientPage(StaffPage):
    permission_required = "clinic.view_patient"
    template_name = "admin_ext/people/patient.html"
    context_model = Patient

    def get(self, request, pk):
        self.patient = self.own(Patient, pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return str(self.patient)

    def get_context_data(self, **kwargs):
        moment = now()
        appointments = self.appointments()
        ahead = appointments.filter(starts_at__gte=moment, status__in=LIVE_STATUSES).order_by("starts_at", "pk")
        past = appointments.exclude(starts_at__gte=moment, status__in=LIVE_STATUSES).order_by("-starts_at", "-pk")
        upcoming = list(ahead)
        return super().get_context_data(
            patient=self.patient,
            desk_address=f"{reverse('admin:package_desk')}?patient={self.patient.pk}",
            age=age_text(self.patient.born_on, moment.date()) if self.patient.born_on else None,
            cards=cards_of(self.patient, at=moment, upcoming=upcoming),
            upcoming=self.page(upcoming, "next"),
            past=self.page(past, "past"),
            messages_to_patient=Message.objects.filter(patient=self.patient).order_by("-queued_at", "-pk")[:MESSAGES],
            **kwargs,
        )

    def appointments(self):
        rows = Appointment.objects.filter(patient=self.patient)
        return rows.select_related("service", "provider", "clinic", "package_purchase")

    def page(self, rows, parameter: str) -> Page:
        return Paginator(rows, APPOINTMENTS).get_page(self.request.GET.get(parameter))
