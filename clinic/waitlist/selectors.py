"""Questions about who waits and what has been offered to whom."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from clinic.enums import LIVE_STATUSES, HeldSlotStatus, OfferAnswer, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Offer, Organisation, WaitlistEntry
from clinic.waitlist.times import FreeTime

A_DAY = timedelta(days=1)  # days of an entry are those of a clinic, whichever it is
NAMED = ("organisation", "patient", "service", "clinic", "provider", "package_purchase__package")


@dataclass(frozen=True)
class Conversion:
    """What became of the offers of some time. `within` is how long an acceptance takes on average, if there is one."""

    offered: int
    accepted: int
    declined: int
    times: int
    filled: int
    within: timedelta | None

    @property
    def rate(self) -> float | None:
        """The share of offered times that somebody took; None while none was offered."""
        return self.filled / self.times if self.times else None

    @property
    def minutes(self) -> int | None:
        """`within` in whole minutes."""
        return None if self.within is None else round(self.within.total_seconds() / 60)


def waiting(organisation: Organisation) -> QuerySet[WaitlistEntry]:
    """Who waits, in the order in which they are asked, with all that a list shows.

    `asked` says that an offer to the entry is open.
    """
    rows = WaitlistEntry.objects.of(organisation).filter(status=WaitlistStatus.WAITING)
    return rows.select_related(*NAMED).annotate(asked=Exists(unanswered().filter(entry=OuterRef("pk"))))


def unanswered() -> QuerySet[Offer]:
    return Offer.objects.filter(answer=OfferAnswer.OPEN)


def askable(times: Sequence[FreeTime], *, at: datetime) -> QuerySet[WaitlistEntry]:
    """Who waits for the service of one of these times, and has no other offer to answer, in the order of the list."""
    days = [time.starts_at.astimezone(time.clinic.zone).date() for time in times]
    asked = unanswered().filter(entry__patient=OuterRef("patient"), slot__held_until__gt=at)
    return (
        WaitlistEntry.objects.filter(
            organisation=times[0].service.organisation_id,
            status=WaitlistStatus.WAITING,
            service__in={time.service.pk for time in times},
            first_on__lte=max(days),
            last_on__gte=min(days),
            patient__active=True,
        )
        .exclude(Exists(asked))
        .select_related(*NAMED)
        .order_by("-urgency", "joined_at", "pk")
    )


def engagements(
    patients: Collection[int], times: Sequence[FreeTime]
) -> QuerySet[Appointment, tuple[int, datetime, datetime]]:
    """When these patients have appointments about these times: patient, start and end."""
    rows = Appointment.objects.filter(
        patient__in=patients,
        status__in=LIVE_STATUSES,
        starts_at__lt=max(time.ends_at for time in times),
        starts_at__gt=min(time.starts_at for time in times) - A_DAY,
    )
    return rows.order_by().values_list("patient", "starts_at", "ends_at")


def declined(entries: Iterable[WaitlistEntry], times: Sequence[FreeTime]) -> QuerySet[Offer, tuple[int, int, datetime]]:
    """Which of these entries have said no to which of these times: entry, provider and start."""
    rows = Offer.objects.filter(
        entry__in=[entry.pk for entry in entries],
        answer=OfferAnswer.DECLINED,
        slot__starts_at__in={time.starts_at for time in times},
    )
    return rows.order_by().values_list("entry", "slot__provider", "slot__starts_at")


def open_slots(organisation: Organisation) -> QuerySet[HeldSlot]:
    """The times that are offered now, or about to be, soonest first, with their offers and who was asked."""
    offers = Offer.objects.select_related("entry__patient").order_by("pk")
    rows = HeldSlot.objects.of(organisation).filter(status__in=(HeldSlotStatus.OPEN, HeldSlotStatus.PLANNED))
    return (
        rows.select_related("service", "provider", "clinic", "room")
        .prefetch_related(Prefetch("offers", queryset=offers))
        .order_by("starts_at", "pk")
    )


def conversion(organisation: Organisation, *, since: datetime) -> Conversion:
    """What became of the offers made since a moment; two queries."""
    accepted, said_no = Q(answer=OfferAnswer.ACCEPTED), Q(answer=OfferAnswer.DECLINED)
    offers = Offer.objects.of(organisation).filter(offered_at__gte=since)
    counts = offers.aggregate(
        offered=Count("pk"),
        accepted=Count("pk", filter=accepted),
        declined=Count("pk", filter=said_no),
        within=Avg(F("answered_at") - F("offered_at"), filter=accepted),
    )
    slots = HeldSlot.objects.of(organisation).filter(offers__in=offers.values("pk"))
    times = slots.aggregate(
        times=Count("pk", distinct=True), filled=Count("pk", distinct=True, filter=Q(status=HeldSlotStatus.TAKEN))
    )
    return Conversion(**counts, **times)
