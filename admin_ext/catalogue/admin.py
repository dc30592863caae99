"""What the organisation offers: services, packages, clinics and rooms; the organisation itself and its policy."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from admin_ext.base import ClinicInline, RecordedModelAdmin
from admin_ext.catalogue.forms import PackageItems
from admin_ext.columns import ActiveColumn, NameColumns, PhoneColumn, left_to_right, money, name
from admin_ext.filters import ChoicesFilter, OwnRowsFilter
from clinic.models import Clinic, Organisation, Package, PackageItem, Policy, Room, Service

ACTIVE = ("active", BooleanRadioFilter)
CLINIC = ("clinic", OwnRowsFilter)


@admin.register(Service)
class ServiceAdmin(NameColumns, ActiveColumn, RecordedModelAdmin):
    list_display = ["display_name", "code", "display_minutes", "display_price", "workflow_type", "display_active"]
    list_filter = [ACTIVE, ("clinics", OwnRowsFilter), ("providers", OwnRowsFilter), ("workflow_type", ChoicesFilter)]
    list_select_related = ["organisation"]
    search_fields = ["name_en", "name_ar", "code"]
    autocomplete_fields = ["clinics", "providers", "auto_assign_doctor"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("code", "active")]}),
        (_("Time"), {"fields": [("duration", "buffer_before", "buffer_after"), "capacity"]}),
        (_("Where and by whom"), {"fields": ["clinics", "providers"]}),
        (_("Money and workflow"), {"fields": [("price", "bill_timing"), ("workflow_type", "auto_assign_doctor")]}),
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
    list_display = ["display_organisation", "minimum_notice", "booking_horizon_days", "no_show_limit", "no_show_days"]
    list_select_related = ["organisation"]
    fieldsets = [
        (_("Booking"), {"fields": [("minimum_notice", "booking_horizon_days"), "offer_hold"]}),
        (
            _("Late cancellation"),
            {"fields": ["cancellation_window", ("late_cancellation_uses_session", "late_cancellation_fee")]},
        ),
        (
            _("No-shows"),
            {
                "fields": [
                    ("no_show_uses_session", "no_show_fee"),
                    ("no_show_limit", "no_show_days"),
                    "no_show_consequence",
                ]
            },
        ),
        (_("Messages"), {"fields": [("quiet_from", "quiet_until"), "reminder_minutes"]}),
    ]

    @display(description=_("organisation"))
    def display_organisation(self, row):
        return name(row.organisation)
