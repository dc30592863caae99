"""Packages of patients and the ledger of their sessions; both are written by the package desk's pages alone."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly, RecordedModelAdmin
from admin_ext.columns import StatusColumn, dash, day, label, left_to_right, moment, money, name
from admin_ext.filters import (
    ChoicesFilter,
    ExpiresFilter,
    MomentRangeFilter,
    OwnAutocompleteFilter,
    OwnRowsFilter,
    PatientSearch,
    UnbookedFilter,
)
from clinic.models import PackagePurchase, SessionEntry
from clinic.packages.balance import Balance
from clinic.packages.selectors import operations_of, with_balances

OPERATIONS = 8  # the newest, on the page of a purchase


@admin.register(PackagePurchase)
class PackagePurchaseAdmin(PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = [
        "display_patient", "display_package", "display_used", "display_reserved", "display_free",
        "display_purchased_on", "display_expires_on", "display_status",
    ]  # fmt: skip
    list_filter = [
        ("status", ChoicesFilter), UnbookedFilter, ExpiresFilter, ("package", OwnRowsFilter),
        ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "package"]
    sortable_by = ["display_purchased_on"]
    fieldsets = [
        (None, {"fields": [("patient", "package"), "status"]}),
        (_("Sessions"), {"fields": [("display_used", "display_reserved", "display_free")]}),
        (_("Bought"), {"fields": [("purchased_on", "expires_on"), ("display_price", "assigned_by"), "frozen_on"]}),
    ]
    readonly_fields = ["display_used", "display_reserved", "display_free", "display_price"]
    change_form_outer_before_template = "admin_ext/package_desk/purchase_head.html"

    def get_queryset(self, request):
        return with_balances(super().get_queryset(request))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of a purchase, with what was done to it in bulk for those who may look at that."""
        row = self.row_or_404(request, unquote(object_id))
        above = {"purchase_balance": Balance(used=row.used, reserved=row.reserved, free=row.free)}
        if request.user.has_perm("clinic.view_operation"):
            above["operations"] = operations_of(row)[:OPERATIONS]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **above})

    @display(description=_("patient"), ordering="patient__name_en")
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("package"), ordering="package__name_en")
    def display_package(self, row):
        return name(row.package)

    @display(description=_("used"), ordering="sessions_used")
    def display_used(self, row):
        return left_to_right(f"{row.used} / {row.total_sessions}")

    @display(description=_("booked"))
    def display_reserved(self, row):
        return row.reserved or dash()

    @display(description=_("free"))
    def display_free(self, row):
        return row.free or dash()

    @display(description=_("purchased on"), ordering="purchased_on")
    def display_purchased_on(self, row):
        return day(row.purchased_on)

    @display(description=_("last day"), ordering="expires_on")
    def display_expires_on(self, row):
        return day(row.expires_on)

    @display(description=_("price"))
    def display_price(self, row):
        return money(row.price, row.organisation.currency)


@admin.register(SessionEntry)
class SessionEntryAdmin(PatientSearch, ReadOnly, ClinicModelAdmin):
    list_display = ["display_at", "display_patient", "purchase", "display_kind", "display_sessions", "by", "reason"]
    list_filter = [("kind", ChoicesFilter), ("at", MomentRangeFilter)]
    list_select_related = ["purchase__patient", "purchase__package", "by"]
    ordering = ["-pk"]
    sortable_by = []
    patient_path = "purchase__patient__"
    fieldsets = [
        (None, {"fields": [("purchase", "item"), ("kind", "sessions"), "appointment", ("by", "at"), "reason"]}),
    ]

    @display(description=_("at"), ordering="at")
    def display_at(self, row):
        return moment(row.at)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.purchase.patient)

    @display(description=_("kind"), ordering="kind")
    def display_kind(self, row):
        return label("grey", row.get_kind_display())

    @display(description=_("sessions"))
    def display_sessions(self, row):
        return left_to_right(f"{row.sessions:+d}")
