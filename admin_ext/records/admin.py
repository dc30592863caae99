"""What long work did: jobs and bulk bookings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly
from admin_ext.columns import StatusColumn, dash, left_to_right, moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter
from clinic.models import Job, Operation


@admin.register(Job)
class JobAdmin(StatusColumn, ReadOnly, ClinicModelAdmin):
    list_display = ["kind", "display_created_at", "display_by", "display_progress", "stage", "display_status"]
    list_filter = [("status", ChoicesFilter), ("kind", ChoicesFilter), ("created_at", MomentRangeFilter)]
    row_page, row_key = "job", "public_id"
    list_select_related = ["requested_by"]
    sortable_by = ["display_created_at"]
    fieldsets = [
        (None, {"fields": [("kind", "status"), ("requested_by", "display_progress"), "stage", "error"]}),
        (_("Times"), {"fields": [("created_at", "started_at", "finished_at"), ("attempts", "cancel_asked_at")]}),
    ]
    readonly_fields = ["display_progress"]

    @display(description=_("asked at"), ordering="created_at")
    def display_created_at(self, row):
        return moment(row.created_at)

    @display(description=_("asked by"))
    def display_by(self, row):
        return name(row.requested_by)

    @display(description=_("progress"))
    def display_progress(self, row):
        return left_to_right(f"{row.done} / {row.total}")


@admin.register(Operation)
class OperationAdmin(ReadOnly, ClinicModelAdmin):
    list_display = ["kind", "display_at", "display_by", "reason", "display_undone"]
    list_filter = [("kind", ChoicesFilter), ("at", MomentRangeFilter)]
    row_page, row_key = "operation", "public_id"
    list_select_related = ["by", "undone_by"]
    sortable_by = ["display_at"]
    fieldsets = [(None, {"fields": ["kind", ("by", "at"), "reason", ("undone_by", "undone_at")]})]

    @display(description=_("at"), ordering="at")
    def display_at(self, row):
        return moment(row.at)

    @display(description=_("by"))
    def display_by(self, row):
        return name(row.by)

    @display(description=_("undone"))
    def display_undone(self, row):
        return moment(row.undone_at) if row.undone_at else dash()
