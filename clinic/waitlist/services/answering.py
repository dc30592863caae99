"""What those who were asked answer: the first yes is booked, everybody else keeps the place in the list."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import HeldSlotStatus, OfferAnswer, RefusalCode, WaitlistStatus
from clinic.errors import OfferOver, OfferTaken, Refusal
from clinic.messaging.offers import call_off_offers
from clinic.models import Appointment, HeldSlot, Offer, User, WaitlistEntry
from clinic.retries import retried
from clinic.scheduling import booking
from clinic.scheduling.booking.holds import release
from clinic.scheduling.locks import lock
from clinic.tenancy import own
from clinic.waitlist.services.ending import follow


@retried
@transaction.atomic
def accept(offer: Offer, *, by: User, at: datetime | None = None) -> Appointment:
    """Book the offered time for who accepts it first; accepted again, it is the same appointment.

    Raises OfferTaken for everybody after the first, OfferOver when it has run out or has been withdrawn, and
    BookingRefused when the patient cannot take it any more, as when the package has been used up. Nothing has changed
    then: the place in the list stays.
    """
    own(by, offer)
    at = at or timezone.now()
    lock(providers=[offer.slot.provider], patients=[offer.entry.patient])
    offer, slot, entry = reread(offer)
    if offer.answer == OfferAnswer.ACCEPTED:
        return slot.appointment
    check_open(offer, slot, entry, at=at)
    room = slot.room
    release([slot.hold_id] if slot.hold_id else [])
    appointment = booking.book(
        patient=entry.patient, service=slot.service, provider=slot.provider, clinic=slot.clinic,
        starts_at=slot.starts_at, purchase=entry.package_purchase, room=room, by=by, at=at,
    )  # fmt: skip
    slot.hold, slot.appointment, slot.status = None, appointment, HeldSlotStatus.TAKEN
    slot.save(update_fields=["hold", "appointment", "status"])
    answer(offer, OfferAnswer.ACCEPTED, at=at)
    entry.status, entry.appointment, entry.closed_at = WaitlistStatus.BOOKED, appointment, at
    entry.record("status", "appointment", "closed_at", by=by, at=at)
    end_others(slot, entry, by=by, at=at)
    return appointment


@retried
@transaction.atomic
def decline(offer: Offer, *, by: User, at: datetime | None = None) -> Offer:
    """Say no to an offer: the patient goes on waiting, and the next in line is asked. Declined again, nothing happens.

    Raises as `accept` does when there is nothing left to decline.
    """
    own(by, offer)
    at = at or timezone.now()
    lock(providers=[offer.slot.provider])
    offer, slot, entry = reread(offer)
    if offer.answer == OfferAnswer.DECLINED:
        return offer
    check_open(offer, slot, entry, at=at)
    answer(offer, OfferAnswer.DECLINED, at=at)
    follow(slot, by=by, at=at)
    return offer


def reread(offer: Offer) -> tuple[Offer, HeldSlot, WaitlistEntry]:
    """The offer as it is now with its time and its entry, each locked, in this order: time, offer, entry."""
    slot = HeldSlot.objects.select_for_update(of=("self",)).select_related(
        "service", "provider", "clinic", "room", "appointment"
    )  # fmt: skip
    row = slot.get(pk=offer.slot_id)
    again = Offer.objects.select_for_update().get(pk=offer.pk)
    entries = WaitlistEntry.objects.select_for_update(of=("self",))
    entry = entries.select_related("patient", "package_purchase").get(pk=again.entry_id)
    again.slot, again.entry = row, entry
    return again, row, entry


def check_open(offer: Offer, slot: HeldSlot, entry: WaitlistEntry, *, at: datetime) -> None:
    """OfferTaken or OfferOver unless the offer can still be answered."""
    if slot.status == HeldSlotStatus.TAKEN:
        raise OfferTaken(taken())
    if entry.status != WaitlistStatus.WAITING:
        values = {"patient": entry.patient, "status": entry.get_status_display()}
        message = _("%(patient)s waits no longer: %(status)s.") % values
        raise OfferOver(Refusal(RefusalCode.STATUS, message))
    if offer.answer == OfferAnswer.WITHDRAWN or slot.status == HeldSlotStatus.WITHDRAWN:
        message = _("This offer has been withdrawn.")
        raise OfferOver(Refusal(RefusalCode.STATUS, message, _("The place on the waiting list stays.")))
    if offer.answer != OfferAnswer.OPEN or slot.status != HeldSlotStatus.OPEN or slot.held_until <= at:
        until = date_format(slot.held_until.astimezone(slot.clinic.zone), "DATETIME_FORMAT")
        message = _("This offer could be answered until %(until)s.") % {"until": until}
        raise OfferOver(Refusal(RefusalCode.STATUS, message, _("The place on the waiting list stays.")))


def end_others(slot: HeldSlot, entry: WaitlistEntry, *, by: User, at: datetime) -> None:
    """Nobody else can have the time, and who has it needs no other; what that frees is handed on by the clock."""
    open_offers = Offer.objects.filter(answer=OfferAnswer.OPEN)
    missed, needless = list(open_offers.filter(slot=slot)), list(open_offers.filter(entry=entry))
    open_offers.filter(slot=slot).update(answer=OfferAnswer.MISSED)
    open_offers.filter(entry=entry).update(answer=OfferAnswer.WITHDRAWN)
    call_off_offers([*missed, *needless], by=by, at=at)


def taken() -> Refusal:
    message = _("Somebody else has just taken this time.")
    return Refusal(RefusalCode.BOOKED, message, _("The place on the waiting list stays."))


def answer(offer: Offer, given: OfferAnswer, *, at: datetime) -> None:
    offer.answer, offer.answered_at = given, at
    offer.save(update_fields=["answer", "answered_at"])
