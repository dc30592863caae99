"""What may not leave any more, because the world is not as it says."""

from datetime import timedelta

import pytest

from clinic.enums import (
    AppointmentStatus,
    HeldSlotStatus,
    MessageKind,
    MessageStatus,
    OfferAnswer,
    OperationKind,
    PurchaseStatus,
)
from clinic.messaging.expiring import ExpiryNotice, queue_reminders
from clinic.messaging.keys import last_day_key
from clinic.messaging.sending.sender import Batch
from clinic.messaging.services import send_due
from clinic.models import HeldSlot, Offer, Operation
from clinic.packages.services import assign, extend
from tests.clinic.messaging.outbox import NOON
from tests.factories import NINE, in_status, make_package, make_waitlist_entry

CANCELLED = {"status": AppointmentStatus.CANCELLED_BY_PATIENT, "cancelled_at": NOON}
LATER, END = NINE + timedelta(hours=1), NINE + timedelta(minutes=90)
MOVED = {"starts_at": LATER, "ends_at": END, "busy_from": LATER, "busy_until": END}
HOUR = timedelta(hours=1)

UNTRUE = {
    "reminder of a cancelled one": (MessageKind.REMINDER, CANCELLED, "is cancelled"),
    "confirmation of a moved one": (MessageKind.BOOKED, MOVED, "another time"),
    "move of one moved again": (MessageKind.MOVED, MOVED, "another time"),
    "reminder to who is here": (MessageKind.REMINDER, {"status": "arrived", "arrived_at": NOON}, "here already"),
    "cancellation of one that stands": (MessageKind.CANCELLED, {}, "stands again"),
    "question to who has come": (MessageKind.NO_SHOW, {"status": "completed", "completed_at": NOON}, "after all"),
}
TRUE = {
    "reminder": (MessageKind.REMINDER, {}),
    "confirmation of a confirmed one": (MessageKind.BOOKED, {"status": "confirmed", "confirmed_at": NOON}),
    "cancellation": (MessageKind.CANCELLED, CANCELLED),
    "question to who has not come": (MessageKind.NO_SHOW, {"status": "no_show"}),
}


