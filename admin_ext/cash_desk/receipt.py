"""The receipt of a payment or refund: every word in English and in Arabic, for a sheet or a roll of paper."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_PAYMENTS
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import PaymentKind
from clinic.models import InvoiceLine, Payment

LANGUAGES = ("en", "ar")
LOADED = ("invoice__patient", "invoice__organisation", "clinic", "taken_by", "refund_of")


@dataclass(frozen=True)
class Both:
    """The same said in the two languages of the paper."""

    en: str
    ar: str

    @classmethod
    def of(cls, text: str) -> "Both":
        """A text of our own, from the catalogues of translations."""
        return cls(*(in_language(language, text) for language in LANGUAGES))

    @classmethod
    def named(cls, row) -> "Both":
        return cls(row.name_en, row.name_ar or row.name_en)

    @classmethod
    def same(cls, text: object) -> "Both":
        return cls(str(text), str(text))

    @property
    def is_same(self) -> bool:
        return self.en == self.ar


def in_language(language: str, text: str) -> str:
    with translation.override(language):
        return gettext(text)


@dataclass(frozen=True)
class Fact:
    label: Both
    value: Both


@dataclass(frozen=True)
class Amount:
    label: Both
    amount: Decimal
    is_main: bool = False


@dataclass(frozen=True)
class Receipt:
    """A payment on paper, as it stood when it was taken: printed again, it says the same."""

    payment: Payment
    lines: list[InvoiceLine]
    paid_before: Decimal

    @property
    def invoice(self):
        return self.payment.invoice

    @property
    def is_refund(self) -> bool:
        return self.payment.kind == PaymentKind.REFUND

    @property
    def title(self) -> Both:
        return Both.of(gettext_noop("Refund receipt") if self.is_refund else gettext_noop("Receipt"))

    @property
    def houses(self) -> list[Both]:
        return [Both.named(self.invoice.organisation), Both.named(self.payment.clinic)]

    @property
    def facts(self) -> list[Fact]:
        payment, invoice = self.payment, self.invoice
        taken_at = localtime(payment.taken_at, payment.clinic.zone)
        facts = [
            Fact(Both.of(gettext_noop("Receipt number")), Both.same(payment.receipt_number)),
            Fact(Both.of(gettext_noop("Invoice number")), Both.same(invoice.number)),
            Fact(Both.of(gettext_noop("Date")), Both.same(f"{taken_at:%Y-%m-%d %H:%M}")),
            Fact(Both.of(gettext_noop("Patient")), Both.named(invoice.patient)),
            Fact(Both.of(gettext_noop("File number")), Both.same(invoice.patient.file_number)),
            Fact(Both.of(gettext_noop("Cashier")), Both.same(payment.taken_by or "–")),
            Fact(Both.of(gettext_noop("Method")), self.method),
        ]
        if payment.reference:
            facts.append(Fact(Both.of(gettext_noop("Reference")), Both.same(payment.reference)))
        if payment.refund_of:
            refunded = Both.same(payment.refund_of.receipt_number)
            facts.append(Fact(Both.of(gettext_noop("Refund of receipt")), refunded))
        if payment.reason:
            facts.append(Fact(Both.of(gettext_noop("Reason")), Both.same(payment.reason)))
        return facts

    @property
    def method(self) -> Both:
        words = []
        for language in LANGUAGES:
            with translation.override(language):
                words.append(str(self.payment.get_method_display()))
        return Both(*words)

    @property
    def items(self) -> list[tuple[Both, InvoiceLine]]:
        return [(Both(line.description_en, line.description_ar or line.description_en), line) for line in self.lines]

    @cached_property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def left(self) -> Decimal:
        return self.total - self.paid_before - self.payment.amount

    @property
    def sums(self) -> list[Amount]:
        done = gettext_noop("Given back now") if self.is_refund else gettext_noop("Paid now")
        sums = [Amount(Both.of(gettext_noop("Total")), self.total)]
        if self.paid_before:
            sums.append(Amount(Both.of(gettext_noop("Paid before")), self.paid_before))
        sums.append(Amount(Both.of(done), abs(self.payment.amount), is_main=True))
        return [*sums, Amount(Both.of(gettext_noop("Left to pay")), self.left)]


def receipt_of(payment: Payment) -> Receipt:
    """Two queries."""
    earlier = Payment.objects.filter(invoice=payment.invoice, receipt_number__lt=payment.receipt_number)
    before = earlier.aggregate(paid=Sum("amount"))["paid"] or Decimal(0)
    return Receipt(payment, list(payment.invoice.lines.all()), before)


class ReceiptPage(StaffPage):
    """The paper on a page of its own; asked by htmx it alone, for the page that prints it unseen."""

    title = _("Receipt")
    permission_required = SEE_PAYMENTS
    template_name = "admin_ext/cash_desk/receipt_page.html"
    fragment_name = "admin_ext/cash_desk/receipt.html"
    http_method_names = ["get", "head"]

    def get(self, request, pk):
        payment = row_or_404(own_rows(Payment, self.organisation).select_related(*LOADED), pk)
        context = {"receipt": receipt_of(payment), "prints": "print" in request.GET}
        return self.render_to_response(self.get_context_data(**context))
