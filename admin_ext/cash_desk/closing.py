"""Closing a cashier's day: what was taken by each method, the cash counted, the difference, and its sheet."""

from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.cash_desk.desk import CashDialog
from admin_ext.cash_desk.forms import ClosingForm
from admin_ext.columns import money_text
from admin_ext.pages import StaffPage
from admin_ext.roles import CLOSE_DAY, SEE_DAY_CLOSINGS
from admin_ext.scope import own_rows, row_or_404
from clinic.billing.selectors import taken_today
from clinic.billing.services import close_day
from clinic.enums import PaymentMethod
from clinic.models import Clinic, DayClosing, Payment


class CloseDayPage(CashDialog):
    title = gettext_lazy("Close the day")
    permission_required = CLOSE_DAY
    fragment_name = "admin_ext/cash_desk/close_day.html"
    form_class = ClosingForm
    context_model = DayClosing

    @cached_property
    def drawers(self) -> list[Clinic]:
        """Where this cashier has taken money that no closing counts, also in a clinic that is closed by now."""
        unclosed = Payment.objects.filter(taken_by=self.request.user, closing=None).order_by().values("clinic")
        return list(own_rows(Clinic, self.organisation).filter(pk__in=unclosed).order_by("name_en", "pk"))

    @cached_property
    def clinic(self) -> Clinic | None:
        """The one that the address names, closed or not, else that of the desk."""
        asked = self.request.GET.get("clinic")
        named = (clinic for clinic in own_rows(Clinic, self.organisation) if str(clinic.pk) == asked)
        return next(named, None) or super().clinic or next(iter(self.drawers), None)

    @cached_property
    def taken(self):
        return taken_today(self.request.user, self.clinic, at=now())

    def get_context_data(self, **kwargs):
        shown = {"sums": by_method(self.taken.sums), "expected": f"{self.taken.cash:.2f}", "clinic": self.clinic}
        elsewhere = [clinic for clinic in self.drawers if clinic != self.clinic]
        return super().get_context_data(currency=self.organisation.currency, elsewhere=elsewhere, **shown, **kwargs)

    def perform(self, form) -> DayClosing:
        asked = form.cleaned_data
        return close_day(
            by=self.request.user, clinic=self.clinic, cash_counted=asked["cash_counted"], note=asked["note"]
        )

    def succeed(self, closing: DayClosing):
        return self.leave(reverse("admin:day_closing", args=[closing.pk]))


def by_method(sums) -> list[tuple[str, Decimal]]:
    """Each method with its sum, also those by which nothing was paid."""
    return [(label, Decimal(sums.get(method, 0))) for method, label in PaymentMethod.choices]


def difference_words(closing: DayClosing) -> str:
    difference = closing.cash_counted - closing.cash_expected
    amount = money_text(abs(difference), closing.organisation.currency)
    if difference > 0:
        return _("%(amount)s too much") % {"amount": amount}
    return _("%(amount)s missing") % {"amount": amount} if difference else _("The cash is right.")


class DayClosingPage(StaffPage):
    """The sheet of a closed day, for the drawer and for a signature."""

    title = gettext_lazy("Day closing")
    permission_required = SEE_DAY_CLOSINGS
    template_name = "admin_ext/cash_desk/day_closing.html"
    http_method_names = ["get", "head"]

    def get(self, request, pk):
        rows = own_rows(DayClosing, self.organisation).select_related("cashier", "clinic", "organisation")
        closing = row_or_404(rows, pk)
        payments = closing.payments.select_related("invoice__patient").order_by("receipt_number")
        context = {
            "closing": closing, "sums": by_method(closing.sums), "difference": difference_words(closing),
            "payments": payments, "printed_at": now(), "currency": self.organisation.currency,
        }  # fmt: skip
        return self.render_to_response(self.get_context_data(**context))
