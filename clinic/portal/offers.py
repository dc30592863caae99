"""The page on which a patient answers an offer of the waiting list."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from clinic.enums import LIVE_STATUSES, HeldSlotStatus, OfferAnswer, WaitlistStatus
from clinic.errors import ClinicError, OfferOver
from clinic.messaging.links import address_of
from clinic.messaging.texts.words import first_name
from clinic.models import Offer
from clinic.people.automatic import automatic_user
from clinic.portal.pages import Holder, SignedPage
from clinic.waitlist.links import offer_of
from clinic.waitlist.services import accept, decline

ANSWERS = {"accept": accept, "decline": decline}


class OfferPage(SignedPage):
    """GET shows the offer as it stands and changes nothing; POST gives the `answer`, accept or decline."""

    def look_up(self, token: str) -> Holder | None:
        self.offer = offer_of(token)
        return self.offer and Holder(self.offer.entry.patient, self.offer.slot.clinic)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.shown()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        answer = ANSWERS.get(request.POST.get("answer", ""))
        if answer is None:
            raise Http404
        try:
            answer(self.offer, by=automatic_user(self.offer.organisation), at=self.at)
        except OfferOver:
            return redirect(request.path)  # where it is said what has become of it
        except ClinicError as refusal:
            return self.shown(refusal=refusal, status=409)
        return redirect(request.path)

    def shown(self, *, refusal: ClinicError | None = None, status: int = 200) -> HttpResponse:
        offer, slot = self.offer, self.offer.slot
        state = state_of(offer, at=self.at)
        context = {
            "state": state, "refusal": refusal, "slot": slot, "clinic": slot.clinic,
            "when": (slot.appointment or slot).starts_at, "name": first_name(offer.entry.patient),
            "minutes": max(1, int((slot.held_until - self.at).total_seconds()) // 60),
            "keeps_place": offer.entry.status == WaitlistStatus.WAITING,
            "others": slot.offers.filter(answer=OfferAnswer.OPEN).exclude(pk=offer.pk).exists(),
            "link": address_of(slot.appointment) if state == "accepted" else "",
        }  # fmt: skip
        return render(self.request, "clinic/portal/offer.html", context, status=status)


def state_of(offer: Offer, *, at: datetime) -> str:
    """What the page says: open, accepted, cancelled (since), declined, taken or over."""
    if offer.answer == OfferAnswer.ACCEPTED:
        return "accepted" if offer.slot.appointment.status in LIVE_STATUSES else "cancelled"
    if offer.slot.status == HeldSlotStatus.TAKEN:
        return "taken"
    if offer.answer == OfferAnswer.DECLINED:
        return "declined"
    is_open = offer.answer == OfferAnswer.OPEN and offer.slot.status == HeldSlotStatus.OPEN
    if is_open and at < offer.slot.held_until and offer.entry.status == WaitlistStatus.WAITING:
        return "open"
    return "over"
