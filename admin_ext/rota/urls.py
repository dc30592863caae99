"""The addresses of the rota's pages."""

from admin_ext.rota.calendars import (
    AddCalendarPage,
    BusyCalendarsPage,
    ProviderCalendarsPage,
    RefreshCalendarPage,
    RemoveCalendarPage,
)
from admin_ext.rota.feeds import PatientFeedPage, ProviderFeedPage
from admin_ext.rota.pages import AskLeavePage, LeaveHitsPage

urlpatterns = [
    AskLeavePage.at("leave/ask/", "ask_leave"),
    LeaveHitsPage.at("leave/hits/", "leave_hits"),
    BusyCalendarsPage.at("calendars/", "busy_calendars"),
    ProviderCalendarsPage.at("calendars/<int:pk>/", "provider_calendars"),
    AddCalendarPage.at("calendars/<int:pk>/add/", "add_busy_calendar"),
    RefreshCalendarPage.at("calendars/busy/<int:pk>/refresh/", "refresh_busy_calendar"),
    RemoveCalendarPage.at("calendars/busy/<int:pk>/remove/", "remove_busy_calendar"),
    ProviderFeedPage.at("calendars/<int:pk>/feed/", "provider_feed"),
    PatientFeedPage.at("patients/<int:pk>/feed/", "patient_feed"),
]
