"""Moving all that is booked of a purchase: the question, the plan from before to after, and the move itself."""

from dataclasses import replace

from django.core import signing
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.answers import told_of
from admin_ext.package_desk.change_forms import LONGEST_REASON
from admin_ext.package_desk.delivery import offers_for
from admin_ext.package_desk.question import QuestionForm, full_query, without_gone
from admin_ext.pages import StaffPage
from admin_ext.purchases import PurchaseCard, card_of
from admin_ext.reading import read_words
from admin_ext.roles import CHANGE_PURCHASE
from clinic.enums import RefusalCode
from clinic.errors import ClinicError, InvalidEntry, PlanRefused, Refusal
from clinic.models import PackagePurchase, Patient
from clinic.packages.selectors import last_operation, local_day
from clinic.packages.standing import sessions_to_come
from clinic.scheduling.remaining import MovePlan, move_remaining, pack, plan_move, unpack

SALT = "admin_ext.package_desk.move"
VALID_SECONDS = 12 * 3600
PRESETS = (
    gettext_lazy("Patient asked"),
    gettext_lazy("Provider is away"),
    gettext_lazy("Other clinic"),
    gettext_lazy("School or work times changed"),
)


class MoveRemainingPage(StaffPage):
    """GET asks and shows before and after; POST moves what was shown, all of it or nothing."""

    title = gettext_lazy("Move what is booked")
    permission_required = CHANGE_PURCHASE
    template_name = "admin_ext/package_desk/move.html"
    context_model = Patient
    presets = PRESETS

    @property
    def fragment_name(self) -> str:
        wants_plan = self.request.headers.get("HX-Target") == "plan"
        return f"admin_ext/package_desk/{'move_plan' if wants_plan else 'move_body'}.html"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.purchase = self.own(PackagePurchase, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def today(self):
        return local_day(self.organisation, now())

    def get(self, request, pk):
        return self.answer(request.GET)

    def post(self, request, pk):
        try:
            plan = self.opened(request.POST.get("plan", ""))
            moved = move_remaining(plan, by=request.user, reason=self.checked_reason())
        except ClinicError as refusal:
            return self.answer(request.POST, *refusal.reasons)
        operation = last_operation(self.purchase, by=request.user)
        if self.is_htmx:
            return self.leave(reverse("admin:operation", args=[operation.public_id]))
        words = ngettext("%(count)d session is moved.", "%(count)d sessions are moved.", len(moved))
        return told_of(request, operation, words % {"count": len(moved)})

    def answer(self, query: QueryDict, *refusals: Refusal) -> HttpResponse:
        """The question with its plan, which htmx gets and the page asks for; also after a refusal, made anew."""
        card = card_of(self.purchase, today=self.today)
        booked = list(sessions_to_come(self.purchase, at=now()))
        usable, gone = without_gone(query, self.organisation)
        form = self.form(card, usable)
        may_ask, plan = bool(booked) and form.is_valid(), None
        if may_ask and self.is_htmx:
            try:
                plan = self.planned(form)
            except ClinicError as refusal:
                refusals += tuple(refusal.reasons)
        return self.render_to_response(
            self.get_context_data(
                purchase=self.purchase, patient=self.purchase.patient, card=card, booked=booked, form=form,
                notices=gone, refusals=refusals, plan=plan, signed=plan and self.signed(plan),
                is_asking=may_ask and not self.is_htmx, reason=self.request.POST.get("reason", ""),
            )
        )  # fmt: skip

    def planned(self, form: QuestionForm) -> MovePlan:
        asked = form.request()
        return plan_move(
            self.purchase, providers=asked.providers, clinics=asked.clinics, first_day=asked.first_day,
            last_day=asked.last_day, preferences=asked.preferences,
        )  # fmt: skip

    def checked_reason(self) -> str:
        reason = read_words(self.request.POST.get("reason", ""), LONGEST_REASON)
        if not reason:
            message = _("Say why: the reason stays in the history.")
            raise InvalidEntry(Refusal(RefusalCode.INVALID, message), field="reason")
        return reason

    def opened(self, text: str) -> MovePlan:
        """The plan signed for this person about this purchase. Raises PlanRefused for anything else."""
        try:
            packed = signing.loads(text, salt=SALT, max_age=VALID_SECONDS)
            if packed["user"] != self.request.user.pk:
                raise signing.BadSignature
            return unpack(packed["plan"], self.purchase)
        except (signing.BadSignature, KeyError) as unusable:
            message = _("This plan was made by somebody else, for another package, or too long ago.")
            raise PlanRefused(Refusal(RefusalCode.INVALID, message, _("Look at the new one."))) from unusable

    def signed(self, plan: MovePlan) -> str:
        """The plan as text that only this person can use."""
        return signing.dumps({"user": self.request.user.pk, "plan": pack(plan)}, salt=SALT, compress=True)

    def form(self, card: PurchaseCard, query: QueryDict) -> QuestionForm:
        booked = {item: replace(balance, free=balance.reserved) for item, balance in card.items.items()}
        offers = offers_for(booked)
        full = full_query(query, self.purchase, offers, today=self.today)
        return QuestionForm(full, organisation=self.organisation, offers=offers, card=card, today=self.today)