def become(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


@pytest.mark.parametrize(("kind", "change", "words"), UNTRUE.values(), ids=UNTRUE)
def test_what_is_not_so_any_more_is_skipped_and_says_why(outbox, sent, kind, change, words):
    appointment = outbox.appointment()
    message = outbox.message(appointment, kind)
    become(appointment, **change)

    assert send_due(at=NOON) == Batch(taken=1, skipped=1)

    message.refresh_from_db()
    assert message.status == MessageStatus.SKIPPED
    assert words in message.error
    assert sent() == []


@pytest.mark.parametrize(("kind", "change"), TRUE.values(), ids=TRUE)
def test_what_is_so_leaves(outbox, sent, kind, change):
    appointment = outbox.appointment()
    outbox.message(appointment, kind)
    become(appointment, **change)

    assert send_due(at=NOON) == Batch(taken=1, sent=1)
    assert len(sent()) == 1


def test_what_comes_too_late_expires(outbox, sent):
    message = outbox.message(outbox.appointment())

    assert send_due(at=NINE) == Batch(taken=1, expired=1)

    message.refresh_from_db()
    assert (message.status, sent()) == (MessageStatus.EXPIRED, [])
    assert message.error


@pytest.mark.parametrize(
    ("change", "words"),
    [({"accepts_messages": False}, "does not want messages"), ({"active": False}, "file is closed")],
)
def test_who_wants_no_messages_or_is_no_patient_by_now_gets_none(outbox, sent, change, words):
    message = outbox.message(outbox.appointment())
    become(outbox.patient, **change)

    assert send_due(at=NOON) == Batch(taken=1, skipped=1)

    message.refresh_from_db()
    assert words in message.error
    assert sent() == []


@pytest.mark.parametrize("cancelled", [1, 2])
def test_what_tells_of_several_sessions_leaves_until_none_is_as_it_says(outbox, sent, cancelled):
    operation = Operation.objects.create(
        organisation=outbox.organisation, kind=OperationKind.AUTO_SCHEDULE, by=outbox.sara, at=NOON
    )
    sessions = [outbox.appointment(starts_at=NINE + n * HOUR, operation=operation) for n in range(2)]
    outbox.message(sessions[0], MessageKind.PLANNED, operation=operation)
    for session in sessions[:cancelled]:
        become(session, **CANCELLED)

    batch = send_due(at=NOON)

    assert (batch.sent, batch.skipped) == ((1, 0) if cancelled == 1 else (0, 1))


@pytest.mark.parametrize(
    ("answer", "status", "held"),
    [
        (OfferAnswer.DECLINED, HeldSlotStatus.OPEN, HOUR),
        (OfferAnswer.OPEN, HeldSlotStatus.WITHDRAWN, HOUR),
        (OfferAnswer.OPEN, HeldSlotStatus.OPEN, timedelta(0)),
    ],
    ids=["declined", "withdrawn", "run out"],
)
def test_an_offer_leaves_only_while_it_is_open(outbox, sent, answer, status, held):
    slot = HeldSlot.objects.create(
        organisation=outbox.organisation, service=outbox.service, provider=outbox.provider, clinic=outbox.clinic,
        starts_at=NINE, ends_at=NINE + HOUR, opens_at=NOON, held_until=NOON + HOUR,
    )  # fmt: skip
    entry = make_waitlist_entry(outbox.patient, outbox.service)
    offer = Offer.objects.create(organisation=outbox.organisation, slot=slot, entry=entry, offered_at=NOON)
    outbox.message(kind=MessageKind.WAITLIST_OFFER, offer=offer)
    still_open = outbox.message(kind=MessageKind.WAITLIST_OFFER, offer=offer, due_at=NOON - HOUR)

    assert send_due(at=NOON - HOUR).sent == 1
    become(offer, answer=answer)
    become(slot, status=status, held_until=NOON + held)
    assert send_due(at=NOON) == Batch(taken=1, skipped=1)

    assert [key for key, _to, _body in sent()] == [str(still_open.public_id)]


@pytest.mark.parametrize(
    ("kind", "status", "leaves"),
    [
        (MessageKind.PACKAGE_EXPIRING, PurchaseStatus.ACTIVE, True),
        (MessageKind.PACKAGE_EXPIRING, PurchaseStatus.FROZEN, False),
        (MessageKind.ASSIGNED, PurchaseStatus.FROZEN, True),
        (MessageKind.ASSIGNED, PurchaseStatus.CANCELLED, False),
    ],
)
def test_a_package_is_told_of_only_while_it_can_be_used(outbox, sent, kind, status, leaves):
    purchase = assign(make_package((outbox.service, 4)), outbox.patient, by=outbox.sara, on=NOON.date(), at=NOON)
    purchase.messages.all().delete()
    outbox.message(kind=kind, purchase=purchase, dedupe_key=f"{last_day_key(purchase)}:again-1")
    become(purchase, **in_status(status))

    assert send_due(at=NOON).sent == leaves


def test_a_last_day_is_not_told_once_the_package_ends_on_another_which_is(outbox, sent):
    purchase = assign(make_package((outbox.service, 4)), outbox.patient, by=outbox.sara, on=NOON.date(), at=NOON)
    purchase.messages.all().delete()
    [old] = queue_reminders([ExpiryNotice(purchase, 4, outbox.clinic)], at=NOON)
    longer = extend(purchase, days=7, by=outbox.sara, at=NOON)
    [new] = queue_reminders([ExpiryNotice(longer, 4, outbox.clinic)], at=NOON)

    assert send_due(at=NOON) == Batch(taken=2, sent=1, skipped=1)

    old.refresh_from_db()
    assert (old.status, old.error) == (MessageStatus.SKIPPED, "The package ends on another day now.")
    assert [key for key, _to, _body in sent()] == [str(new.public_id)]
