"""What each of the racing processes does. Rows are named by their keys; what is returned can be written as JSON."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.enums import LIVE_STATUSES, HeldSlotStatus, OperationKind
from clinic.models import (
    Appointment,
    Clinic,
    HeldSlot,
    Offer,
    Operation,
    Package,
    PackagePurchase,
    Patient,
    Provider,
    Rebooking,
    Service,
    User,
)
from clinic.operations import begin
from clinic.packages import services
from clinic.retries import retried
from clinic.scheduling import booking, undoing
from clinic.scheduling.booking import NewTime
from clinic.scheduling.planning import apply
from clinic.scheduling.planning.packing import unpack
from clinic.scheduling.rebooking import settling
from clinic.scheduling.rebooking.settling import Choice
from clinic.waitlist import services as waitlist
from tests.factories import BEFORE


def book(*, patient, service, provider, clinic, starts_at, by, purchase=None, request_key=None):
    """Book through the engine; the number of the session, or zero."""
    appointment = booking.book(
        patient=Patient.objects.get(pk=patient),
        service=Service.objects.get(pk=service),
        provider=Provider.objects.get(pk=provider),
        clinic=Clinic.objects.get(pk=clinic),
        starts_at=datetime.fromisoformat(starts_at),
        by=User.objects.get(pk=by),
        purchase=purchase and PackagePurchase.objects.get(pk=purchase),
        request_key=request_key and UUID(request_key),
        at=BEFORE,
    )
    return appointment.session_number or 0


def confirm_or_move(*, appointment, by, starts_at=None, provider=None):
    """Confirm the appointment, or move it where that is asked for; its status then."""
    row, by = Appointment.objects.get(pk=appointment), User.objects.get(pk=by)
    if starts_at is None:
        return booking.confirm(row, by=by, at=BEFORE).status
    there = Provider.objects.get(pk=provider)
    return booking.move(row, starts_at=datetime.fromisoformat(starts_at), provider=there, by=by, at=BEFORE).status


def move(*, appointment, starts_at, by, expected_sequence=None):
    """Move the appointment; where it is then."""
    moved = booking.move(
        Appointment.objects.get(pk=appointment),
        starts_at=datetime.fromisoformat(starts_at),
        by=User.objects.get(pk=by),
        expected_sequence=expected_sequence,
        at=BEFORE,
    )
    return moved.starts_at.isoformat()


def complete(*, appointment, by):
    """Complete the appointment, which has arrived."""
    booking.complete(Appointment.objects.get(pk=appointment), by=User.objects.get(pk=by), at=BEFORE)


def assign(*, package, patient, by, request_key):
    """Assign the package; the key of the purchase."""
    rows = Package.objects.get(pk=package), Patient.objects.get(pk=patient)
    return services.assign(*rows, by=User.objects.get(pk=by), request_key=UUID(request_key)).pk


def book_all(*, plan, by):
    """Book a packed plan; the number of sessions."""
    user = User.objects.get(pk=by)
    return len(apply(unpack(plan, by=user), by=user, at=BEFORE))


@retried
@transaction.atomic
def move_all(*, times, by):
    """Move several appointments, each to its start, as one operation; where they are then."""
    user = User.objects.get(pk=by)
    operation = begin(OperationKind.MOVE_REMAINING, by=user, at=BEFORE)
    new_times = [
        NewTime(Appointment.objects.get(pk=pk), datetime.fromisoformat(start), Provider.objects.get(pk=provider))
        for pk, start, provider in times
    ]
    moved = booking.move_all(new_times, by=user, operation=operation, at=BEFORE)
    return [row.starts_at.isoformat() for row in moved]


def undo(*, operation, by):
    """Undo the operation; how many rows are as they were before it."""
    return len(undoing.undo(Operation.objects.get(pk=operation), by=User.objects.get(pk=by), at=BEFORE).done)


def move_or_undo(**wanted):
    return undo(**wanted) if "operation" in wanted else move_all(**wanted)


def plan_or_book(**wanted):
    """An auto-scheduler if there is a plan to book, else a desk."""
    return book_all(**wanted) if "plan" in wanted else book(**wanted)


def accept(*, offer, by, at):
    """Say yes to an offer of the waiting list; the key of the appointment."""
    row = Offer.objects.get(pk=offer)
    return waitlist.accept(row, by=User.objects.get(pk=by), at=datetime.fromisoformat(at)).pk


def accept_or_expire(**wanted):
    """A patient who answers if there is an offer to answer, else the clock that ends what has run out."""
    if "offer" in wanted:
        return accept(**wanted)
    return waitlist.expire_offers(at=datetime.fromisoformat(wanted["at"]))


def look_and_accept(*, offer, by):
    """What a program without locks would do: look whether the offer is open, and write the row if it is."""
    row = Offer.objects.select_related("slot", "entry").get(pk=offer)
    if row.slot.appointment_id or row.slot.status != HeldSlotStatus.OPEN:
        return False
    slot = row.slot
    appointment = unguarded(
        patient=row.entry.patient_id, service=slot.service_id, provider=slot.provider_id, clinic=slot.clinic_id,
        starts_at=slot.starts_at.isoformat(), by=by,
    )  # fmt: skip
    appointment.save()
    HeldSlot.objects.filter(pk=slot.pk).update(status=HeldSlotStatus.TAKEN, appointment=appointment)
    return True


def look_and_insert(**wanted):
    """What a program without rules would do: look whether the time is free, and write the row if it is."""
    row = unguarded(**wanted)
    taken = Appointment.objects.filter(
        provider=row.provider_id, status__in=LIVE_STATUSES, busy_from__lt=row.busy_until, busy_until__gt=row.busy_from
    )
    if taken.exists():
        return False
    Appointment.objects.bulk_create([row])
    return True


def insert(**wanted):
    """Write the row without looking."""
    with transaction.atomic():
        Appointment.objects.bulk_create([unguarded(**wanted)])


def unguarded(*, patient, service, provider, clinic, starts_at, by, purchase=None) -> Appointment:
    start = datetime.fromisoformat(starts_at)
    end = start + Service.objects.get(pk=service).duration
    return Appointment(
        organisation_id=User.objects.get(pk=by).organisation_id, patient_id=patient, service_id=service,
        provider_id=provider, clinic_id=clinic, starts_at=start, ends_at=end, busy_from=start, busy_until=end,
        booked_at=BEFORE,
    )  # fmt: skip


def book_or_transfer(*, to=None, **wanted):
    """A desk that transfers the purchase if somebody is named, else one that books of it."""
    if to is None:
        return book(**wanted)
    by = User.objects.get(pk=wanted["by"])
    purchase = PackagePurchase.objects.get(pk=wanted["purchase"])
    return services.transfer(purchase, Patient.objects.get(pk=to), by=by, at=BEFORE).total_sessions


def approve(*, batch, times, by):
    """Approve the times of a batch, each an item, a start and a provider; the number of those moved."""
    row = Rebooking.objects.get(pk=batch)
    choices = [
        Choice(
            (item := row.items.select_related("appointment").get(pk=pk)),
            datetime.fromisoformat(start), Provider.objects.get(pk=provider), item.appointment.clinic,
        )
        for pk, start, provider in times
    ]  # fmt: skip
    return settling.approve(row, choices, by=User.objects.get(pk=by), at=BEFORE).changes.count()


def approve_or_book(**wanted):
    return approve(**wanted) if "batch" in wanted else book(**wanted)
