"""Every address of the project: the staff's screens, and the pages that need no screen of theirs."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from clinic.portal.appointments import AppointmentPage, CancelPage
from clinic.portal.delivery_receipts import DeliveryReceipts
from clinic.portal.feeds import FeedView
from clinic.portal.health import health
from clinic.portal.moving import MovePage
from clinic.portal.offers import OfferPage
from clinic.portal.own_calendar import AppointmentFile, CalendarPage

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("a/<str:token>/", AppointmentPage.as_view(), name="appointment"),
    path("a/<str:token>/cancel/", CancelPage.as_view(), name="appointment_cancel"),
    path("a/<str:token>/move/", MovePage.as_view(), name="appointment_move"),
    path("a/<str:token>/calendar/", CalendarPage.as_view(), name="appointment_calendar"),
    path("a/<str:token>/appointment.ics", AppointmentFile.as_view(), name="appointment_file"),
    path("c/<str:secret>.ics", FeedView.as_view(), name="feed"),
    path("o/<str:token>/", OfferPage.as_view(), name="offer"),
    path("gateway/receipts/", DeliveryReceipts.as_view(), name="gateway_receipts"),
    path("health/", health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
]
