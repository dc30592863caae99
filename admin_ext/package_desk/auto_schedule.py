"""Auto-schedule: every free session of one purchase, proposed, looked at and booked."""

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.package_desk.booked import booked_sessions
from admin_ext.package_desk.chosen import chosen_times, dropped_words
from admin_ext.package_desk.delivery import offers_for
from admin_ext.package_desk.proposal import Proposal, booked_already, opened, repaired
from admin_ext.package_desk.question import QuestionForm, full_query, without_gone
from admin_ext.pages import StaffPage
from admin_ext.purchases import PurchaseCard, card_of
from admin_ext.roles import AUTO_SCHEDULE, CHANGE_PURCHASE
from clinic.enums import RefusalCode
from clinic.errors import ClinicError, PlanRefused, Refusal
from clinic.models import PackagePurchase, Patient
from clinic.packages.selectors import local_day
from clinic.scheduling.planning import PlanChanged, answer, apply
from clinic.scheduling.planning.chosen import keep


class PurchasePage(StaffPage):
    """What the question, the swap and the booking share: one purchase, and the plan as the answer."""

    title = _("Auto-schedule")
    permission_required = AUTO_SCHEDULE
    template_name = "admin_ext/package_desk/auto_schedule.html"
    fragment_name = "admin_ext/package_desk/plan.html"
    context_model = Patient

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.purchase = self.own(PackagePurchase, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def today(self):
        return local_day(self.organisation, now())

    def get_context_data(self, **kwargs):
        proposal = kwargs.get("proposal")
        if proposal:
            kwargs["signed"] = proposal.signed(self.request.user)
        return super().get_context_data(purchase=self.purchase, patient=self.purchase.patient, **kwargs)

    def shown(self, proposal: Proposal | None, *refusals, **context) -> HttpResponse:
        sentences = [str(reason) for refusal in refusals for reason in refusal.reasons]
        return self.render_to_response(self.get_context_data(proposal=proposal, refusals=sentences, **context))


class AutoSchedulePage(PurchasePage):
    """The question in the address; htmx gets the plan, everybody else the page that asks for it."""

    http_method_names = ["get", "head"]

    @cached_property
    def fragment_name(self):
        wants_plan = self.request.headers.get("HX-Target") == "plan"
        return f"admin_ext/package_desk/{'plan' if wants_plan else 'auto_schedule_body'}.html"

    def get(self, request, pk):
        card = card_of(self.purchase, today=self.today)
        if card.refusals:
            return self.refused(card)
        query, gone = without_gone(request.GET, self.organisation)
        form = self.form(card, query)
        context = {"form": form, "card": card, "notices": gone}
        if not self.is_htmx or not form.is_valid():
            return self.shown(None, is_asking=form.is_valid(), **context)
        try:
            plan, dropped = keep(answer(form.request()), chosen_times(request.GET.getlist("chosen")))
        except ClinicError as refusal:
            return self.shown(None, refusal, **context)
        context["notices"] = gone + dropped_words(dropped, self.organisation)
        return self.shown(Proposal.of(plan, chosen=request.GET.getlist("chosen")), **context)

    def refused(self, card: PurchaseCard) -> HttpResponse:
        """Why there is nothing to plan; no misfortune when everything is booked, as after "Book all" and Back."""
        self.fragment_name = "admin_ext/package_desk/auto_schedule_body.html"
        booked = booked_sessions(self.purchase) if card.has_nothing_left else None
        response = self.shown(None, card=card, booked=booked)
        response["HX-Retarget"] = "#auto-schedule"
        return response

    def form(self, card: PurchaseCard, query: QueryDict) -> QuestionForm:
        offers = offers_for(card.items)
        full = full_query(query, self.purchase, offers, today=self.today)
        return QuestionForm(full, organisation=self.organisation, offers=offers, card=card, today=self.today)


class SwapPage(PurchasePage):
    """Take another time for one session of the plan."""

    http_method_names = ["post"]

    def post(self, request, pk):
        proposal = None
        try:
            proposal = opened(request.POST.get("plan", ""), purchase=pk, by=request.user)
            number = request.POST.get("number", "")
            return self.shown(proposal.with_other(int(number) if number.isdecimal() else -1, request.POST.get("to")))
        except ClinicError as refusal:
            return self.shown(proposal, refusal)


class BookPlanPage(PurchasePage):
    """Book every session of the plan, or show what has changed since it was made."""

    http_method_names = ["post"]

    def post(self, request, pk):
        try:
            proposal = opened(request.POST.get("plan", ""), purchase=pk, by=request.user)
        except ClinicError as refusal:
            return self.shown(None, refusal)
        try:
            return self.leave(operation_address(self.booked(proposal)))
        except PlanChanged as changed:
            return self.show_anew(proposal, changed)
        except ClinicError as refusal:
            return self.shown(proposal, refusal)

    def booked(self, proposal: Proposal):
        if proposal.plan.request.extend_days and not self.request.user.has_perm(CHANGE_PURCHASE):
            raise PlanRefused(Refusal(RefusalCode.POLICY, _("You may not extend this package."), _("Ask a manager.")))
        try:
            return apply(proposal.plan, by=self.request.user)[0].operation
        except PlanChanged:
            if twin := booked_already(proposal.plan):
                return twin
            raise

    def show_anew(self, proposal: Proposal, changed: PlanChanged) -> HttpResponse:
        try:
            return self.shown(repaired(proposal, changed), changed, misfits=changed.misfits)
        except ClinicError as refusal:
            return self.shown(None, changed, refusal, misfits=changed.misfits)


def operation_address(operation) -> str:
    return reverse("admin:operation", args=[operation.public_id])
