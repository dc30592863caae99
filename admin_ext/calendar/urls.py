"""Addresses of the calendar."""

from admin_ext.calendar.pages import CalendarPage
from admin_ext.calendar.paper import PrintPage

urlpatterns = [
    CalendarPage.at("calendar/", "calendar"),
    PrintPage.at("calendar/print/", "calendar_print"),
]
