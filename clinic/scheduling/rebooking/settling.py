"""What a person does about a batch: approve proposals, keep an appointment as it is, call the patient, cancel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic import operations
from clinic.enums import OperationKind, RebookingItemStatus, RefusalCode
from clinic.errors import ChangedMeanwhile, InvalidEntry, Refusal
from clinic.models import Clinic, Operation, Provider, Rebooking, RebookingItem, User
from clinic.retries import retried
from clinic.scheduling import booking
from clinic.scheduling.booking.several import NewTime
from clinic.scheduling.booking.together import lock_everybody
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.planning.rebooking import way_between
from clinic.scheduling.rebooking.batches import close_finished
from clinic.tenancy import own

S = RebookingItemStatus
LONGEST = 250  # as long as the columns of reasons and notes


@dataclass(frozen=True)
class Choice:
    """The time that a person has chosen for an item: one that was proposed, or any other."""

    item: RebookingItem
    starts_at: datetime
    provider: Provider
    clinic: Clinic

    @property
    def time(self) -> NewTime:
        return NewTime(self.item.appointment, self.starts_at, self.provider, self.clinic)


@retried
@transaction.atomic
def approve(batch: Rebooking, choices: Sequence[Choice], *, by: User, at: datetime | None = None) -> Operation:
    """Move the appointments of these items to the times chosen, all of them or none, as one operation.

    Each patient hears of it in one message. Raises `booking.SomeRefused` naming those that no longer fit,
    ChangedMeanwhile when somebody has settled one of them, and InvalidEntry when nothing is chosen.
    """
    own(by, batch, *(row for choice in choices for row in (choice.item, choice.provider, choice.clinic)))
    at = at or timezone.now()
    if not choices:
        nothing = Refusal(RefusalCode.INVALID, _("No appointment is chosen."), _("Tick those that you approve."))
        raise InvalidEntry(nothing)
    times = [choice.time for choice in choices]
    lock_everybody([time.appointment for time in times], [time.place(time.appointment) for time in times])
    items = open_ones(batch, [choice.item for choice in choices])
    operation = operations.begin(OperationKind.REBOOKING, by=by, at=at, reason=batch.title[:LONGEST])
    ways = [way_of(choice) for choice in choices]
    booking.move_all(times, by=by, operation=operation, reason=batch.title, at=at)
    for choice, way in zip(choices, ways, strict=True):
        item = items[choice.item.pk]
        item.status, item.way, item.operation = S.MOVED, way, operation
        item.settled_at, item.settled_by = at, by
    RebookingItem.objects.bulk_update(items.values(), ["status", "way", "operation", "settled_at", "settled_by"])
    close_finished([batch.pk], at=at)
    return operation


@transaction.atomic
def keep(item: RebookingItem, *, by: User, reason: str, at: datetime | None = None) -> RebookingItem:
    """Leave the appointment at its old time, for a reason: somebody has agreed to be there, say.

    Raises InvalidEntry without a reason, ChangedMeanwhile when the item is settled.
    """
    own(by, item)
    reason = reason.strip()
    if not reason:
        message = _("An appointment that is kept as it is needs a reason.")
        raise InvalidEntry(Refusal(RefusalCode.INVALID, message, _("Say who will be there.")), field="reason")
    row = open_ones(item.rebooking, [item])[item.pk]
    row.status, row.note = S.KEPT, reason[:LONGEST]
    row.settled_at, row.settled_by = at or timezone.now(), by
    row.save(update_fields=["status", "note", "settled_at", "settled_by"])
    close_finished([row.rebooking_id], at=row.settled_at)
    return row


@transaction.atomic
def note_call(item: RebookingItem, *, by: User, said: str = "", at: datetime | None = None) -> RebookingItem:
    """Write down that the patient was called and what was said; the item waits on. Raises ChangedMeanwhile."""
    own(by, item)
    row, at = open_ones(item.rebooking, [item])[item.pk], at or timezone.now()
    values = {
        "name": by,
        "at": date_format(at.astimezone(row.appointment.clinic.zone), "j M H:i"),
        "said": said.strip(),
    }
    text = _("%(at)s, %(name)s: %(said)s") if values["said"] else _("%(at)s, %(name)s: called.")
    row.note = (text % values)[:LONGEST]
    row.save(update_fields=["note"])
    return row


def way_of(choice: Choice) -> str:
    place = instant_of(choice.starts_at), choice.provider.pk, choice.clinic.pk
    return way_between(choice.item.appointment, *place)


def open_ones(batch: Rebooking, items: Iterable[RebookingItem]) -> dict[int, RebookingItem]:
    """The items of the batch as they are now, locked, by key; ChangedMeanwhile names those that are settled."""
    keys = {item.pk for item in items}
    loaded = ("appointment__patient", "appointment__clinic", "settled_by")
    rows = batch.items.select_for_update(of=("self",)).select_related(*loaded).filter(pk__in=keys)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) != len(keys):
        raise RebookingItem.DoesNotExist("RebookingItem matching query does not exist.")
    if settled := [row for row in found.values() if row.status != S.OPEN]:
        raise ChangedMeanwhile(*(settled_already(row) for row in settled))
    return found


def settled_already(row: RebookingItem) -> Refusal:
    values = {
        "patient": row.appointment.patient,
        "name": row.settled_by or pgettext("who did it", "Somebody"),
        "status": row.get_status_display(),
    }
    message = _("%(name)s has settled the appointment of %(patient)s already: %(status)s.") % values
    return Refusal(RefusalCode.CHANGED, message, _("Look at the list again."))
