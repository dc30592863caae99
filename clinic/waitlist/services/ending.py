"""How offers end that nobody accepts: they run out, are withdrawn, or the last one is declined; the next is asked."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.enums import HeldSlotStatus, OfferAnswer, RefusalCode, WaitlistStatus
from clinic.errors import OfferOver, OfferRefused, Refusal
from clinic.messaging.offers import call_off_offers
from clinic.messaging.sending.quiet import after_quiet_hours
from clinic.models import HeldSlot, Offer, Organisation, User, WaitlistEntry
from clinic.packages.selectors import local_day
from clinic.people.automatic import automatic_user
from clinic.retries import on_its_own, retried
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.booking.holds import release
from clinic.scheduling.locks import lock
from clinic.tenancy import own
from clinic.waitlist.services.offering import open_round, whom_to_ask

NAMED = ("service", "provider", "clinic", "room", "offered_by", "organisation", "released")


@retried
@transaction.atomic
def withdraw_offer(slot: HeldSlot, *, by: User, at: datetime | None = None) -> HeldSlot:
    """Take the offer of a time back: the time is free at once, and who was asked keeps the place in the list.

    Messages that have not left the house are called off. Raises OfferOver when it has been taken or is over.
    """
    own(by, slot)
    lock(providers=[slot.provider])
    row = reread(slot)
    if row.status not in (HeldSlotStatus.OPEN, HeldSlotStatus.PLANNED):
        message = _("This offer is over: %(status)s.") % {"status": row.get_status_display()}
        raise OfferOver(Refusal(RefusalCode.STATUS, message))
    close(row, HeldSlotStatus.WITHDRAWN, OfferAnswer.WITHDRAWN, by=by, at=at or timezone.now())
    return row


def expire_offers(*, at: datetime | None = None) -> int:
    """End what has run out or waits for nobody's answer, and ask the next in line; how many have ended.

    Every time is a transaction of its own, and one that fails stops no other. Entries whose last day is over expire
    too. A second call finds nothing.
    """
    at = at or timezone.now()
    awaited = Exists(Offer.objects.filter(slot=OuterRef("pk"), answer=OfferAnswer.OPEN))
    offered = HeldSlot.objects.filter(status=HeldSlotStatus.OPEN).select_related(*NAMED)
    due = offered.filter(Q(held_until__lte=at) | ~awaited)
    ended = sum(on_its_own(partial(end, slot, at=at), slot) for slot in due)
    every = Organisation.objects.all()
    return ended + sum(on_its_own(partial(expire_entries, organisation, at=at), organisation) for organisation in every)


@retried
@transaction.atomic
def end(slot: HeldSlot, *, at: datetime) -> bool:
    """End one offered time that has run out, or hand it on; False when somebody else has done so meanwhile."""
    lock(providers=[slot.provider])
    row = reread(slot)
    is_awaited = row.held_until > at and row.offers.filter(answer=OfferAnswer.OPEN).exists()
    if row.status != HeldSlotStatus.OPEN or is_awaited:
        return False
    by = row.offered_by or automatic_user(row.organisation)
    unanswered = list(row.offers.filter(answer=OfferAnswer.OPEN))
    row.offers.filter(pk__in=[offer.pk for offer in unanswered]).update(answer=OfferAnswer.EXPIRED, answered_at=at)
    call_off_offers(unanswered, by=by, at=at)
    hand_on(row, by=by, at=at)
    return True


@retried
@transaction.atomic
def expire_entries(organisation: Organisation, *, at: datetime) -> int:
    """Close the entries whose last day is over on the organisation's calendar; how many."""
    past = WaitlistEntry.objects.of(organisation).filter(
        status=WaitlistStatus.WAITING, last_on__lt=local_day(organisation, at)
    )
    due = list(past.exclude(offers__answer=OfferAnswer.OPEN).select_for_update().order_by("pk"))
    for entry in due:
        entry.status, entry.closed_at = WaitlistStatus.EXPIRED, at
        entry.record("status", "closed_at", by=None, at=at)
    return len(due)


def withdraw_from(entry: WaitlistEntry, *, by: User, at: datetime) -> None:
    """Withdraw the offers that an entry has still to answer; where nobody else is left to answer, the next is asked."""
    for offer in entry.offers.filter(answer=OfferAnswer.OPEN).select_related("slot__provider").order_by("slot"):
        lock(providers=[offer.slot.provider])
        slot = reread(offer.slot)
        if slot.offers.filter(pk=offer.pk, answer=OfferAnswer.OPEN).update(answer=OfferAnswer.WITHDRAWN):
            call_off_offers([offer], by=by, at=at)
            follow(slot, by=by, at=at, without=entry)


def follow(slot: HeldSlot, *, by: User, at: datetime, without: WaitlistEntry | None = None) -> None:
    """After somebody has left the round: the hold stays while others can answer, else the next in line is asked."""
    if not slot.offers.filter(answer=OfferAnswer.OPEN).exists():
        hand_on(slot, by=by, at=at, without=without)


def hand_on(slot: HeldSlot, *, by: User, at: datetime, without: WaitlistEntry | None = None) -> None:
    """Offer the time to the next in line; it is free again when there is nobody, or when it cannot be booked any more.

    In the quiet hours, in which nobody could answer, it is free until the morning. The row is locked, and no offer of
    it is open.
    """
    awake_at = after_quiet_hours(at, slot.clinic.zone, policy_of(slot.organisation_id))
    if awake_at > at:
        close(slot, HeldSlotStatus.EXPIRED, OfferAnswer.EXPIRED, by=by, at=at)
        plan_anew(slot, awake_at)
        return
    entries = [entry for entry in whom_to_ask(slot, at=at) if entry != without]
    try:
        with transaction.atomic():
            if entries:
                open_round(slot, entries, by=by, at=at)
                return
    except OfferRefused:
        slot.refresh_from_db(fields=["hold"])
    close(slot, HeldSlotStatus.EXPIRED, OfferAnswer.EXPIRED, by=by, at=at)


def plan_anew(slot: HeldSlot, opens_at: datetime) -> None:
    """Note that the time is to be offered again, to whoever is the next in line then, if it is still to come."""
    if opens_at < slot.starts_at:
        HeldSlot.objects.create(
            organisation_id=slot.organisation_id, service=slot.service, provider=slot.provider, clinic=slot.clinic,
            starts_at=slot.starts_at, ends_at=slot.ends_at, opens_at=opens_at, held_until=opens_at,
            status=HeldSlotStatus.PLANNED, released_id=slot.released_id, offered_by=slot.offered_by,
        )  # fmt: skip


def close(slot: HeldSlot, status: HeldSlotStatus, unanswered: OfferAnswer, *, by: User, at: datetime) -> None:
    """Free the time and end what is still open of its offers."""
    left = list(slot.offers.filter(answer=OfferAnswer.OPEN))
    slot.offers.filter(pk__in=[offer.pk for offer in left]).update(answer=unanswered)
    call_off_offers(left, by=by, at=at)
    release([slot.hold_id] if slot.hold_id else [])
    slot.hold, slot.status = None, status
    slot.save(update_fields=["hold", "status"])


def reread(slot: HeldSlot) -> HeldSlot:
    """The row as it is now, locked."""
    return HeldSlot.objects.select_for_update(of=("self",)).select_related(*NAMED).get(pk=slot.pk)
