"""Batches open when time is taken away and close when the last of their items is settled."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import RebookingCause, RebookingItemStatus, RebookingStatus
from clinic.models import Appointment, Closure, Leave, Organisation, Provider, Rebooking, RebookingItem, User
from clinic.scheduling.rebooking.hits import WAITING, Openings, is_waiting, outside

S = RebookingItemStatus
A_MOMENT = timedelta(microseconds=1)  # leave until midnight ends on the day before


@transaction.atomic
def open_batch(
    cause: Leave | Closure | Provider, hit: Sequence[Appointment], *, by: User | None, at: datetime | None = None
) -> Rebooking | None:
    """Put the appointments on the list of this cause, its own batch; None where none of them is new to it.

    A provider stands for changed hours, all of which come onto one list as long as it is open. What waits on another
    list already stays there, what has been kept as it is on this one stays kept.
    """
    at, hit = at or timezone.now(), not_yet_listed(cause, hit)
    if not hit:
        return None
    batch = batches_of(cause).select_for_update(of=("self",)).first()
    known = {item.appointment_id: item for item in batch.items.all()} if batch else {}
    again = [known[row.pk] for row in hit if row.pk in known]
    new = [row for row in hit if row.pk not in known]
    batch = batch or begun(cause, hit[0].organisation, by=by, at=at)
    reopen(again)
    RebookingItem.objects.bulk_create(
        RebookingItem(organisation_id=batch.organisation_id, rebooking=batch, appointment=row) for row in new
    )
    if batch.status != RebookingStatus.OPEN:
        batch.status, batch.done_at = RebookingStatus.OPEN, None
        batch.save(update_fields=["status", "done_at"])
    return batch


def not_yet_listed(cause: Leave | Closure | Provider, hit: Iterable[Appointment]) -> list[Appointment]:
    """Those of the appointments that wait on no list, and are not kept as they are on that of this cause."""
    hit = list(hit)
    items = RebookingItem.objects.filter(appointment__in=hit)
    kept = Q(status=S.KEPT, rebooking__in=batches_of(cause)) if cause.pk else Q(pk=None)
    listed = set(items.filter(is_waiting() | kept).values_list("appointment", flat=True)) if hit else set()
    return [row for row in hit if row.pk not in listed]


def open_batch_of(cause: Leave | Closure | Provider) -> Rebooking | None:
    """The list of this cause, as long as somebody waits on it."""
    return batches_of(cause).filter(status=RebookingStatus.OPEN).first()


def batches_of(cause: Leave | Closure | Provider) -> QuerySet[Rebooking]:
    """The lists of this cause, newest first; of changed hours only those that are still open."""
    if isinstance(cause, Leave):
        return Rebooking.objects.filter(leave=cause)
    if isinstance(cause, Closure):
        return Rebooking.objects.filter(closure=cause)
    return Rebooking.objects.filter(provider=cause, cause=RebookingCause.HOURS, status=RebookingStatus.OPEN)


def begun(cause: Leave | Closure | Provider, organisation: Organisation, *, by: User | None, at: datetime) -> Rebooking:
    links = {"provider": cause} if isinstance(cause, Provider) else {}
    kind = RebookingCause.HOURS
    if isinstance(cause, Leave):
        links, kind = {"leave": cause, "provider": cause.provider}, RebookingCause.LEAVE
    elif isinstance(cause, Closure):
        links, kind = {"closure": cause}, RebookingCause.CLOSURE
    return Rebooking.objects.create(
        organisation=organisation, cause=kind, title=title_of(cause, organisation), opened_at=at, opened_by=by, **links
    )


def title_of(cause: Leave | Closure | Provider, organisation: Organisation) -> str:
    """What happened, in a sentence; it stands for the cause once that is gone."""
    if isinstance(cause, Leave):
        zone = ZoneInfo(organisation.time_zone)
        first, last = cause.starts_at.astimezone(zone), (cause.ends_at - A_MOMENT).astimezone(zone)
        values = {"provider": cause.provider, "days": days_text(first, last)}
        return (_("Leave of %(provider)s, %(days)s") % values)[:250]
    if isinstance(cause, Closure):
        values = {"name": cause.name, "days": days_text(cause.first_on, cause.last_on)}
        if cause.clinic_id is None:
            return (_("Every clinic closed: %(name)s, %(days)s") % values)[:250]
        return (_("%(clinic)s closed: %(name)s, %(days)s") % {**values, "clinic": cause.clinic})[:250]
    return (_("Changed working hours of %(provider)s") % {"provider": cause})[:250]


def days_text(first: date, last: date) -> str:
    days = [date_format(day, "j M Y") for day in (first, last)]
    return days[0] if days[0] == days[1] else f"{days[0]} – {days[1]}"


def reopen(items: Iterable[RebookingItem]) -> int:
    """Nobody has settled them after all."""
    keys = [item.pk for item in items]
    if not keys:
        return 0
    fields = {"status": S.OPEN, "way": "", "operation": None, "settled_at": None, "settled_by": None}
    reopened = RebookingItem.objects.filter(pk__in=keys).update(**fields)
    batches = Rebooking.objects.filter(items__in=keys, status=RebookingStatus.DONE)
    Rebooking.objects.filter(pk__in=list(batches.values_list("pk", flat=True))).update(
        status=RebookingStatus.OPEN, done_at=None
    )
    return reopened


def settle_what_fits(*, at: datetime | None = None, **where: object) -> int:
    """Settle the open items whose time has come back, or whose patient is no longer waited for; how many.

    `where` narrows the items, as the organisation or the appointment's provider.
    """
    rows = RebookingItem.objects.filter(status=S.OPEN, **where)
    items = list(rows.select_related("appointment__clinic"))
    waiting = [item.appointment for item in items if item.appointment.status in WAITING]
    openings = Openings(waiting) if waiting else None
    settled = [item for item in items if item.appointment.status not in WAITING or openings.hold(item.appointment)]
    return settle(settled, at=at)


def follow(appointment: int, *, by: User | None, at: datetime | None = None) -> None:
    """Bring the items of one appointment, by key, up to date with where it stands now; one query where it has none.

    An undo may put it back to where nobody is: then its newest item is open again. What is kept stays kept.
    """
    items = list(RebookingItem.objects.filter(appointment=appointment).exclude(status=S.KEPT).order_by("-pk"))
    if not items:
        return
    waiting = Appointment.objects.filter(pk=appointment, status__in=WAITING, starts_at__gt=at or timezone.now())
    is_stranded = bool(outside(list(waiting.select_related("clinic"))))
    still_open = [item for item in items if item.status == S.OPEN]
    if is_stranded and not still_open:
        reopen(items[:1])
    elif not is_stranded:
        settle(still_open, by=by, at=at)


def settle(items: Iterable[RebookingItem], *, by: User | None = None, at: datetime | None = None) -> int:
    """Nothing has to be done about these any more; their batches close when they were the last."""
    keys = [item.pk for item in items]
    if not keys:
        return 0
    at = at or timezone.now()
    settled = RebookingItem.objects.filter(pk__in=keys, status=S.OPEN).update(
        status=S.SETTLED, settled_at=at, settled_by=by
    )
    close_finished({item.rebooking_id for item in items}, at=at)
    return settled


@transaction.atomic
def close_finished(batches: Iterable[int], *, at: datetime) -> None:
    """Of these batches, close the open ones without open items.

    They are locked first: of two who settle the last two items at once, the second then sees what the first has done.
    """
    locked = Rebooking.objects.select_for_update().filter(pk__in=batches).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    still_open = RebookingItem.objects.filter(rebooking=OuterRef("pk"), status=S.OPEN)
    rows = Rebooking.objects.filter(~Exists(still_open), pk__in=keys, status=RebookingStatus.OPEN)
    rows.update(status=RebookingStatus.DONE, done_at=at)
