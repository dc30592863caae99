"""Selling a package over the counter, with its first session for today's visit, and taking the sale back."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.answers import told
from admin_ext.cash_desk.desk import CashDialog, queue_address
from admin_ext.cash_desk.forms import SaleForm
from admin_ext.columns import money_text
from admin_ext.pages import StaffPage
from admin_ext.reading import read_words
from admin_ext.roles import REFUND, TAKE_PAYMENT
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import OperationKind
from clinic.errors import ClinicError
from clinic.models import Appointment, Operation, Package, Patient
from clinic.models.fields import fold
from clinic.packages.selectors import available_packages
from clinic.packages.services import Sale, coverable, sell
from clinic.people.selectors import search_patients
from clinic.scheduling.undoing import undo

FRAGMENTS = {"sale-packages": "packages", "sale-choice": "choice", "sale-found": "found"}


@dataclass(frozen=True)
class Offered:
    """A package that can be sold, and whether it is the chosen one."""

    row: Package
    is_chosen: bool

    @property
    def items(self):
        return self.row.items.all()


class SellPackagePage(CashDialog):
    """`patient` says to whom; `q` narrows the packages by their names and services; `package` is the chosen one."""

    title = gettext_lazy("Sell a package")
    permission_required = TAKE_PAYMENT
    form_class = SaleForm
    context_model = Patient

    @property
    def fragment_name(self):
        part = FRAGMENTS.get(self.request.headers.get("HX-Target"), "sale")
        return f"admin_ext/cash_desk/sale/{part}.html"

    @cached_property
    def patient(self) -> Patient | None:
        key = self.request.POST.get("patient") or self.request.GET.get("patient")
        return self.own(Patient, key) if key else None

    @property
    def term(self) -> str:
        return read_words(self.request.GET.get("q", ""), 80)

    @cached_property
    def package(self) -> Package | None:
        key = self.request.POST.get("package") or self.request.GET.get("package")
        rows = own_rows(Package, self.organisation).filter(active=True)
        return row_or_404(rows, key) if key else None

    @cached_property
    def appointments(self) -> list[Appointment]:
        """What of today the first session could be used for."""
        return coverable(self.patient, self.package, at=now()) if self.patient and self.package else []

    @property
    def offered(self) -> list[Offered]:
        words = fold(self.term).split()
        rows = available_packages(self.patient).order_by("name_en", "pk")
        return [Offered(row, row == self.package) for row in rows if all(word in named(row) for word in words)]

    def post(self, request, *args, **kwargs):
        if self.patient is None:
            raise Http404
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "patient": self.patient}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.package is not None:
            form.ask_at_most(self.package.price)
        return form

    def get_initial(self):
        usual = self.appointments[0].pk if self.appointments else ""
        chosen = {"package": self.package, "amount": self.package and self.package.price, "session_for": usual}
        return {**super().get_initial(), **chosen}

    def get_context_data(self, **kwargs):
        shown = {"patient": self.patient, "package": self.package, "appointments": self.appointments, "term": self.term}
        if self.patient is None:
            shown["found"] = search_patients(self.organisation, self.term)
        else:
            shown["offered"] = self.offered
        return super().get_context_data(currency=self.organisation.currency, **shown, **kwargs)

    def perform(self, form) -> Sale:
        asked = form.cleaned_data
        names = ("method", "amount", "reference", "request_key", "session_for")
        chosen = {name: asked[name] for name in names}
        return sell(asked["package"], self.patient, clinic=self.clinic, by=self.request.user, **chosen)

    def succeed(self, sale: Sale):
        may_undo = self.request.user.has_perm(REFUND)
        back = reverse("admin:undo_sale", args=[sale.operation.public_id]) if may_undo else ""
        paper = sale.payment if "print" in self.request.POST else None
        return self.done(sold_words(sale), otherwise=queue_address(), undo=back, paper=paper)


def named(package: Package) -> str:
    """By what a package is searched for: its names and those of its services, as people write them."""
    services = [item.service for item in package.items.all()]
    return fold(" ".join([package.code, *(f"{row.name_en} {row.name_ar}" for row in [package, *services])]))


def sold_words(sale: Sale) -> str:
    values = {"package": sale.purchase.package, "patient": sale.purchase.patient}
    if sale.payment is None:
        return _("“%(package)s” is sold to %(patient)s, nothing paid yet.") % values
    values["amount"] = money_text(sale.payment.amount, sale.invoice.currency)
    values["number"] = sale.payment.receipt_number
    return _("“%(package)s” is sold to %(patient)s for %(amount)s, receipt %(number)s.") % values


class UndoSalePage(StaffPage):
    """Take a sale back within its day: money, invoice, today's session and package are as they were before."""

    title = gettext_lazy("Undo the sale")
    permission_required = REFUND
    http_method_names = ["post"]

    def post(self, request, public_id):
        sales = own_rows(Operation, self.organisation).filter(kind=OperationKind.SALE)
        operation = sales.filter(public_id=public_id).first()
        if operation is None:
            raise Http404
        try:
            undo(operation, by=request.user, reason=_("Sold by mistake"))
        except ClinicError as refusal:
            return told(request, str(refusal), otherwise=queue_address(), tags="error", cash_changed={})
        return told(request, _("The sale is taken back."), otherwise=queue_address(), cash_changed={})
