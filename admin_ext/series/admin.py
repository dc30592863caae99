"""The list of series, which only their services make and change."""

from django.contrib import admin
from django.db.models import Count, Min, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ReadOnly, RecordedModelAdmin
from admin_ext.columns import dash, left_to_right, moment, name
from admin_ext.filters import MomentRangeFilter, OwnAutocompleteFilter
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, AppointmentStatus
from clinic.models import Series
from clinic.scheduling.series.words import series_words


@admin.register(Series)
class SeriesAdmin(ReadOnly, RecordedModelAdmin):
    list_display = [
        "display_patient", "display_service", "display_rule", "display_provider", "display_left", "display_next",
    ]  # fmt: skip
    list_filter = [("provider", OwnAutocompleteFilter), ("booked_at", MomentRangeFilter)]
    list_select_related = ["patient", "service", "provider", "clinic"]
    search_fields = ["patient__name_en", "patient__name_ar", "patient__file_number"]
    ordering = ["-booked_at", "-pk"]
    sortable_by = []
    row_page = "series"
    fieldsets = [
        (None, {"fields": ["patient", ("service", "package_purchase"), ("provider", "clinic"), "display_rule"]}),
        (_("Booked"), {"fields": [("booked_by", "booked_at")]}),
    ]
    readonly_fields = ["display_rule"]

    def get_queryset(self, request):
        standing = Q(appointments__status__in=[one for one in AppointmentStatus if one not in CANCELLED_STATUSES])
        ahead = Q(appointments__status__in=MOVABLE_STATUSES, appointments__starts_at__gt=now())
        return (
            super()
            .get_queryset(request)
            .annotate(
                standing=Count("appointments", filter=standing),
                ahead=Count("appointments", filter=ahead),
                next_at=Min("appointments__starts_at", filter=ahead),
            )
        )

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("service"))
    def display_service(self, row):
        return name(row.service)

    @display(description=_("provider"))
    def display_provider(self, row):
        return name(row.provider)

    @display(description=_("rule"))
    def display_rule(self, row):
        return series_words(row)

    @display(description=_("still to come"))
    def display_left(self, row):
        return left_to_right(f"{row.ahead} / {row.standing}")

    @display(description=_("next"))
    def display_next(self, row):
        return moment(row.next_at, row.clinic.zone) if row.next_at else dash()
