"""Taking money: for an invoice, or for fees and sessions that get their invoice as they are paid."""

from functools import cached_property
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.cash_desk.desk import CashDialog, queue_address
from admin_ext.cash_desk.forms import PaymentForm
from admin_ext.columns import money_text
from admin_ext.roles import TAKE_PAYMENT
from admin_ext.scope import own_rows, row_or_404
from clinic.billing.lines import Line, line_for
from clinic.billing.money import ZERO, to_cents
from clinic.billing.selectors import balance_of, open_charges, with_balances
from clinic.billing.services import issue_invoice, record_payment
from clinic.models import Appointment, Invoice, Patient, Payment
from clinic.scheduling.unbilled import bill_session, unbilled_sessions


class PayPage(CashDialog):
    """What is to be paid, how much of it now and how, with what is left and the last method preset."""

    title = gettext_lazy("Take payment")
    permission_required = TAKE_PAYMENT
    fragment_name = "admin_ext/cash_desk/pay.html"
    form_class = PaymentForm

    def get_initial(self):
        return {**super().get_initial(), "amount": to_cents(self.left)}

    def get_context_data(self, **kwargs):
        shown = {"patient": self.patient, "left": self.left, "lines": self.lines, "currency": self.currency}
        return super().get_context_data(**shown, **kwargs)

    def take(self, invoice: Invoice, form) -> Payment:
        asked = form.cleaned_data
        return record_payment(
            invoice, method=asked["method"], amount=asked["amount"], reference=asked["reference"],
            request_key=asked["request_key"], clinic=self.clinic, by=self.request.user,
        )  # fmt: skip

    def succeed(self, payment: Payment):
        paper = payment if "print" in self.request.POST else None
        return self.done(paid_words(payment), otherwise=queue_address(), paper=paper)


class TakePaymentPage(PayPage):
    @cached_property
    def invoice(self) -> Invoice:
        rows = own_rows(Invoice, self.organisation).select_related("patient", "clinic", "visit")
        return row_or_404(with_balances(rows), self.kwargs["pk"])

    @property
    def patient(self) -> Patient:
        return self.invoice.patient

    @property
    def left(self):
        return self.invoice.left

    @property
    def currency(self) -> str:
        return self.invoice.currency

    @cached_property
    def lines(self):
        return list(self.invoice.lines.all())

    def get_context_data(self, **kwargs):
        return super().get_context_data(invoice=self.invoice, paid=self.invoice.paid, **kwargs)

    def perform(self, form) -> Payment:
        return self.take(self.invoice, form)


class PayNewPage(PayPage):
    """Something that is on no invoice yet: it gets one as it is paid, and not before."""

    @property
    def left(self):
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def currency(self) -> str:
        return self.organisation.currency

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.lines:  # none when the same form is sent again
            form.ask_at_most(self.left)
        return form

    def invoice_for(self, request_key: UUID) -> Invoice:
        """The invoice over the lines; the one that the same form made before."""
        raise NotImplementedError

    def perform(self, form) -> Payment:
        return self.take(self.invoice_for(form.cleaned_data["request_key"]), form)


class PayFeesPage(PayNewPage):
    """The open fees of a patient, all of them."""

    @cached_property
    def patient(self) -> Patient:
        return self.own(Patient, self.kwargs["pk"])

    @cached_property
    def lines(self) -> list[Line]:
        return [line_for(charge) for charge in open_charges(self.patient).filter(invoice=None)]

    def invoice_for(self, request_key):
        """What the same form has asked for before stands on its invoice by now, and is asked for again as it was."""
        asked = self.patient.charges.filter(invoice__request_key=request_key).select_related("appointment__clinic")
        lines = [line_for(charge) for charge in asked] or self.lines
        key = {"request_key": request_key, "by": self.request.user}
        return issue_invoice(self.patient, lines, clinic=self.clinic, **key)


class PaySessionPage(PayNewPage):
    """A session of today that no package pays for."""

    @cached_property
    def appointment(self) -> Appointment:
        rows = own_rows(Appointment, self.organisation).select_related("patient", "service", "clinic")
        return row_or_404(rows, self.kwargs["pk"])

    @property
    def patient(self) -> Patient:
        return self.appointment.patient

    @cached_property
    def lines(self) -> list[Line]:
        unbilled = unbilled_sessions(self.appointment.clinic, at=now()).filter(pk=self.appointment.pk)
        return [line_for(self.appointment.service)] if unbilled.exists() else []

    def invoice_for(self, request_key):
        return bill_session(self.appointment, request_key=request_key, by=self.request.user)


def paid_words(payment: Payment) -> str:
    """What was taken, on which receipt, and what is left of the invoice."""
    invoice = payment.invoice
    left = balance_of(invoice).left
    values = {
        "patient": invoice.patient,
        "amount": money_text(payment.amount, invoice.currency),
        "number": payment.receipt_number,
        "left": money_text(left, invoice.currency),
    }
    if left:
        return _("%(patient)s paid %(amount)s, receipt %(number)s. Left: %(left)s.") % values
    return _("%(patient)s paid %(amount)s, receipt %(number)s. Nothing is left.") % values
