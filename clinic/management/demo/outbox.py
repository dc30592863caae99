"""What patients were told in the last days."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.management.demo.appointments import Played
from clinic.management.demo.chronicle import Change
from clinic.management.demo.records import BATCH
from clinic.management.demo.sales import Sale
from clinic.management.demo.world import World
from clinic.messaging.moving import move_until
from clinic.messaging.services import dedupe_key, destination_of
from clinic.messaging.texts.words import written
from clinic.models import Appointment, Message, PackagePurchase, Patient

TOLD_SINCE = timedelta(days=3)
FAILED_RATE = 0.02
TOLD_BY_STATUS = {
    AppointmentStatus.SCHEDULED: MessageKind.BOOKED,
    AppointmentStatus.RESCHEDULED: MessageKind.MOVED,
    AppointmentStatus.CANCELLED_BY_PATIENT: MessageKind.CANCELLED,
    AppointmentStatus.CANCELLED_BY_CLINIC: MessageKind.CANCELLED,
}


def fill_outbox(world: World, purchases: dict[Sale, PackagePurchase], played: list[Played]) -> None:
    """Write one message for every booking, move, cancellation and purchase of the last days, oldest first."""
    messages = [*about_appointments(world, played), *about_purchases(world, purchases)]
    Message.objects.bulk_create(sorted(messages, key=lambda message: message.queued_at), batch_size=BATCH)


def about_appointments(world: World, played: list[Played]) -> Iterator[Message]:
    clinics = {clinic.pk: clinic for clinic in world.clinics.values()}
    for one in played:
        appointment = one.chronicle.row
        for change in one.chronicle.changes:
            kind = told(world, change)
            if kind:
                appointment.clinic = clinics[appointment.clinic_id]
                yield message(world, kind, one.booking.person.patient, change.at, appointment=appointment)


def told(world: World, change: Change) -> MessageKind | None:
    recent = change.at > world.now - TOLD_SINCE
    return TOLD_BY_STATUS.get(change.fields.get("status")) if recent else None


def about_purchases(world: World, purchases: dict[Sale, PackagePurchase]) -> Iterator[Message]:
    for sale, purchase in purchases.items():
        if sale.sold_at > world.now - TOLD_SINCE:
            purchase.organisation = world.organisation
            yield message(world, MessageKind.ASSIGNED, sale.person.patient, sale.sold_at, purchase=purchase)


def message(
    world: World,
    kind: MessageKind,
    patient: Patient,
    at: datetime,
    *,
    appointment: Appointment | None = None,
    purchase: PackagePurchase | None = None,
) -> Message:
    destination = destination_of(patient)
    until = move_until(appointment, world.organisation.effective_policy, leaves_at=at) if appointment else None
    subject, body = written(
        kind, patient, channel=destination.channel, appointment=appointment, purchase=purchase, move_until=until
    )
    row = Message(
        organisation_id=world.organisation.pk,
        patient=patient,
        appointment=appointment,
        kind=kind,
        channel=destination.channel,
        address=destination.address,
        language=patient.language,
        subject=subject,
        body=body,
        due_at=at,
        queued_at=at,
        dedupe_key=dedupe_key(kind, destination.channel, appointment=appointment, purchase=purchase),
    )
    deliver(world, row, destination.obstacle)
    return row


def deliver(world: World, row: Message, obstacle: str) -> None:
    """What became of the message: most were sent within a minute, a few numbers could not be reached."""
    if obstacle:
        row.status, row.error = MessageStatus.SKIPPED, obstacle
        return
    row.attempts = 1
    if world.chance.random() < FAILED_RATE:
        row.status, row.attempts, row.error = MessageStatus.FAILED, 3, "Number not reachable"
    else:
        row.status = MessageStatus.SENT
        row.sent_at = row.queued_at + timedelta(seconds=world.chance.randint(4, 55))
        row.provider_reference = f"demo-{world.chance.getrandbits(40):010x}"
