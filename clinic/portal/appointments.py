"""The page of one appointment, on which its patient confirms, cancels or moves it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from clinic.messaging.links import appointment_of
from clinic.portal.offers import private


class AppointmentPage(View):
    """GET shows the appointment as it stands and changes nothing."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment = appointment_of(token)
        if appointment is None:
            return private(render(request, "clinic/portal/unknown.html", status=404))
        return private(render(request, "clinic/portal/appointment.html", {"appointment": appointment}))
