"""What a delivery receipt makes of a message, in whatever order receipts come and however often."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from clinic.enums import MessageStatus
from clinic.messaging.outcomes import DeliveryReceipt, known, note
from clinic.messaging.services import send_due
from tests.clinic.messaging.outbox import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def message(outbox):
    return outbox.message(status=MessageStatus.SENT, sent_at=NOON)


def arrived(message, at=LATER):
    return DeliveryReceipt(message.public_id, delivered=True, at=at)


def failed(message, reason="number unknown"):
    return DeliveryReceipt(message.public_id, delivered=False, at=LATER, reason=reason)


def standing(message) -> tuple:
    message.refresh_from_db()
    return message.status, message.delivered_at, message.error


def test_arrival_is_noted_with_its_moment(message):
    note([arrived(message)])

    assert standing(message) == (MessageStatus.SENT, LATER, "")
    assert message.sent_at == NOON


def test_failure_is_seen_by_staff_in_the_gateways_words(message):
    note([failed(message)])

    assert standing(message) == (MessageStatus.FAILED, None, "The gateway could not deliver it: number unknown")


@pytest.mark.parametrize("reason", ["", "\n\x00\u202e"], ids=["none", "nothing to be seen"])
def test_failure_without_a_reason_says_so(message, reason):
    note([failed(message, reason)])

    assert standing(message)[2] == "The gateway could not deliver it: no reason given"


def test_endless_reason_is_cut(message):
    note([failed(message, "line\nafter line " * 1000)])

    error = standing(message)[2]
    assert "\n" not in error
    assert len(error) < 250


@pytest.mark.parametrize("order", sorted(set(permutations("aaff"))), ids="".join)
def test_receipts_in_any_order_come_out_the_same(message, order):
    for which in order:
        note([arrived(message) if which == "a" else failed(message)])

    assert standing(message) == (MessageStatus.SENT, LATER, "")


def test_second_arrival_does_not_move_the_first(message):
    note([arrived(message)])
    note([arrived(message, at=LATER + timedelta(hours=1))])

    assert standing(message)[1] == LATER


def test_message_that_arrived_after_all_is_not_sent_again(outbox, sent):
    message = outbox.message(outbox.appointment(), attempts=1)  # nobody answered the first time

    note([arrived(message)])

    assert send_due(at=LATER).taken == 0
    assert sent() == []
    assert standing(message) == (MessageStatus.SENT, LATER, "")
    assert message.sent_at == LATER


def test_message_that_is_just_being_sent_is_believed_to_have_failed(outbox):
    message = outbox.message(status=MessageStatus.SENDING, leased_until=LATER)

    note([failed(message)])

    assert standing(message)[0] == MessageStatus.FAILED


@pytest.mark.parametrize("status", [MessageStatus.QUEUED, MessageStatus.CANCELLED, MessageStatus.SKIPPED])
def test_failure_of_what_has_not_left_changes_nothing(outbox, status):
    message = outbox.message(status=status)

    note([failed(message)])

    assert standing(message) == (status, None, "")


def test_called_off_message_that_arrives_stays_called_off(outbox):
    message = outbox.message(status=MessageStatus.CANCELLED, error="Called off by Sara.")

    note([arrived(message)])

    assert standing(message) == (MessageStatus.CANCELLED, LATER, "Called off by Sara.")


def test_receipt_touches_its_own_letter_alone(outbox, message):
    other = outbox.message(status=MessageStatus.SENT, sent_at=NOON)

    note([failed(other), DeliveryReceipt(uuid4(), delivered=False, at=LATER)])

    assert standing(message) == (MessageStatus.SENT, None, "")
    assert known([message.public_id, uuid4()]) == {message.public_id}
