"""Consultations as a list: who, where and how far. What was said in the room is read in the room alone."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicInline, ReadOnly, RecordedModelAdmin
from admin_ext.columns import StatusColumn, moment, name, with_note
from admin_ext.consultation_room.actions import ConsultationActions
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, OwnRowsFilter, PatientSearch
from clinic.models import Addendum, Consultation


class AddendumInline(ReadOnly, ClinicInline):
    """That something was added, by whom and when; the words stand in the room."""

    model = Addendum
    fields = ["written_by", "written_at"]


@admin.register(Consultation)
class ConsultationAdmin(ConsultationActions, PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = ["display_requested_at", "display_patient", "display_service", "display_doctor", "display_status"]
    list_filter = [
        ("status", ChoicesFilter), ("requested_at", MomentRangeFilter), ("doctor", OwnRowsFilter),
        ("clinic", OwnRowsFilter), ("service", OwnRowsFilter), ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "service", "doctor", "clinic"]
    sortable_by = ["display_requested_at"]
    row_page = "consultation"
    kept_out_of_history = Consultation.WORDS
    inlines = [AddendumInline]
    actions_row = actions_detail = ["begin", "close"]
    fieldsets = [
        (None, {"fields": [("patient", "status"), ("service", "bill_timing"), ("doctor", "clinic"), "visit"]}),
        (
            _("Record"),
            {
                "fields": [
                    ("requested_by", "requested_at"), ("activated_by", "activated_at"), ("closed_by", "closed_at"),
                ],
            },
        ),
    ]  # fmt: skip

    @display(description=_("asked for"), ordering="requested_at")
    def display_requested_at(self, row):
        return moment(row.requested_at, row.clinic.zone)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("service"))
    def display_service(self, row):
        return name(row.service)

    @display(description=_("doctor"))
    def display_doctor(self, row):
        return with_note(row.doctor, row.clinic)
