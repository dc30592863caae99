"""Offering a free time by hand, and looking at a time that is offered."""

from datetime import datetime
from functools import cached_property

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.answers import told
from admin_ext.columns import clock
from admin_ext.pages import StaffPage
from admin_ext.reading import read_moment
from admin_ext.roles import CHANGE_WAIT, SEE_WAITLIST
from admin_ext.scope import own_rows, row_or_404
from admin_ext.waitlist.actions import offered_words
from admin_ext.waitlist.pages import EntryLine, SlotLine
from clinic.enums import RefusalCode
from clinic.errors import ClinicError, OfferRefused, Refusal
from clinic.models import Clinic, HeldSlot, Offer, Provider, Service
from clinic.scheduling.attendance import policy_of
from clinic.waitlist import services
from clinic.waitlist.matching import wanted_at

ANSWERS = {"accept": services.accept, "decline": services.decline}


class OfferPage(StaffPage):
    """What the dialogs about an offered time share: they come back with the reason when refused."""

    permission_required = CHANGE_WAIT
    template_name = "admin_ext/dialog_page.html"
    frame = "appointment-page wait-page"
    context_model = HeldSlot

    def again(self, refusal: ClinicError) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(refusals=refusal.reasons))
        if self.is_htmx:
            response["HX-Retarget"], response["HX-Reswap"] = "#modal-content", "innerHTML"
        return response

    def done(self, text: str) -> HttpResponse:
        """Lists and calendars that show the time ask again."""
        changed = {"waitlist_changed": {}, "appointment_changed": {"id": 0}}
        return told(self.request, text, otherwise=reverse("admin:waitlist"), **changed)


class OfferTimePage(OfferPage):
    """GET shows whom a free time fits, by `provider`, `clinic` and `starts_at`; POST offers it to those ticked."""

    title = gettext_lazy("Offer to the waiting list")
    fragment_name = "admin_ext/waitlist/offer.html"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            asked = request.POST if request.method == "POST" else request.GET
            self.provider = self.own(Provider, asked.get("provider"))
            self.clinic = self.own(Clinic, asked.get("clinic"))
            self.starts_at = self.moment_asked(asked.get("starts_at", ""))
        return super().dispatch(request, *args, **kwargs)

    def moment_asked(self, text: str) -> datetime:
        moment = read_moment(text.replace(" ", "+"))
        if moment is None:
            raise Http404
        return moment.astimezone(self.clinic.zone)

    @cached_property
    def wanted(self) -> dict[Service, list[EntryLine]]:
        found = wanted_at(self.provider, self.clinic, self.starts_at, at=self.moment)
        return {service: [EntryLine(entry, self.moment) for entry in entries] for service, entries in found.items()}

    @cached_property
    def moment(self) -> datetime:
        return now()

    @cached_property
    def service(self) -> Service | None:
        """The one that is asked for, else that of the first in line."""
        wished = self.request.POST.get("service") or self.request.GET.get("service")
        if wished:
            return self.own(Service, wished)
        return next(iter(sorted(self.wanted, key=lambda service: self.wanted[service][0].rank)), None)

    @property
    def lines(self) -> list[EntryLine]:
        return self.wanted.get(self.service, [])

    @property
    def ticked(self) -> set[int]:
        """The entries that were ticked; before anything is sent, as many of the first as are asked at once."""
        keys = [line.row.pk for line in self.lines]
        if self.request.method == "POST":
            return {key for key in keys if str(key) in self.request.POST.getlist("entry")}
        return set(keys[: policy_of(self.organisation.pk).offers_at_once])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            provider=self.provider, clinic=self.clinic, starts_at=self.starts_at, service=self.service,
            services={service: len(found) for service, found in self.wanted.items()}, lines=self.lines,
            ticked=self.ticked, **kwargs,
        )  # fmt: skip

    def post(self, request):
        entries = [line.row for line in self.lines if line.row.pk in self.ticked]
        try:
            self.check_chosen()
            slot = services.offer_slot(
                self.service, self.provider, self.clinic, self.starts_at, by=request.user, entries=entries
            )
        except OfferRefused as refusal:
            return self.again(refusal)
        return self.done(offered_words(slot))

    def check_chosen(self) -> None:
        """Raise OfferRefused when nobody is ticked."""
        if self.service is None or not self.request.POST.getlist("entry"):
            raise OfferRefused(Refusal(RefusalCode.INVALID, _("Nobody is chosen."), _("Tick who is to be asked.")))


class OfferedTimePage(OfferPage):
    """Who has been asked for a time, what they answered, and the ways to go on."""

    title = gettext_lazy("Offered time")
    permission_required = SEE_WAITLIST
    fragment_name = "admin_ext/waitlist/offered.html"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.slot = self.slot_asked(kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def slot_asked(self, pk) -> HeldSlot:
        offers = Offer.objects.select_related("entry__patient").order_by("pk")
        rows = own_rows(HeldSlot, self.organisation).select_related("service", "provider", "clinic", "room")
        return row_or_404(rows.prefetch_related(Prefetch("offers", queryset=offers)), pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(line=SlotLine(self.slot, now()), **kwargs)


class WithdrawOfferPage(OfferedTimePage):
    """POST takes the offer back."""

    permission_required = CHANGE_WAIT
    http_method_names = ["post"]

    def post(self, request, pk):
        try:
            slot = services.withdraw_offer(self.slot, by=request.user)
        except ClinicError as refusal:
            return self.again(refusal)
        values = {"time": clock(slot.starts_at, slot.clinic.zone), "provider": slot.provider}
        return self.done(_("%(time)s, %(provider)s: offer withdrawn, the time is free.") % values)


class AnswerPage(OfferPage):
    """POST gives the `answer` of a patient who calls instead of opening the link: accept or decline."""

    http_method_names = ["post"]

    def post(self, request, pk):
        offers = own_rows(Offer, self.organisation).select_related("slot__provider", "entry__patient")
        offer, answer = row_or_404(offers, pk), ANSWERS.get(request.POST.get("answer", ""))
        if answer is None:
            raise Http404
        try:
            answer(offer, by=request.user)
        except ClinicError as refusal:
            changed = {"waitlist_changed": {}, "appointment_changed": {"id": 0}}
            return told(request, str(refusal), otherwise=reverse("admin:waitlist"), tags="error", **changed)
        said = _("%(patient)s: booked.") if answer is services.accept else _("%(patient)s: declined.")
        return self.done(said % {"patient": offer.entry.patient})
