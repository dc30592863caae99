"""Visits of outpatients, as the reception looks them up."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ReadOnly, RecordedModelAdmin
from admin_ext.columns import PaymentStatusColumn, StatusColumn, moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, OwnRowsFilter, PatientSearch
from admin_ext.visits import services_of, with_services
from clinic.models import Visit


@admin.register(Visit)
class VisitAdmin(PatientSearch, StatusColumn, PaymentStatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = [
        "display_patient", "display_payment_status", "display_status", "display_opened_at", "display_services",
        "display_clinic",
    ]  # fmt: skip
    list_filter = [
        ("status", ChoicesFilter), ("payment_status", ChoicesFilter), ("opened_at", MomentRangeFilter),
        ("clinic", OwnRowsFilter), ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "clinic"]
    sortable_by = ["display_opened_at"]
    row_page = "visit"
    kept_out_of_history = ("complaint",)
    fieldsets = [
        (None, {"fields": [("patient", "clinic"), ("status", "payment_status"), "appointment"]}),
        (
            _("Record"),
            {
                "fields": [
                    ("opened_by", "opened_at"),
                    ("cashier_asked_by", "cashier_asked_at"),
                    ("closed_by", "closed_at"),
                ]
            },
        ),
    ]

    def get_queryset(self, request):
        return with_services(super().get_queryset(request))

    @display(description=_("came in"), ordering="opened_at")
    def display_opened_at(self, row):
        return moment(row.opened_at, row.clinic.zone)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("services"))
    def display_services(self, row):
        return services_of(row)

    @display(description=_("clinic"))
    def display_clinic(self, row):
        return name(row.clinic)
