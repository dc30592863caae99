"""Appointments as the front desk looks them up. They are booked, moved and cancelled on pages of their own."""

from urllib.parse import urlencode

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import RecordedModelAdmin
from admin_ext.columns import StatusColumn, name, span, with_note
from admin_ext.exports import Exported
from admin_ext.filters import (
    ChoicesFilter,
    MomentRangeFilter,
    NearDayFilter,
    OwnAutocompleteFilter,
    OwnRowsFilter,
    PatientSearch,
)
from admin_ext.front_desk.exports import AppointmentResource
from admin_ext.roles import BOOK
from clinic.models import Appointment


@admin.register(Appointment)
class AppointmentAdmin(Exported, PatientSearch, StatusColumn, RecordedModelAdmin):
    list_display = ["display_time", "display_patient", "display_status", "display_service", "display_provider"]
    list_filter = [
        NearDayFilter, ("starts_at", MomentRangeFilter), ("status", ChoicesFilter), ("clinic", OwnRowsFilter),
        ("provider", OwnRowsFilter), ("service", OwnRowsFilter), ("package_purchase__package", OwnRowsFilter),
        ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    sortable_by = ["display_time"]
    resource_classes = [AppointmentResource]
    list_select_related = ["patient", "service", "provider", "clinic", "package_purchase__package"]
    list_before_template = "admin_ext/front_desk/days.html"
    row_page = "appointment"
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

    def changelist_view(self, request, extra_context=None):
        """Without a question of its own the list is today's, a provider's own."""
        if not request.GET:
            return redirect(f"{request.path}?{usual_question(request.user)}")
        return super().changelist_view(request, extra_context)

    def get_ordering(self, request):
        """Days are read from their morning on; without a day the newest come first."""
        return ["starts_at", "pk"] if request.GET.get("day") in NearDayFilter.days else ["-starts_at", "-pk"]

    @display(description=_("time"), ordering="starts_at")
    def display_time(self, row):
        return span(row.starts_at, row.ends_at, row.clinic.zone)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("service"))
    def display_service(self, row):
        return with_note(row.service, session_of(row))

    @display(description=_("provider"))
    def display_provider(self, row):
        return with_note(row.provider, row.clinic)


def usual_question(user) -> str:
    provider = getattr(user, "provider", None)
    own = {"provider__id__exact": provider.pk} if provider and not user.has_perm(BOOK) else {}
    return urlencode({"day": "today", **own})


def session_of(row: Appointment) -> str:
    if row.package_purchase is None:
        return ""
    total = row.package_purchase.total_sessions
    return gettext("session %(number)s of %(total)s") % {"number": row.session_number, "total": total}
