"""Messages to patients, as they wait or left."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly
from admin_ext.columns import StatusColumn, left_to_right, moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, PatientSearch
from clinic.models import Message


@admin.register(Message)
class MessageAdmin(PatientSearch, StatusColumn, ReadOnly, ClinicModelAdmin):
    list_display = ["display_due_at", "display_patient", "kind", "channel", "display_address", "display_status"]
    list_filter = [
        ("status", ChoicesFilter), ("kind", ChoicesFilter), ("channel", ChoicesFilter), ("due_at", MomentRangeFilter),
        ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient"]
    sortable_by = []
    fieldsets = [
        (None, {"fields": [("patient", "appointment"), ("kind", "status"), ("channel", "address")]}),
        (_("Text"), {"fields": ["language", "subject", "body"]}),
        (_("Delivery"), {"fields": [("queued_at", "due_at", "sent_at"), ("attempts", "provider_reference"), "error"]}),
    ]

    @display(description=_("due at"), ordering="due_at")
    def display_due_at(self, row):
        return moment(row.due_at)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("address"))
    def display_address(self, row):
        return left_to_right(row.address)
