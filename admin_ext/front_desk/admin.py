"""Appointments as the front desk looks them up. They are booked, moved and cancelled on pages of their own."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import RecordedModelAdmin
from admin_ext.columns import StatusColumn, dash, name, span
from admin_ext.filters import (
    ChoicesFilter,
    MomentRangeFilter,
    NearDayFilter,
    OwnAutocompleteFilter,
    OwnRowsFilter,
    PatientSearch,
)
from clinic.models import Appointment


@admin.register(Appointment)
class AppointmentAdmin(PatientSearch, StatusColumn, RecordedModelAdmin):
    list_display = [
        "display_time", "display_patient", "display_status", "display_service", "display_provider", "display_clinic",
        "display_session",
    ]  # fmt: skip
    list_filter = [
        NearDayFilter, ("starts_at", MomentRangeFilter), ("status", ChoicesFilter), ("clinic", OwnRowsFilter),
        ("provider", OwnRowsFilter), ("service", OwnRowsFilter), ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "service", "provider", "clinic", "package_purchase"]
    list_before_template = "admin_ext/front_desk/days.html"
    fieldsets = [
        (None, {"fields": [("patient", "status"), ("service", "kind"), ("provider", "clinic"), "display_time"]}),
        (_("Notes"), {"fields": ["reason", "notes", "video_link"]}),
        (_("Package"), {"fields": [("package_purchase", "session_number"), "session_used"]}),
        (
            _("Record"),
            {
                "fields": [
                    ("booked_by", "booked_at"), ("confirmed_at", "arrived_at"), ("started_at", "completed_at"),
                    ("cancelled_by", "cancelled_at"), ("cancellation_reason", "overbook_reason"), ("room", "moves"),
                ],
            },
        ),
    ]  # fmt: skip
    readonly_fields = ["display_time"]

    def has_add_permission(self, request):
        return False

    def get_ordering(self, request):
        """A day is read from its morning on; without a day the newest come first."""
        return ["starts_at", "pk"] if "day" in request.GET else ["-starts_at", "-pk"]

    @display(description=_("time"), ordering="starts_at")
    def display_time(self, row):
        return span(row.starts_at, row.ends_at, row.clinic.zone)

    @display(description=_("patient"), ordering="patient__name_en")
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("service"), ordering="service__name_en")
    def display_service(self, row):
        return name(row.service)

    @display(description=_("provider"), ordering="provider__name_en")
    def display_provider(self, row):
        return name(row.provider)

    @display(description=_("clinic"), ordering="clinic__code")
    def display_clinic(self, row):
        return name(row.clinic)

    @display(description=_("session"))
    def display_session(self, row):
        if row.package_purchase is None:
            return dash()
        return _("%(number)s of %(total)s") % {
            "number": row.session_number, "total": row.package_purchase.total_sessions
        }  # fmt: skip
