"""A visit: who was asked for, what is paid, what is left to do, and its end."""

from functools import cached_property

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.pages import StaffPage
from admin_ext.reception.steps import steps_of
from admin_ext.roles import CHANGE_VISIT, SEE_VISITS
from admin_ext.scope import own_rows, row_or_404
from clinic.billing.selectors import with_balances
from clinic.consultations.clearance import waiting_lines
from clinic.consultations.services import close_visit
from clinic.consultations.services.visits import why_not_close
from clinic.enums import PaymentStatus
from clinic.errors import ClinicError
from clinic.models import Visit

LOADED = ("patient", "clinic", "organisation", "appointment", "opened_by", "closed_by", "cashier_asked_by")


class VisitPage(StaffPage):
    """Asks for itself again, so that the reception sees who has paid and who was called in. Fixed queries."""

    permission_required = SEE_VISITS
    template_name = "admin_ext/reception/visit.html"
    context_model = Visit

    def get(self, request, pk):
        self.visit = row_or_404(own_rows(Visit, self.organisation).select_related(*LOADED), pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return _("Visit of %(patient)s") % {"patient": self.visit.patient}

    @cached_property
    def invoices(self) -> list:
        return list(with_balances(self.visit.invoices.order_by("issued_at", "pk")))

    def get_context_data(self, **kwargs):
        consultations = list(
            self.visit.consultations.select_related("service", "doctor").order_by("requested_at", "pk")
        )
        lines = [line for line in waiting_lines(self.visit) if getattr(line, "consultation", None) is None]
        left = sum(invoice.left for invoice in self.invoices)
        standing = [invoice for invoice in self.invoices if invoice.status != PaymentStatus.VOID]
        return super().get_context_data(
            visit=self.visit, consultations=consultations, unbegun=lines, invoices=self.invoices, left=left,
            is_asked_for_money=bool(standing),
            steps=steps_of(self.visit, consultations, lines, left), may_close=self.may_close(), **kwargs,
        )  # fmt: skip

    def may_close(self) -> bool:
        return self.request.user.has_perm(CHANGE_VISIT) and not why_not_close(self.visit)


class CloseVisitPage(StaffPage):
    """POST ends the visit."""

    title = gettext_lazy("Close the visit")
    permission_required = CHANGE_VISIT
    http_method_names = ["post"]

    def post(self, request, pk) -> HttpResponse:
        visit = self.own(Visit, pk)
        try:
            close_visit(visit, by=request.user)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The visit of %(patient)s is closed.") % {"patient": visit.patient})
        return self.leave(reverse("admin:visit", args=[visit.pk]))
