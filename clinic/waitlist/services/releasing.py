"""Times that appointments free: planned as offers, and opened some minutes later if they are still free."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from clinic.enums import HeldSlotStatus, WaitlistStatus
from clinic.errors import OfferRefused
from clinic.messaging.grace import SLIP
from clinic.messaging.sending.quiet import after_quiet_hours
from clinic.models import Appointment, HeldSlot, WaitlistEntry
from clinic.people.automatic import automatic_user
from clinic.retries import on_its_own, retried
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.locks import lock
from clinic.waitlist.matching import match_holes
from clinic.waitlist.services.ending import reread
from clinic.waitlist.services.offering import given_up_by, open_round
from clinic.waitlist.times import FreeTime


def plan_offer(released: Appointment, *, at: datetime | None = None) -> HeldSlot | None:
    """Note that a freed time is to be offered soon, where the policy wishes it and somebody waits for the service.

    None otherwise. Nothing is held yet: until then the time is free to whoever wants it. One query, and two more when
    there is something to plan.
    """
    at = at or timezone.now()
    waiting = WaitlistEntry.objects.filter(
        organisation=released.organisation_id, organisation__policy__offers_released_times=True,
        status=WaitlistStatus.WAITING, service=released.service_id, last_on__gte=at.date() - timedelta(days=1),
    )  # fmt: skip
    if released.starts_at <= at or not waiting.exists():
        return None
    opens_at = after_quiet_hours(at + SLIP, released.clinic.zone, policy_of(released.organisation_id))
    if opens_at >= released.starts_at:
        return None
    return HeldSlot.objects.create(
        organisation_id=released.organisation_id, service=released.service, provider=released.provider,
        clinic=released.clinic, starts_at=released.starts_at, ends_at=released.ends_at, opens_at=opens_at,
        status=HeldSlotStatus.PLANNED, held_until=opens_at, released_id=released.pk,
        offered_by=released.cancelled_by,
    )  # fmt: skip


def open_planned(*, at: datetime | None = None) -> int:
    """Offer what is due, all the freed times of an organisation matched as one assignment; how many are offered now.

    What is not free any more, or fits nobody, is forgotten. A second call finds nothing to do.
    """
    at = at or timezone.now()
    due = HeldSlot.objects.filter(status=HeldSlotStatus.PLANNED, opens_at__lte=at)
    by_organisation = defaultdict(list)
    for slot in due.select_related("service", "provider", "clinic", "released").order_by("starts_at", "pk"):
        by_organisation[slot.organisation_id].append(slot)
    return sum(open_together(slots, at=at) for slots in by_organisation.values())


def open_together(slots: list[HeldSlot], *, at: datetime) -> int:
    each = policy_of(slots[0].organisation_id).offers_at_once
    times = [FreeTime(slot.service, slot.provider, slot.clinic, slot.starts_at, given_up_by(slot)) for slot in slots]
    matched = match_holes(times, each=each, at=at)
    pairs = zip(slots, matched, strict=True)
    return sum(on_its_own(partial(open_one, slot, entries, at=at), slot) for slot, entries in pairs)


@retried
@transaction.atomic
def open_one(slot: HeldSlot, entries: list[WaitlistEntry], *, at: datetime) -> bool:
    lock(providers=[slot.provider])
    if not HeldSlot.objects.filter(pk=slot.pk, status=HeldSlotStatus.PLANNED).exists():
        return False  # somebody has offered it by hand meanwhile
    row = reread(slot)
    try:
        with transaction.atomic():
            if entries:
                open_round(row, entries, by=row.offered_by or automatic_user(row.organisation), at=at)
                return True
    except OfferRefused:
        pass  # somebody has taken it meanwhile, or the cancellation has been undone
    row.delete()
    return False
