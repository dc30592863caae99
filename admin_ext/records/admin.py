"""What long work did: jobs, bulk bookings and the nightly audits; and what nobody was allowed to do."""

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly
from admin_ext.columns import StatusColumn, dash, label, left_to_right, moment, name, with_note
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnRowsFilter
from admin_ext.records.doors import door_words, refusal_words, target_words
from clinic.models import Certificate, Job, Operation, RefusedAttempt
from clinic.operations import with_sizes


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
    list_display = ["kind", "display_at", "display_by", "display_reason", "display_size", "display_undone"]
    list_filter = [("kind", ChoicesFilter), ("at", MomentRangeFilter)]
    row_page, row_key = "operation", "public_id"
    list_select_related = ["by", "undone_by"]
    sortable_by = ["display_at"]
    fieldsets = [(None, {"fields": ["kind", ("by", "at"), "reason", ("undone_by", "undone_at")]})]

    def get_queryset(self, request):
        return with_sizes(super().get_queryset(request))

    @display(description=_("at"), ordering="at")
    def display_at(self, row):
        return moment(row.at)

    @display(description=_("reason"))
    def display_reason(self, row):
        return name(row.reason)

    @display(description=_("rows"))
    def display_size(self, row):
        return row.size

    @display(description=_("by"))
    def display_by(self, row):
        return name(row.by)

    @display(description=_("undone"))
    def display_undone(self, row):
        return moment(row.undone_at) if row.undone_at else dash()


@admin.register(Certificate)
class CertificateAdmin(ReadOnly, ClinicModelAdmin):
    list_display = ["display_checked_at", "display_rows", "display_result"]
    list_filter = [("checked_at", MomentRangeFilter)]
    row_page = "certificate"
    sortable_by = ["display_checked_at"]
    fieldsets = [(None, {"fields": ["checked_at", "display_rows", "display_result"]})]
    readonly_fields = ["display_rows", "display_result"]

    @display(description=_("checked at"), ordering="checked_at")
    def display_checked_at(self, row):
        return moment(row.checked_at)

    @display(description=_("rows checked"))
    def display_rows(self, row):
        return left_to_right(intcomma(row.rows_checked))

    @display(description=_("result"))
    def display_result(self, row):
        broken = len(row.findings)
        if not broken:
            return label("green", gettext("All rules hold"))
        return label("red", ngettext("%(n)d rule is broken", "%(n)d rules are broken", broken) % {"n": broken})


@admin.register(RefusedAttempt)
class RefusedAttemptAdmin(ReadOnly, ClinicModelAdmin):
    list_display = ["display_at", "display_by", "display_reason", "display_target", "display_door"]
    list_filter = [("at", MomentRangeFilter), ("by", OwnRowsFilter)]
    list_select_related = ["by"]
    sortable_by = ["display_at"]
    fieldsets = [(None, {"fields": [("by", "at"), ("display_door", "display_target"), "display_reason", "message"]})]
    readonly_fields = ["display_door", "display_target", "display_reason"]

    @display(description=_("when"), ordering="at")
    def display_at(self, row):
        return moment(row.at)

    @display(description=_("who"))
    def display_by(self, row):
        return name(row.by)

    @display(description=_("refusal"))
    def display_reason(self, row):
        return refusal_words(row.code)

    @display(description=_("what"))
    def display_target(self, row):
        words = target_words(row.target)
        return left_to_right(words) if words.startswith("/") else name(words)

    @display(description=_("door"))
    def display_door(self, row):
        return with_note(*door_words(row.door))
