"""What the organisation offers: services, packages, clinics and rooms; the organisation itself and its policy."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from admin_ext.base import ClinicInline, RecordedModelAdmin
from admin_ext.catalogue.forms import PackageItems, ServiceForm
from admin_ext.catalogue.policy_form import PolicyForm
from admin_ext.catalogue.policy_groups import GROUPS, box
from admin_ext.catalogue.policy_words import late_cancellations, no_shows
from admin_ext.columns import ActiveColumn, NameColumns, PhoneColumn, left_to_right, money, name
from admin_ext.filters import ChoicesFilter, OwnRowsFilter
from clinic.models import Clinic, Organisation, Package, PackageItem, Policy, Room, Service

ACTIVE = ("active", BooleanRadioFilter)
CLINIC = ("clinic", OwnRowsFilter)


@admin.register(Service)
class ServiceAdmin(NameColumns, ActiveColumn, RecordedModelAdmin):
    form = ServiceForm
    list_display = ["display_name", "code", "display_minutes", "display_price", "workflow_type", "display_active"]
    list_filter = [ACTIVE, ("clinics", OwnRowsFilter), ("providers", OwnRowsFilter), ("workflow_type", ChoicesFilter)]
    list_select_related = ["organisation"]
    search_fields = ["name_en", "name_ar", "code"]
    autocomplete_fields = ["clinics", "providers", "auto_assign_doctor"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("code", "active")]}),
        (_("Time"), {"fields": [("duration", "buffer_before", "buffer_after"), "capacity"]}),
        (_("Where and by whom"), {"fields": ["clinics", "providers"]}),
        (_("Money and workflow"), {"fields": ["price", "workflow_type", ("bill_timing", "auto_assign_doctor")]}),
    ]

    @display(description=_("minutes"), ordering="duration")
    def display_minutes(self, row):
        return int(row.duration.total_seconds() // 60)

    @display(description=_("price"), ordering="price")
    def display_price(self, row):
        return money(row.price, row.organisation.currency)


class PackageItemInline(ClinicInline):
    model = PackageItem
    formset = PackageItems
    fields = ["service", "sessions", "step"]
    autocomplete_fields = ["service"]
    min_num = 1


@admin.register(Package)
class PackageAdmin(NameColumns, ActiveColumn, RecordedModelAdmin):
    list_display = ["display_name", "code", "display_sessions", "display_price", "validity_days", "display_active"]
    list_filter = [ACTIVE, ("items__service", OwnRowsFilter)]
    list_select_related = ["organisation"]
    search_fields = ["name_en", "name_ar", "code"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("code", "active"), ("price", "validity_days")]}),
    ]
    inlines = [PackageItemInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("items")

    @display(description=_("sessions"))
    def display_sessions(self, row):
        return row.total_sessions

    @display(description=_("price"), ordering="price")
    def display_price(self, row):
        return money(row.price, row.organisation.currency)


@admin.register(Clinic)
class ClinicAdmin(NameColumns, ActiveColumn, PhoneColumn, RecordedModelAdmin):
    list_display = ["display_name", "code", "display_phone", "address", "display_active"]
    list_filter = [ACTIVE]
    search_fields = ["name_en", "name_ar", "code"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("code", "active"), ("phone", "time_zone"), "address"]}),
    ]


@admin.register(Room)
class RoomAdmin(NameColumns, ActiveColumn, RecordedModelAdmin):
    list_display = ["display_name", "code", "clinic", "capacity", "display_active"]
    list_filter = [ACTIVE, CLINIC]
    list_select_related = ["clinic"]
    search_fields = ["name_en", "name_ar", "code"]
    autocomplete_fields = ["clinic", "services"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("clinic", "code"), ("capacity", "active"), "services"]}),
    ]


class OneRow:
    """Rows of which an organisation has exactly one, made together with it."""

    list_filter = ()

    def has_add_permission(self, request):
        return False


@admin.register(Organisation)
class OrganisationAdmin(NameColumns, OneRow, RecordedModelAdmin):
    list_display = ["display_name", "country", "currency", "display_zone", "language"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar")]}),
        (_("Place"), {"fields": [("country", "currency"), ("time_zone", "week_start"), "language"]}),
    ]

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        """An organisation points to no other row that its history would have to fetch."""
        return history_manager.filter(**{pk_name: object_id}).select_related("history_user")

    @display(description=_("time zone"))
    def display_zone(self, row):
        return left_to_right(row.time_zone)


@admin.register(Policy)
class PolicyAdmin(OneRow, RecordedModelAdmin):
    form = PolicyForm
    change_form_outer_before_template = "admin_ext/catalogue/policy_preview.html"
    list_display = ["display_organisation", "display_late_cancellation", "display_no_show", "display_consequence"]
    list_select_related = ["organisation"]
    fieldsets = [(group.title, {"fields": group.fields}) for group in GROUPS]

    class Media:
        css = {"all": ["admin_ext/policy.css"]}

    def get_fieldsets(self, request, obj=None):
        """Above the fields of each group, what they mean."""
        if obj is None:
            return self.fieldsets
        words = [render_to_string("admin_ext/catalogue/policy_box.html", {"box": box(group, obj)}) for group in GROUPS]
        return [
            (title, {**shown, "description": said}) for (title, shown), said in zip(self.fieldsets, words, strict=True)
        ]

    @display(description=_("organisation"))
    def display_organisation(self, row):
        return name(row.organisation)

    @display(description=_("late cancellations"))
    def display_late_cancellation(self, row):
        return late_cancellations(row)[0]

    @display(description=_("no-shows"))
    def display_no_show(self, row):
        return no_shows(row)[0]

    @display(description=_("what follows"))
    def display_consequence(self, row):
        return no_shows(row)[1]
