"""Booking a follow-up out of the room: the desk's own dialog, with the patient and the consultation in it."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from admin_ext.consultation_room.pages import RoomPage, why_not_enter
from admin_ext.roles import TREAT
from clinic.enums import AppointmentKind, WorkflowType


class FollowUpPage(RoomPage):
    """GET leads to the booking page, which notes what it books as the follow-up of this consultation."""

    title = gettext_lazy("Follow-up")
    permission_required = TREAT

    def get(self, request, pk):
        row = self.row
        if why_not_enter(row, request.user):
            return redirect("admin:consultation", pk)
        asked = {
            "patient": row.patient_id,
            "clinic": row.clinic_id,
            "kind": AppointmentKind.FOLLOW_UP,
            "consultation": pk,
            "provider": self.doctor.pk,
        }
        if self.books_the_same():
            asked["service"] = row.service_id
        return redirect(f"{reverse('admin:book')}?{urlencode(asked)}")

    def books_the_same(self) -> bool:
        """Whether what the patient came for is proposed again: a walk-in only where nothing else is given."""
        if not self.row.service.providers.filter(pk=self.doctor.pk).exists():
            return False
        given = self.doctor.services.filter(active=True, clinics=self.row.clinic)
        is_for_walking_in = self.row.service.workflow_type == WorkflowType.GOPD_CONSULT
        return not (is_for_walking_in and given.exclude(workflow_type=WorkflowType.GOPD_CONSULT).exists())
