"""Giving money back: at once, or asked for by one person and decided by another."""

from functools import cached_property

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.cash_desk.desk import CashDialog
from admin_ext.cash_desk.forms import AnswerForm, RefundForm
from admin_ext.columns import money_text
from admin_ext.pages import StaffPage
from admin_ext.roles import APPROVE_REFUND, ASK_REFUND, REFUND, SEE_REFUND_REQUESTS
from admin_ext.scope import own_rows, row_or_404
from clinic.billing.refusals import second_person_refusals
from clinic.billing.selectors import balance_of, refundable
from clinic.billing.services import approve_refund, ask_refund, refund, refuse_refund
from clinic.enums import RefundRequestStatus
from clinic.errors import Refusal
from clinic.models import Payment, RefundRequest

ANSWERED = 20  # shown below those that wait
LOADED = (
    "payment__invoice__patient", "payment__invoice__clinic", "payment__taken_by", "asked_by", "answered_by", "refund",
)  # fmt: skip


class RefundPage(CashDialog):
    """Gives back what was paid, by the same way if nothing else is said; asks a second person where one is needed."""

    title = gettext_lazy("Give money back")
    permission_required = REFUND
    fragment_name = "admin_ext/cash_desk/refund.html"
    form_class = RefundForm

    @cached_property
    def payment(self) -> Payment:
        rows = own_rows(Payment, self.organisation).select_related("invoice__patient", "invoice__clinic", "taken_by")
        return row_or_404(rows, self.kwargs["pk"])

    @cached_property
    def most(self):
        return refundable(self.payment)

    @cached_property
    def second_person_reasons(self) -> list[Refusal]:
        """Why one person is not enough; empty where one is."""
        return second_person_refusals(self.payment.invoice)

    @property
    def may_ask(self) -> bool:
        return self.request.user.has_perm(ASK_REFUND)

    def get_initial(self):
        return {**super().get_initial(), "amount": self.most, "method": self.payment.method}

    def get_context_data(self, **kwargs):
        invoice = self.payment.invoice
        shown = {"payment": self.payment, "invoice": invoice, "patient": invoice.patient, "most": self.most}
        return super().get_context_data(**shown, **kwargs)

    def perform(self, form) -> Payment | RefundRequest:
        asked = {name: form.cleaned_data[name] for name in ("amount", "method", "reason")} | {"clinic": self.clinic}
        if self.second_person_reasons and self.may_ask:
            return ask_refund(self.payment, by=self.request.user, **asked)
        key = form.cleaned_data["request_key"]
        return refund(self.payment, by=self.request.user, request_key=key, **asked)

    def succeed(self, result: Payment | RefundRequest):
        page = reverse("admin:invoice", args=[self.payment.invoice_id])
        if isinstance(result, RefundRequest):
            return self.done(_("The refund is asked for. A manager decides."), otherwise=page)
        return self.done(refunded_words(result), otherwise=page, paper=result, **way_to_invoice(result))


def refunded_words(refunded: Payment) -> str:
    """What was given back, and that the invoice asks for it again: giving back takes nothing off what is owed."""
    invoice = refunded.invoice
    left = balance_of(invoice).left
    values = {
        "amount": money_text(abs(refunded.amount), invoice.currency),
        "patient": invoice.patient,
        "number": refunded.receipt_number,
        "invoice": invoice.number,
        "left": money_text(left, invoice.currency),
    }
    given_back = _("%(amount)s given back to %(patient)s, receipt %(number)s.") % values
    if not left:
        return given_back
    asks = _("Invoice %(invoice)s asks for %(left)s again: waive or void it if it is not owed.") % values
    return f"{given_back} {asks}"


def way_to_invoice(refunded: Payment) -> dict[str, str]:
    """Where the toast leads to: there the invoice is waived or made void."""
    return {"more": reverse("admin:invoice", args=[refunded.invoice_id]), "more_words": _("Open the invoice")}


class RefundRequestsPage(StaffPage):
    """Those that wait for an answer, oldest first, and the last that were answered. A fixed number of queries."""

    title = gettext_lazy("Refunds asked for")
    permission_required = SEE_REFUND_REQUESTS
    template_name = "admin_ext/cash_desk/refund_requests.html"
    fragment_name = "admin_ext/cash_desk/refund_list.html"
    context_model = RefundRequest

    def get_context_data(self, **kwargs):
        rows = own_rows(RefundRequest, self.organisation).select_related(*LOADED)
        waiting = rows.filter(status=RefundRequestStatus.ASKED).order_by("asked_at", "pk")
        answered = rows.exclude(status=RefundRequestStatus.ASKED).order_by("-answered_at", "-pk")[:ANSWERED]
        return super().get_context_data(waiting=waiting, answered=answered, **kwargs)


class AnswerRefundPage(CashDialog):
    """A second person looks at what is asked for and decides."""

    title = gettext_lazy("Refund asked for")
    permission_required = APPROVE_REFUND
    fragment_name = "admin_ext/cash_desk/answer_refund.html"
    form_class = AnswerForm
    context_model = RefundRequest
    verbs = ("approve", "refuse")

    @cached_property
    def asked(self) -> RefundRequest:
        return row_or_404(own_rows(RefundRequest, self.organisation).select_related(*LOADED), self.kwargs["pk"])

    @property
    def is_own(self) -> bool:
        """Who asks does not answer."""
        return self.asked.asked_by_id == self.request.user.pk

    def post(self, request, *args, **kwargs):
        if request.POST.get("verb") not in self.verbs:
            raise Http404
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        invoice = self.asked.payment.invoice
        shown = {"asked": self.asked, "invoice": invoice, "patient": invoice.patient}
        return super().get_context_data(**shown, **kwargs)

    def perform(self, form):
        if self.request.POST["verb"] == "approve":
            return approve_refund(self.asked, by=self.request.user)
        return refuse_refund(self.asked, by=self.request.user, answer=form.cleaned_data["answer"])

    def succeed(self, result: RefundRequest):
        """Nothing is printed here: who has asked has the drawer, and prints the receipt."""
        page = reverse("admin:refund_requests")
        if result.refund is None:
            return self.done(_("The refund is refused."), otherwise=page)
        return self.done(refunded_words(result.refund), otherwise=page, **way_to_invoice(result.refund))
