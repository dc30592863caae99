"""Holding a free time and offering it to the best of those who wait."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import HELD, HeldSlotStatus, RefusalCode, WaitlistStatus
from clinic.errors import BookingRefused, OfferRefused, Refusal
from clinic.messaging.offers import tell_of_offer
from clinic.models import Appointment, Clinic, HeldSlot, Offer, Provider, Service, User, WaitlistEntry
from clinic.retries import retried
from clinic.scheduling import refusals as rules
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.booking.holds import release
from clinic.scheduling.booking.seating import take_time
from clinic.scheduling.booking.write import kind_of
from clinic.scheduling.local_time import moment_of
from clinic.scheduling.locks import lock
from clinic.scheduling.refusals import Question
from clinic.tenancy import own
from clinic.waitlist.links import address_of
from clinic.waitlist.matching import matches


@retried
@transaction.atomic
def offer_slot(
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    *,
    by: User,
    entries: Sequence[WaitlistEntry] | None = None,
    released: Appointment | None = None,
    at: datetime | None = None,
) -> HeldSlot:
    """Hold a free time and offer it to `entries`, or to the best of those whom it fits; each gets one message.

    It is held as long as the policy says, but never beyond the last moment at which it could be booked. `released` is
    the appointment that freed it. Raises OfferRefused when the time is not free or fits nobody.
    """
    own(by, service, provider, clinic, released, *(entries or ()))
    at = at or timezone.now()
    lock(providers=[provider])
    slot = HeldSlot(
        organisation=by.organisation, service=service, provider=provider, clinic=clinic, starts_at=starts_at,
        ends_at=starts_at + service.duration, opens_at=at, released=released, offered_by=by,
    )  # fmt: skip
    asked = whom_to_ask(slot, at=at) if entries is None else entries
    if not asked or any(not waits_for(entry, service) for entry in asked):
        raise OfferRefused(nobody_waits())
    open_round(slot, asked, by=by, at=at)
    planned = HeldSlot.objects.filter(status=HeldSlotStatus.PLANNED, provider=provider, starts_at=starts_at)
    planned.delete()  # by hand it was sooner
    return slot


def offer_released(appointment: Appointment, *, by: User, at: datetime | None = None) -> HeldSlot:
    """Offer the time that this appointment has freed, by being called off or moved away. Raises as `offer_slot`.

    Of an appointment that has been moved, pass it as it was.
    """
    return offer_slot(
        appointment.service, appointment.provider, appointment.clinic, appointment.starts_at, by=by,
        released=appointment, at=at,
    )  # fmt: skip


def whom_to_ask(slot: HeldSlot, *, at: datetime) -> list[WaitlistEntry]:
    """The next in line for an offered time, as many as the policy asks at once; nobody is asked twice."""
    known = set(slot.offers.values_list("entry", flat=True)) if slot.pk else set()
    found = matches(
        slot.service, slot.provider, slot.clinic, slot.starts_at, at=at, leave_out=known, given_up_by=given_up_by(slot)
    )
    return found[: policy_of(slot.organisation_id).offers_at_once]


def given_up_by(slot: HeldSlot) -> int | None:
    """The patient, by key, whose appointment has freed the time."""
    return slot.released.patient_id if slot.released else None


def open_round(slot: HeldSlot, entries: Sequence[WaitlistEntry], *, by: User, at: datetime) -> None:
    """Hold the slot's time anew and offer it to these. Raises OfferRefused when the time is not free."""
    if slot.hold_id:
        release([slot.hold_id])
    question = rules.ask(slot.service, slot.provider, slot.clinic, slot.starts_at, at=at, kind=kind_of(slot.service))
    slot.held_until = min(at + policy_of(slot.organisation_id).offer_hold, last_moment(question))
    if reasons := rules.refusals(question):
        raise OfferRefused(*reasons)
    slot.hold = held(slot, entries[0], question, by=by)
    slot.room, slot.status = slot.hold.room, HeldSlotStatus.OPEN
    slot.save()
    for entry in entries:
        invite(slot, entry, others=len(entries) - 1, by=by, at=at)


def invite(slot: HeldSlot, entry: WaitlistEntry, *, others: int, by: User, at: datetime) -> Offer:
    offer = Offer.objects.create(organisation_id=slot.organisation_id, slot=slot, entry=entry, offered_at=at)
    tell_of_offer(offer, others=others, link=address_of(offer), by=by, at=at)
    return offer


def waits_for(entry: WaitlistEntry, service: Service) -> bool:
    return entry.status == WaitlistStatus.WAITING and entry.service_id == service.pk


def last_moment(question: Question) -> datetime:
    """The last moment at which the time could still be booked."""
    return moment_of(question.start - question.situation.minimum_notice)


def held(slot: HeldSlot, first: WaitlistEntry, question: Question, *, by: User) -> Appointment:
    """The row that keeps the slot's time from everybody else, in the name of the first who is asked."""
    hold = Appointment(
        organisation_id=slot.organisation_id, patient=first.patient, service=slot.service, provider=slot.provider,
        clinic=slot.clinic, kind=kind_of(slot.service), status=HELD, held_until=slot.held_until, booked_by=by,
        booked_at=question.at,
    )  # fmt: skip
    hold.skip_history_when_saving = True
    try:
        take_time(hold, question, by=by)
    except BookingRefused as refused:
        raise OfferRefused(*refused.reasons) from refused
    return hold


def nobody_waits() -> Refusal:
    message = _("Nobody on the waiting list fits this time.")
    return Refusal(RefusalCode.INVALID, message, _("Look at the waiting list: days, times, packages."))
