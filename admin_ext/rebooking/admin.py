"""The lists of appointments that have lost their time, those with work left first."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly
from admin_ext.columns import StatusColumn, left_to_right, moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnRowsFilter
from clinic.models import Rebooking
from clinic.scheduling.rebooking.selectors import title, with_counts


@admin.register(Rebooking)
class RebookingAdmin(StatusColumn, ReadOnly, ClinicModelAdmin):
    row_page, row_key = "rebooking", "public_id"
    list_display = ["display_title", "cause", "display_progress", "display_status", "display_opened_at"]
    list_filter = [("status", ChoicesFilter), ("cause", ChoicesFilter), ("provider", OwnRowsFilter),
                   ("opened_at", MomentRangeFilter)]  # fmt: skip
    search_fields = ["title", "provider__name_en", "provider__name_ar"]
    ordering = ["-status", "-opened_at", "-pk"]  # "open" before "done"
    sortable_by = ["display_opened_at"]
    fieldsets = [(None, {"fields": ["title", ("cause", "status"), ("opened_at", "opened_by"), "done_at"]})]

    def get_queryset(self, request):
        return with_counts(super().get_queryset(request))

    @display(description=_("what happened"))
    def display_title(self, row):
        return name(title(row))

    @display(description=_("settled"))
    def display_progress(self, row):
        return left_to_right(f"{row.settled} / {row.total}")

    @display(description=_("opened at"), ordering="opened_at")
    def display_opened_at(self, row):
        return moment(row.opened_at)
