"""Money: fees that wait to be collected, invoices, payments, refunds that were asked for, and closed days."""

from decimal import Decimal

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from admin_ext.base import ClinicInline, ClinicModelAdmin, ReadOnly, RecordedModelAdmin
from admin_ext.columns import StatusColumn, dash, label, left_to_right, moment, money, name, with_note
from admin_ext.filters import ChoicesFilter, MomentRangeFilter, OwnAutocompleteFilter, OwnRowsFilter, PatientSearch
from clinic.billing.selectors import with_balances
from clinic.enums import PaymentMethod
from clinic.models import Charge, DayClosing, Invoice, InvoiceLine, Payment, RefundRequest


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


class InvoiceLineInline(ReadOnly, ClinicInline):
    model = InvoiceLine
    fields = ["description_en", "quantity", "unit_price", "amount"]


@admin.register(Invoice)
class InvoiceAdmin(PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = [
        "display_number", "display_issued_at", "display_patient", "display_total", "display_left", "display_status",
    ]  # fmt: skip
    list_filter = [
        ("status", ChoicesFilter), ("issued_at", MomentRangeFilter), ("clinic", OwnRowsFilter),
        ("patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    list_select_related = ["patient", "clinic"]
    sortable_by = ["display_number", "display_issued_at"]
    row_page = "invoice"
    inlines = [InvoiceLineInline]
    fieldsets = [
        (None, {"fields": [("number", "status"), ("patient", "clinic"), ("display_total", "display_left"), "visit"]}),
        (
            _("Record"),
            {"fields": [("issued_by", "issued_at"), ("waived_by", "waived_at"), ("voided_by", "voided_at"), "reason"]},
        ),
    ]
    readonly_fields = ["display_total", "display_left"]

    def get_queryset(self, request):
        return with_balances(super().get_queryset(request))

    @display(description=_("invoice"), ordering="number")
    def display_number(self, row):
        return left_to_right(row.number)

    @display(description=_("issued at"), ordering="issued_at")
    def display_issued_at(self, row):
        return moment(row.issued_at, row.clinic.zone)

    @display(description=_("patient"))
    def display_patient(self, row):
        return with_note(row.patient, row.clinic)

    @display(description=_("total"))
    def display_total(self, row):
        return money(row.total, row.currency)

    @display(description=_("left to pay"))
    def display_left(self, row):
        return money(row.left, row.currency)


@admin.register(Payment)
class PaymentAdmin(PatientSearch, ReadOnly, ClinicModelAdmin):
    """A row of the list opens its invoice, where the rest of its story stands."""

    list_display = [
        "display_receipt", "display_taken_at", "display_patient", "kind", "method", "display_amount",
        "display_taken_by",
    ]  # fmt: skip
    list_filter = [
        ("kind", ChoicesFilter), ("method", ChoicesFilter), ("taken_at", MomentRangeFilter), ("clinic", OwnRowsFilter),
        ("taken_by", OwnRowsFilter), ("invoice__patient", OwnAutocompleteFilter),
    ]  # fmt: skip
    patient_path = "invoice__patient__"
    list_select_related = ["invoice__patient", "clinic", "taken_by"]
    sortable_by = ["display_receipt", "display_taken_at"]
    row_page, row_key = "invoice", "invoice_id"
    fieldsets = [
        (
            None,
            {"fields": [("receipt_number", "kind"), ("invoice", "clinic"), ("method", "display_amount"), "reference"]},
        ),
        (_("Refund"), {"fields": [("refund_of", "approved_by"), "reason"]}),
        (_("Record"), {"fields": [("taken_by", "taken_at"), "closing"]}),
    ]
    readonly_fields = ["display_amount"]

    @display(description=_("receipt"), ordering="receipt_number")
    def display_receipt(self, row):
        return left_to_right(row.receipt_number)

    @display(description=_("taken at"), ordering="taken_at")
    def display_taken_at(self, row):
        return moment(row.taken_at, row.clinic.zone)

    @display(description=_("patient"))
    def display_patient(self, row):
        return name(row.invoice.patient)

    @display(description=_("amount"))
    def display_amount(self, row):
        return money(row.amount, row.invoice.currency)

    @display(description=_("cashier"))
    def display_taken_by(self, row):
        return with_note(row.taken_by, row.clinic)


@admin.register(RefundRequest)
class RefundRequestAdmin(PatientSearch, StatusColumn, ReadOnly, RecordedModelAdmin):
    list_display = ["display_asked_at", "display_patient", "display_amount", "display_asked_by", "display_status"]
    list_filter = [("status", ChoicesFilter), ("asked_at", MomentRangeFilter)]
    patient_path = "payment__invoice__patient__"
    list_select_related = ["payment__invoice__patient", "asked_by"]
    sortable_by = ["display_asked_at"]
    fieldsets = [
        (None, {"fields": [("payment", "status"), ("display_amount", "method"), "reason"]}),
        (_("Record"), {"fields": [("asked_by", "asked_at"), ("answered_by", "answered_at"), "answer", "refund"]}),
    ]
    readonly_fields = ["display_amount"]

    @display(description=_("asked at"), ordering="asked_at")
    def display_asked_at(self, row):
        return moment(row.asked_at)

    @display(description=_("patient"))
    def display_patient(self, row):
        return with_note(row.payment.invoice.patient, row.reason)

    @display(description=_("amount"))
    def display_amount(self, row):
        return money(row.amount, row.payment.invoice.currency)

    @display(description=_("asked by"))
    def display_asked_by(self, row):
        return name(row.asked_by)


@admin.register(DayClosing)
class DayClosingAdmin(ReadOnly, ClinicModelAdmin):
    list_display = [
        "display_closed_at", "display_cashier", "display_expected", "display_counted", "display_difference",
    ]  # fmt: skip
    list_filter = [("closed_at", MomentRangeFilter), ("clinic", OwnRowsFilter), ("cashier", OwnRowsFilter)]
    list_select_related = ["cashier", "clinic", "organisation"]
    sortable_by = ["display_closed_at"]
    fieldsets = [
        (None, {"fields": [("cashier", "clinic"), ("closed_on", "closed_at")]}),
        (_("Taken"), {"fields": ["display_sums"]}),
        (_("Drawer"), {"fields": [("display_expected", "display_counted", "display_difference"), "note"]}),
    ]
    readonly_fields = ["display_sums", "display_expected", "display_counted", "display_difference"]

    @display(description=_("closed at"), ordering="closed_at")
    def display_closed_at(self, row):
        return moment(row.closed_at, row.clinic.zone)

    @display(description=_("cashier"))
    def display_cashier(self, row):
        return with_note(row.cashier, row.clinic)

    @display(description=_("sums"))
    def display_sums(self, row):
        sums = [
            (PaymentMethod(method).label, money(Decimal(amount), row.organisation.currency))
            for method, amount in row.sums.items()
        ]
        return format_html_join(" · ", "{} {}", sums) if sums else dash()

    @display(description=_("cash expected"))
    def display_expected(self, row):
        return money(row.cash_expected, row.organisation.currency)

    @display(description=_("cash counted"))
    def display_counted(self, row):
        return money(row.cash_counted, row.organisation.currency)

    @display(description=_("difference"))
    def display_difference(self, row):
        difference = row.cash_counted - row.cash_expected
        shown = money(difference, row.organisation.currency)
        return label("red" if difference else "green", shown)
