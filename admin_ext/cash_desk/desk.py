"""Where a cashier stands and how the last patient paid: what the pages of the cash desk remember of a person."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from admin_ext.answers import told
from admin_ext.pages import WorkflowPage
from admin_ext.scope import own_rows
from clinic.enums import PaymentMethod
from clinic.models import Clinic, Invoice, Payment, User

CLINIC, METHOD = "cash_desk_clinic", "cash_desk_method"  # in the session


def clinics_of(organisation) -> list[Clinic]:
    return list(own_rows(Clinic, organisation).filter(active=True).order_by("name_en", "pk"))


def clinic_at(request: HttpRequest, clinics: list[Clinic]) -> Clinic | None:
    """The clinic whose desk this is: the address says so, or it was said before, or it is the usual one."""
    by_key = {str(clinic.pk): clinic for clinic in clinics}
    known = request.session.get(CLINIC, "")
    clinic = by_key.get(request.GET.get("clinic", "")) or by_key.get(known) or usual_clinic(request.user, clinics)
    if clinic is not None and known != str(clinic.pk):
        request.session[CLINIC] = str(clinic.pk)
    return clinic


def usual_clinic(user: User, clinics: list[Clinic]) -> Clinic | None:
    """Where this person took money last, or else the first clinic of all."""
    payments = Payment.objects.of(user.organisation).filter(taken_by=user, clinic__in=clinics)
    last = payments.order_by("-taken_at", "-pk").values_list("clinic", flat=True).first()
    return next((clinic for clinic in clinics if clinic.pk == last), clinics[0] if clinics else None)


def last_method(request: HttpRequest) -> str:
    method = request.session.get(METHOD)
    return method if method in PaymentMethod.values else PaymentMethod.CASH


def queue_address(**query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("admin:cash_desk") + (f"?{asked}" if asked else "")


class CashDialog(WorkflowPage):
    """A form about money, over any page as a dialog and on a page of its own; what is refused stays open."""

    template_name = "admin_ext/dialog_page.html"
    context_model = Invoice

    @cached_property
    def clinic(self) -> Clinic | None:
        return clinic_at(self.request, clinics_of(self.organisation))

    def get_initial(self):
        return {"request_key": uuid4(), "method": last_method(self.request)}

    def form_valid(self, form):
        if "method" in form.cleaned_data:
            self.request.session[METHOD] = form.cleaned_data["method"]
        return super().form_valid(form)

    def form_invalid(self, form):
        """The dialog as it was filled in, whatever page had asked."""
        response = super().form_invalid(form)
        if self.is_htmx:
            response["HX-Retarget"], response["HX-Reswap"] = "#modal-content", "innerHTML"
        return response

    def done(self, text: str, *, otherwise: str, paper: Payment | None = None, **words: str) -> HttpResponse:
        """Say what was done; with `paper` its receipt is printed as well: over the page, or on one of its own."""
        events: dict[str, dict] = {"cash_changed": {}}
        if paper is not None:
            address = reverse("admin:receipt", args=[paper.pk])
            events["print_paper"] = {"address": address}
            otherwise = f"{address}?print=1"
        return told(self.request, text, otherwise=otherwise, **words, **events)
