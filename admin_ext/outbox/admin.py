"""The outbox: messages to patients, as they wait, leave and arrive."""

from django.contrib import admin
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicModelAdmin, ReadOnly
from admin_ext.columns import moment, name
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, PatientSearch, midnight
from admin_ext.lengths import length_text
from admin_ext.outbox.actions import MessageActions
from admin_ext.outbox.columns import address, status_with_trouble
from admin_ext.outbox.filters import DeadLetterFilter
from clinic.messaging.selectors import outbox_counts
from clinic.models import Message


@admin.register(Message)
class MessageAdmin(MessageActions, PatientSearch, ReadOnly, ClinicModelAdmin):
    list_display = ["display_time", "display_patient", "display_status", "kind", "display_address"]
    list_filter = [
        ("status", ChoicesFilter), ("kind", ChoicesFilter), ("channel", ChoicesFilter), ("due_at", MomentRangeFilter),
        ("queued_at", MomentRangeFilter), ("patient", OwnAutocompleteFilter), DeadLetterFilter,
    ]  # fmt: skip
    list_select_related = ["patient"]
    list_before_template = "admin_ext/outbox/standing.html"
    actions_list = ["resend_failed"]
    actions_row = actions_detail = ["resend", "call_off"]
    row_page = "message"
    sortable_by = []
    fieldsets = [
        (None, {"fields": [("patient", "appointment"), ("kind", "display_status"), ("channel", "address")]}),
        (_("Text"), {"fields": ["language", "subject", "body"]}),
        (_("Delivery"), {"fields": [("queued_at", "due_at", "sent_at"), ("attempts", "provider_reference"), "error"]}),
    ]
    readonly_fields = ["display_status"]

    class Media:
        css = {"all": ["admin_ext/outbox.css"]}

    def changelist_view(self, request, extra_context=None):
        """Above the list what matters of all of it."""
        at, organisation = now(), request.user.organisation
        above = {}
        if organisation:
            stands = outbox_counts(organisation, at=at, today=midnight(localdate(at)))
            above = {"standing": stands, "waits_for": stands.oldest_due_at and length_text(at - stands.oldest_due_at)}
        return super().changelist_view(request, {**(extra_context or {}), **above})

    @display(description=_("due at"), ordering="due_at")
    def display_time(self, row):
        return moment(row.due_at)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.patient)

    @display(description=_("address"))
    def display_address(self, row):
        return address(row)

    @display(description=_("status"), ordering="status")
    def display_status(self, row):
        return status_with_trouble(row)
