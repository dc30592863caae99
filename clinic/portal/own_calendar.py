"""How a patient's own calendar learns of appointments: one of them as a file, or all of them at an address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.calendars import feeds
from clinic.calendars.events import calendar_file
from clinic.messaging.links import address_of
from clinic.models import CalendarFeed
from clinic.portal.appointments import AppointmentLink

STANDS = ("open", "begun", "here")


class AppointmentFile(AppointmentLink):
    """The appointment for the patient's own calendar, as long as it stands."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.standing.state not in STANDS:
            return self.home()
        file = calendar_file(self.appointment, "PUBLISH", url=address_of(self.appointment), at=self.at)
        response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
        return response


class CalendarPage(AppointmentLink):
    """The address of the patient's feed, where there is one; POST says what to `do`: make it, or renew it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.standing.state not in STANDS:
            return self.home()
        feed = CalendarFeed.objects.filter(patient=self.appointment.patient).first()
        address = feed and feeds.address_of(feed)
        subscribe = address and "webcal:" + address.partition(":")[2]
        return self.shown("calendar", address=address, subscribe=subscribe, feed=feed)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.standing.state not in STANDS:
            return self.home()
        step = request.POST.get("do")
        if step not in ("make", "renew"):
            raise Http404
        feed = feeds.feed_of(self.appointment.patient, by=self.patient_by_link, at=self.at)
        if step == "renew" and request.POST.get("since") == str(int(feed.renewed_at.timestamp())):
            feeds.renew(feed, by=self.patient_by_link, at=self.at)
        return redirect("appointment_calendar", token=token)
