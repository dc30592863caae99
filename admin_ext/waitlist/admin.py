"""The records of the waiting list: every entry with its history, and every time that was offered."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly, RecordedModelAdmin
from admin_ext.columns import StatusColumn, moment, name, with_note
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnRowsFilter, PatientSearch
from clinic.models import HeldSlot, Offer, WaitlistEntry


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = ["display_patient", "display_service", "display_joined_at", "urgency", "display_status"]
    list_filter = [("status", ChoicesFilter), ("service", OwnRowsFilter), ("joined_at", MomentRangeFilter)]
    patient_path = "patient__"
    list_select_related = ["patient", "service"]
    sortable_by = ["display_joined_at"]
    fieldsets = [
        (None, {"fields": [("patient", "service"), ("provider", "clinic"), "package_purchase", "note"]}),
        (_("Times"), {"fields": [("first_on", "last_on"), "weekdays", ("earliest", "latest"), "urgency"]}),
        (_("What came of it"), {"fields": [("status", "closed_at"), "appointment", ("joined_at", "joined_by")]}),
    ]
    readonly_fields = ["note"]

    @display(description=_("patient"))
    def display_patient(self, row):
        return with_note(row.patient, row.patient.file_number)

    @display(description=_("service"))
    def display_service(self, row):
        return name(row.service)

    @display(description=_("waiting since"), ordering="joined_at")
    def display_joined_at(self, row):
        return moment(row.joined_at)


@admin.register(HeldSlot)
class HeldSlotAdmin(StatusColumn, ReadOnly, ClinicModelAdmin):
    list_display = ["display_starts_at", "display_service", "display_provider", "display_opens_at", "display_status"]
    list_filter = [("status", ChoicesFilter), ("provider", OwnRowsFilter), ("opens_at", MomentRangeFilter)]
    row_page = "offered_time"
    list_select_related = ["service", "provider", "clinic"]
    sortable_by = ["display_opens_at"]
    fieldsets = [(None, {"fields": ["service", "provider", "clinic", ("starts_at", "held_until"), "status"]})]

    @display(description=_("starts"))
    def display_starts_at(self, row):
        return moment(row.starts_at, row.clinic.zone)

    @display(description=_("service"))
    def display_service(self, row):
        return name(row.service)

    @display(description=_("provider"))
    def display_provider(self, row):
        return with_note(row.provider, row.clinic)

    @display(description=_("offered from"), ordering="opens_at")
    def display_opens_at(self, row):
        return moment(row.opens_at)


@admin.register(Offer)
class OfferAdmin(PatientSearch, ReadOnly, ClinicModelAdmin):
    list_display = ["display_patient", "display_offered_at", "answer", "display_answered_at"]
    list_filter = [("answer", ChoicesFilter), ("offered_at", MomentRangeFilter)]
    patient_path = "entry__patient__"
    list_select_related = ["entry__patient"]
    sortable_by = ["display_offered_at"]
    fieldsets = [(None, {"fields": ["slot", "entry", "answer", ("offered_at", "answered_at")]})]

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.entry.patient)

    @display(description=_("offered at"), ordering="offered_at")
    def display_offered_at(self, row):
        return moment(row.offered_at)

    @display(description=_("answered at"))
    def display_answered_at(self, row):
        return moment(row.answered_at)
