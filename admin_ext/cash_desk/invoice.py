"""The page of one invoice: its lines, what was paid and given back, and what can be done with it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.cash_desk.desk import CashDialog
from admin_ext.cash_desk.forms import VoidForm, WaiveForm
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_INVOICES, VOID_INVOICE, WAIVE_INVOICE
from admin_ext.scope import own_rows, row_or_404
from clinic.billing.selectors import with_balances
from clinic.billing.services import void, waive
from clinic.enums import PaymentKind, PaymentStatus, RefundRequestStatus
from clinic.models import Invoice, Payment, RefundRequest
from clinic.packages.services import sale_to_undo

LOADED = ("organisation", "patient", "clinic", "visit", "issued_by", "waived_by", "voided_by")


def invoice_or_404(organisation, pk) -> Invoice:
    """An invoice of the organisation with its balance, or 404."""
    return row_or_404(with_balances(own_rows(Invoice, organisation).select_related(*LOADED)), pk)


@dataclass(frozen=True)
class PaymentLine:
    """A payment or refund, with how much of it can still be given back and the refund that is asked for."""

    row: Payment
    refundable: Decimal
    asked: RefundRequest | None


class InvoicePage(StaffPage):
    permission_required = SEE_INVOICES
    template_name = "admin_ext/cash_desk/invoice.html"
    fragment_name = "admin_ext/cash_desk/invoice_body.html"
    context_model = Invoice

    @cached_property
    def invoice(self) -> Invoice:
        return invoice_or_404(self.organisation, self.kwargs["pk"])

    @property
    def title(self) -> str:
        return _("Invoice %(number)s") % {"number": self.invoice.number}

    def get_context_data(self, **kwargs):
        invoice = self.invoice
        is_open = invoice.status not in (PaymentStatus.VOID, PaymentStatus.WAIVED)
        shown = {"lines": invoice.lines.all(), "payments": payment_lines(invoice)}
        ways = {
            "sale": sale_to_undo(invoice, at=now()),
            "can_be_waived": is_open and invoice.left > 0,
            "can_be_void": is_open and not invoice.paid,
        }
        return super().get_context_data(invoice=invoice, patient=invoice.patient, **shown, **ways, **kwargs)


def payment_lines(invoice: Invoice) -> list[PaymentLine]:
    """What was paid and given back, oldest first; two queries."""
    rows = list(invoice.payments.select_related("taken_by", "approved_by", "refund_of").order_by("pk"))
    requests = RefundRequest.objects.filter(payment__invoice=invoice, status=RefundRequestStatus.ASKED)
    asked = {request.payment_id: request for request in requests.select_related("asked_by")}
    left = {row.pk: row.amount for row in rows if row.kind == PaymentKind.PAYMENT}
    for row in rows:
        if row.refund_of_id:
            left[row.refund_of_id] += row.amount
    return [PaymentLine(row, left.get(row.pk, Decimal(0)), asked.get(row.pk)) for row in rows]


class ReasonPage(CashDialog):
    """A step of an invoice that needs a reason. A subclass says the words, the service and the sentence afterwards."""

    fragment_name = "admin_ext/cash_desk/reason.html"
    explained = ""
    said = ""

    @cached_property
    def invoice(self) -> Invoice:
        return invoice_or_404(self.organisation, self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(invoice=self.invoice, patient=self.invoice.patient, **kwargs)

    def succeed(self, invoice: Invoice):
        text = self.said % {"number": invoice.number, "patient": invoice.patient}
        return self.done(text, otherwise=reverse("admin:invoice", args=[invoice.pk]))


class WaivePage(ReasonPage):
    title = gettext_lazy("Waive what is left")
    permission_required = WAIVE_INVOICE
    form_class = WaiveForm
    submit_label = gettext_lazy("Waive")
    explained = gettext_lazy("Nothing more is asked for, and the doctor may begin. What was paid stays paid.")
    said = gettext_lazy("Invoice %(number)s of %(patient)s is waived.")

    def perform(self, form):
        return waive(self.invoice, by=self.request.user, reason=form.cleaned_data["reason"])


class VoidPage(ReasonPage):
    title = gettext_lazy("Void the invoice")
    permission_required = VOID_INVOICE
    form_class = VoidForm
    submit_label = gettext_lazy("Void")
    explained = gettext_lazy("The invoice asks for nothing and keeps its number. This cannot be undone.")
    said = gettext_lazy("Invoice %(number)s of %(patient)s is void.")

    def perform(self, form):
        return void(self.invoice, by=self.request.user, reason=form.cleaned_data["reason"])
