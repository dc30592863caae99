"""When providers work, and what takes their time away."""

from datetime import timedelta

from django.contrib import admin
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from admin_ext.base import RecordedModelAdmin
from admin_ext.columns import ActiveColumn, NameColumns, StatusColumn, absence, day, left_to_right, name
from admin_ext.filters import ChoicesFilter, DayRangeFilter, MomentRangeFilter, OwnRowsFilter
from admin_ext.rota.actions import ClosureActions, LeaveActions
from admin_ext.rota.forms import ClosureForm, ExtraHoursForm, LeaveForm, WorkingHoursForm
from admin_ext.rota.leading import HoursLeadToBatch, LeadsToBatch
from clinic.models import Closure, ExtraHours, Leave, WorkingHours

PROVIDER = ("provider", OwnRowsFilter)
CLINIC = ("clinic", OwnRowsFilter)


class HoursColumns:
    @display(description=_("provider"), ordering="provider__name_en")
    def display_provider(self, row):
        return name(row.provider)

    @display(description=_("clinic"), ordering="clinic__code")
    def display_clinic(self, row):
        return name(row.clinic)

    @display(description=_("hours"), ordering="start")
    def display_hours(self, row):
        return left_to_right(f"{row.start:%H:%M}–{row.end:%H:%M}")


@admin.register(WorkingHours)
class WorkingHoursAdmin(HoursLeadToBatch, HoursColumns, ActiveColumn, RecordedModelAdmin):
    form = WorkingHoursForm
    list_display = [
        "display_provider", "weekday", "display_hours", "display_clinic", "slot_minutes", "capacity",
        "display_validity", "display_active",
    ]  # fmt: skip
    list_filter = [PROVIDER, CLINIC, ("weekday", ChoicesFilter), ("active", BooleanRadioFilter)]
    list_select_related = ["provider", "clinic"]
    search_fields = ["provider__name_en", "provider__name_ar"]
    autocomplete_fields = ["provider", "clinic"]
    fieldsets = [
        (None, {"fields": [("provider", "clinic"), ("weekday", "active"), ("start", "end")]}),
        (_("Appointments"), {"fields": [("slot_minutes", "capacity")]}),
        (_("Validity"), {"fields": [("valid_from", "valid_until"), "every_n_weeks"]}),
    ]

    def get_changeform_initial_data(self, request):
        today = localdate()
        return {"valid_from": today - timedelta(today.weekday()), **super().get_changeform_initial_data(request)}

    @display(description=_("valid"))
    def display_validity(self, row):
        return f"{day(row.valid_from)} – {day(row.valid_until) if row.valid_until else '…'}"


@admin.register(ExtraHours)
class ExtraHoursAdmin(HoursLeadToBatch, HoursColumns, RecordedModelAdmin):
    form = ExtraHoursForm
    deletable = True
    list_display = ["display_provider", "display_date", "display_hours", "display_clinic", "slot_minutes", "capacity"]
    list_filter = [PROVIDER, CLINIC, ("date", DayRangeFilter)]
    list_select_related = ["provider", "clinic"]
    search_fields = ["provider__name_en", "provider__name_ar"]
    autocomplete_fields = ["provider", "clinic"]
    fieldsets = [
        (None, {"fields": [("provider", "clinic"), "date", ("start", "end"), ("slot_minutes", "capacity")]}),
    ]

    @display(description=_("date"), ordering="date")
    def display_date(self, row):
        return day(row.date)


@admin.register(Leave)
class LeaveAdmin(LeadsToBatch, LeaveActions, HoursColumns, StatusColumn, RecordedModelAdmin):
    form = LeaveForm
    deletable = True
    add_page = "ask_leave"
    actions_row = actions_detail = ["approve", "refuse", "withdraw"]
    list_display = ["display_provider", "display_absence", "reason", "display_status"]
    list_filter = [PROVIDER, ("status", ChoicesFilter), ("starts_at", MomentRangeFilter)]
    list_select_related = ["provider"]
    search_fields = ["provider__name_en", "provider__name_ar", "reason"]
    autocomplete_fields = ["provider"]
    fieldsets = [(None, {"fields": ["provider", ("starts_at", "ends_at"), "reason", "status"]})]

    @display(description=_("away"), ordering="starts_at")
    def display_absence(self, row):
        return absence(row.starts_at, row.ends_at)


@admin.register(Closure)
class ClosureAdmin(LeadsToBatch, ClosureActions, NameColumns, RecordedModelAdmin):
    form = ClosureForm
    deletable = True
    actions_list = ["add_holidays"]
    list_display = ["display_name", "display_days", "display_where"]
    list_filter = [CLINIC, ("first_on", DayRangeFilter)]
    list_select_related = ["clinic"]
    search_fields = ["name_en", "name_ar"]
    autocomplete_fields = ["clinic"]
    fieldsets = [(None, {"fields": [("name_en", "name_ar"), ("first_on", "last_on"), "clinic"]})]

    @display(description=_("days"), ordering="first_on")
    def display_days(self, row):
        return day(row.first_on) if row.first_on == row.last_on else f"{day(row.first_on)} – {day(row.last_on)}"

    @display(description=_("clinic"))
    def display_where(self, row):
        return name(row.clinic) if row.clinic else _("Every clinic")
