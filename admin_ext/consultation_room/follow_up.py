"""Booking a follow-up out of the room: the desk's own dialog, with the patient and the consultation in it."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from admin_ext.consultation_room.pages import RoomPage, why_not_enter
from admin_ext.roles import TREAT
from clinic.enums import AppointmentKind


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
        }
        if self.doctor:
            asked["provider"] = self.doctor.pk
        if row.service.providers.filter(pk=asked["provider"]).exists():
            asked["service"] = row.service_id
        return redirect(f"{reverse('admin:book')}?{urlencode(asked)}")
