"""Charges: the fees of no-shows and late cancellations, as they wait to be collected."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ReadOnly, RecordedModelAdmin
from admin_ext.columns import StatusColumn, left_to_right, moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, PatientSearch
from clinic.models import Charge


@admin.register(Charge)
class ChargeAdmin(PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = ["display_raised_at", "display_patient", "kind", "display_amount", "display_status"]
    list_filter = [
        ("status", ChoicesFilter), ("kind", ChoicesFilter), ("raised_at", MomentRangeFilter),
        ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "organisation"]
    sortable_by = ["display_raised_at"]
    fieldsets = [
        (None, {"fields": [("patient", "appointment"), ("kind", "status"), "display_amount"]}),
        (_("Record"), {"fields": [("raised_by", "raised_at"), ("settled_by", "settled_at"), "reason"]}),
    ]
    readonly_fields = ["display_amount"]

    @display(description=_("raised at"), ordering="raised_at")
    def display_raised_at(self, row):
        return moment(row.raised_at)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("amount"), ordering="amount")
    def display_amount(self, row):
        return left_to_right(f"{row.amount} {row.organisation.currency}")
