"""Putting a patient on the waiting list, changing what is waited for, and taking the patient off."""

from functools import cached_property

from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.answers import told
from admin_ext.pages import StaffPage, WorkflowPage
from admin_ext.roles import CHANGE_WAIT, WAIT
from admin_ext.scope import own_rows, row_or_404
from admin_ext.waitlist.forms import USUAL_WAIT, WaitForm
from clinic.errors import ClinicError
from clinic.models import PackagePurchase, Patient, WaitlistEntry
from clinic.packages.selectors import local_day
from clinic.people.selectors import search_patients
from clinic.waitlist import services

CARRIED = ("service", "provider", "clinic")  # what the address brings along from another page
LONGEST_REASON = 100


class WaitPage(WorkflowPage):
    """A form about one patient's wait, over any page as a dialog and on a page of its own."""

    template_name = "admin_ext/dialog_page.html"
    frame = "appointment-page wait-page"
    fragment_name = "admin_ext/waitlist/wait.html"
    form_class = WaitForm
    context_model = WaitlistEntry
    entry: WaitlistEntry | None = None
    patient: Patient | None = None

    @cached_property
    def today(self):
        return local_day(self.organisation, now())

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "patient": self.patient, "today": self.today, "entry": self.entry}

    def succeed(self, entry) -> HttpResponse:
        address = reverse("admin:waitlist")
        return told(self.request, self.sentence(entry), otherwise=address, waitlist_changed={"id": entry.pk})

    def form_invalid(self, form):
        """The dialog as it was filled in, whatever page had asked."""
        response = super().form_invalid(form)
        if self.is_htmx:
            response["HX-Retarget"], response["HX-Reswap"] = "#modal-content", "innerHTML"
        return response

    def sentence(self, entry: WaitlistEntry) -> str:
        raise NotImplementedError


class JoinPage(WaitPage):
    """`patient` in the address says who is to wait, `service` and the rest what was asked for already."""

    title = gettext_lazy("Put on the waiting list")
    permission_required = WAIT
    submit_label = gettext_lazy("Put on the list")

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission() and (key := request.GET.get("patient") or request.POST.get("patient")):
            self.patient = self.own(Patient, key)
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self):
        if self.patient is None and self.is_htmx and self.request.headers.get("HX-Target") == "wait-found":
            return ["admin_ext/waitlist/found.html"]
        return super().get_template_names()

    def get_form(self, form_class=None):
        return super().get_form(form_class) if self.patient else None

    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs) if self.patient else self.get(request)

    def get_initial(self):
        asked = self.request.GET
        what, _dot, purchase = asked.get("what", "").partition(".")  # as the booking page names its choice
        service = asked.get("service") or what
        initial = {name: asked.get(name) for name in CARRIED if asked.get(name)}
        initial |= {"service": service, "package_purchase": asked.get("purchase") or purchase}
        initial |= {"note": asked.get("reason", ""), "first_on": self.today, "last_on": self.today + USUAL_WAIT}
        return initial | self.of_the_package(initial)

    def of_the_package(self, initial: dict) -> dict[str, object]:
        """Nobody waits for days on which the package that was chosen cannot be used."""
        if not initial["package_purchase"]:
            return {}
        purchase = row_or_404(
            own_rows(PackagePurchase, self.organisation).filter(patient=self.patient), initial["package_purchase"]
        )
        return {"last_on": max(self.today, min(initial["last_on"], purchase.expires_on))}

    def get_context_data(self, **kwargs):
        term = self.request.GET.get("q", "").strip()
        found = search_patients(self.organisation, term) if self.patient is None else ()
        return super().get_context_data(patient=self.patient, term=term, found=found, **kwargs)

    def perform(self, form):
        wishes = form.wishes()
        purchase = wishes.pop("package_purchase")
        return services.join(self.patient, wishes.pop("service"), purchase=purchase, by=self.request.user, **wishes)

    def sentence(self, entry):
        return _("%(patient)s waits for %(service)s.") % {"patient": entry.patient, "service": entry.service}


class EntryMixin:
    """The entry of the address, of one's own organisation."""

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            rows = own_rows(WaitlistEntry, self.organisation).select_related("patient", "service")
            self.entry = row_or_404(rows, kwargs["pk"])
            self.patient = self.entry.patient
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(entry=self.entry, patient=self.patient, **kwargs)


class ChangeWaitPage(EntryMixin, WaitPage):
    title = gettext_lazy("Change what is waited for")
    permission_required = CHANGE_WAIT
    submit_label = gettext_lazy("Save")

    def get_initial(self):
        names = [name for name in WaitForm.base_fields if name != "service"]
        return {name: getattr(self.entry, name) for name in names}

    def perform(self, form):
        return services.change(self.entry, by=self.request.user, **form.wishes())

    def sentence(self, entry):
        return _("Changed: %(patient)s waits for %(service)s.") % {"patient": entry.patient, "service": entry.service}


class WithdrawPage(EntryMixin, StaffPage):
    """GET asks for a reason, POST takes the patient off the list."""

    title = gettext_lazy("Take off the waiting list")
    permission_required = CHANGE_WAIT
    template_name = "admin_ext/dialog_page.html"
    frame = "appointment-page wait-page"
    fragment_name = "admin_ext/waitlist/withdraw.html"
    context_model = WaitlistEntry

    def post(self, request, pk):
        reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
        address = reverse("admin:waitlist")
        try:
            entry = services.withdraw(self.entry, by=request.user, reason=reason)
        except ClinicError as refusal:
            return told(request, str(refusal), otherwise=address, tags="error", waitlist_changed={"id": pk})
        text = _("%(patient)s does not wait any more.") % {"patient": entry.patient}
        return told(request, text, otherwise=address, waitlist_changed={"id": pk}, appointment_changed={"id": 0})
