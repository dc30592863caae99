"""What leaves the outbox, when, and what becomes of what does not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.messaging.sending import sender
from clinic.messaging.sending.backoff import MOST_ATTEMPTS
from clinic.messaging.sending.leases import LEASE, claim, take
from clinic.messaging.sending.sender import Batch
from clinic.messaging.services import cancel_for, heard_of, send_due
from clinic.models import Clinic, Message
from tests.clinic.messaging.outbox import NOON
from tests.factories import NINE, make_appointment, make_clinic, make_patient, make_provider, make_service

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_what_is_due_leaves_once_under_its_own_key(outbox, sent):
    message = outbox.message(outbox.appointment())

    assert send_due(at=NOON) == Batch(taken=1, sent=1)
    assert send_due(at=NOON + MINUTE) == Batch()

    assert sent() == [(str(message.public_id), "+966501234567", "See you.")]
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.attempts) == (MessageStatus.SENT, NOON, 1)
    assert message.leased_until is None


def test_what_is_not_due_yet_stays(outbox, sent):
    outbox.message(outbox.appointment(), due_at=NOON + MINUTE)

    assert send_due(at=NOON) == Batch()
    assert send_due(at=NOON + MINUTE).sent == 1


def test_it_goes_where_the_patient_is_reached_by_now(outbox, sent):
    message = outbox.message(outbox.appointment())
    outbox.patient.phone = "+966507654321"
    outbox.patient.save()

    send_due(at=NOON)

    assert [to for _key, to, _body in sent()] == ["+966507654321"]
    message.refresh_from_db()
    assert message.address == "+966507654321"


def test_a_gateway_in_trouble_is_asked_again_after_rising_waits_and_then_no_more(outbox, gateway):
    gateway.answer = 500
    message, at, waits = outbox.message(expires_at=None, kind=MessageKind.RECEIPT), NOON, []

    for _attempt in range(MOST_ATTEMPTS):
        send_due(at=at)
        message.refresh_from_db()
        waits.append(message.due_at - at)
        at = message.due_at

    assert len(gateway.calls) == MOST_ATTEMPTS
    assert {call.key for call in gateway.calls} == {str(message.public_id)}
    assert all(MINUTE * 0.75 * 2**n <= wait <= MINUTE * 1.25 * 2**n for n, wait in enumerate(waits[:6]))
    assert all(wait <= 75 * MINUTE for wait in waits)
    assert (message.status, message.attempts) == (MessageStatus.FAILED, MOST_ATTEMPTS)
    assert message.error
    assert send_due(at=at + timedelta(days=1)) == Batch()


def test_what_ends_its_worker_each_time_is_given_up(outbox, gateway):
    message, at = outbox.message(expires_at=None, kind=MessageKind.RECEIPT), NOON
    for _worker in range(MOST_ATTEMPTS):
        lease = take(at=at, limit=500)
        assert claim(Message.objects.get(pk=message.pk), lease, at=at)
        at += LEASE

    assert send_due(at=at) == Batch(taken=1, failed=1)

    message.refresh_from_db()
    assert (message.status, gateway.calls) == (MessageStatus.FAILED, [])
    assert "worker ended" in message.error


def test_what_ends_its_worker_holds_up_no_other(outbox, sent):
    poisonous, tried, new = (outbox.message(due_at=NOON + n * MINUTE, attempts=(2, 1, 0)[n]) for n in range(3))

    assert take(at=NOON + 2 * MINUTE, limit=2).keys == [new.pk, tried.pk]
    assert send_due(at=NOON + 2 * MINUTE + LEASE).sent == 3

    assert [key for key, _to, _body in sent()] == [str(message.public_id) for message in (new, tried, poisonous)]


def test_what_fails_shortly_before_it_is_of_no_use_is_tried_once_more_in_time(outbox, gateway):
    gateway.answer = 500
    message = outbox.message(outbox.appointment(), expires_at=NOON + timedelta(seconds=40))

    send_due(at=NOON)

    message.refresh_from_db()
    assert message.due_at == NOON + timedelta(seconds=20)


def test_one_that_cannot_be_looked_at_is_tried_again_and_given_up_while_the_others_leave(outbox, sent, caplog):
    odd = make_provider(make_clinic(outbox.organisation, name="Odd"))
    appointment = make_appointment(outbox.patient, make_service(odd), odd, odd.clinics.get(), NINE + timedelta(days=9))
    Clinic.objects.filter(pk=appointment.clinic_id).update(time_zone="Mars/Olympus")
    unreadable, told = outbox.message(appointment), outbox.message(outbox.appointment())

    assert send_due(at=NOON) == Batch(taken=2, sent=1, retried=1)

    unreadable.refresh_from_db()
    assert (unreadable.status, unreadable.attempts, unreadable.leased_until) == (MessageStatus.QUEUED, 1, None)
    assert unreadable.due_at > NOON
    assert unreadable.error == "Sending failed unexpectedly (ZoneInfoNotFoundError)."
    assert [key for key, _to, _body in sent()] == [str(told.public_id)]
    for _attempt in range(MOST_ATTEMPTS - 1):
        send_due(at=unreadable.due_at)
        unreadable.refresh_from_db()
    assert (unreadable.status, unreadable.attempts) == (MessageStatus.FAILED, MOST_ATTEMPTS)
    assert "Mars" not in caplog.text


def test_a_number_that_is_refused_fails_for_good_and_the_others_are_told(outbox, gateway):
    wrong = make_patient(outbox.organisation, phone="+966501111111")
    refused = outbox.message(outbox.appointment(patient=wrong))
    told = [outbox.message(outbox.appointment(starts_at=NINE + timedelta(hours=n))) for n in (1, 2)]
    gateway.refused = {"+966501111111"}

    batch = send_due(at=NOON)

    assert batch == Batch(taken=3, sent=2, failed=1)
    assert set(gateway.delivered) == {str(message.public_id) for message in told}
    refused.refresh_from_db()
    assert (refused.status, refused.attempts) == (MessageStatus.FAILED, 1)
    assert refused.error


def test_a_gateway_that_fails_again_and_again_costs_those_it_was_not_asked_for_no_attempt(outbox, gateway):
    gateway.answer = 500
    for n in range(5):
        outbox.message(outbox.appointment(starts_at=NINE + timedelta(hours=n)))

    assert send_due(at=NOON) == Batch(taken=5, retried=5)

    assert len(gateway.calls) == 3
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1, 1]
    left_alone = Message.objects.filter(attempts=0, due_at=NOON, status=MessageStatus.QUEUED)
    assert set(left_alone.values_list("leased_until", flat=True)) == {NOON + MINUTE}


def test_what_a_killed_worker_had_in_hand_is_due_again_when_its_lease_is_over(outbox, sent):
    in_hand = outbox.message(outbox.appointment())
    being_sent = outbox.message(outbox.appointment(starts_at=NINE + timedelta(hours=1)))
    lease = take(at=NOON, limit=10)
    claim(being_sent, lease, at=NOON)

    assert send_due(at=NOON + LEASE - MINUTE / 60) == Batch()
    assert send_due(at=NOON + LEASE).sent == 2

    assert {key for key, _to, _body in sent()} == {str(in_hand.public_id), str(being_sent.public_id)}
    being_sent.refresh_from_db()
    assert being_sent.attempts == 2


def test_a_worker_whose_lease_is_over_claims_nothing_any_more(outbox):
    message = outbox.message(outbox.appointment())
    old = take(at=NOON, limit=10)
    take(at=NOON + LEASE, limit=10)

    assert not claim(message, old, at=NOON + LEASE)


def test_what_is_in_hand_can_be_called_off_up_to_the_claim(outbox, sent):
    appointment = outbox.appointment()
    message = outbox.message(appointment)
    lease = take(at=NOON, limit=10)

    assert cancel_for(appointment, by=outbox.sara, at=NOON) == 1

    assert not claim(message, lease, at=NOON)
    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED


def test_what_is_claimed_counts_as_heard_and_is_not_called_off(outbox):
    appointment = outbox.appointment()
    message = outbox.message(appointment, MessageKind.BOOKED)
    claim(message, take(at=NOON, limit=10), at=NOON)

    assert cancel_for(appointment, by=outbox.sara, at=NOON) == 0

    assert heard_of(appointment) == {MessageKind.BOOKED}


def test_what_is_of_no_use_any_more_is_not_claimed(outbox):
    message = outbox.message(outbox.appointment(), expires_at=NOON + MINUTE)
    lease = take(at=NOON, limit=10)

    assert not claim(message, lease, at=NOON + MINUTE)


def test_a_batch_that_may_not_go_on_gives_back_what_it_has_not_sent(outbox, sent):
    outbox.message(outbox.appointment())

    assert send_due(at=NOON, seconds=0) == Batch(taken=1)
    assert send_due(at=NOON).sent == 1


@pytest.mark.parametrize("number", [1, 40])
def test_looking_costs_the_same_for_any_number_and_each_message_two_more(outbox, sent, monkeypatch, number):
    monkeypatch.setattr(sender, "FRESH", 60.0)  # on a busy machine they take longer than a second
    for n in range(number):
        outbox.message(outbox.appointment(starts_at=NINE + n * timedelta(minutes=30)))

    with CaptureQueriesContext(connection) as queries:
        assert send_due(at=NOON).sent == number

    savepoint = 2  # around the taking, inside the test's transaction
    assert len(queries) == savepoint + 5 + 2 * number


def test_a_machine_that_reads_slowly_still_sends_and_looks_again(outbox, sent, monkeypatch):
    monkeypatch.setattr(sender, "FRESH", 0.0)  # everything is stale as soon as it is read
    for n in range(3):
        outbox.message(outbox.appointment(starts_at=NINE + n * timedelta(minutes=30)))

    assert send_due(at=NOON).sent == 3


def test_e_mail_and_sms_leave_in_one_batch(outbox, sent, mailoutbox):
    appointment = outbox.appointment()
    outbox.message(appointment)
    outbox.message(appointment, channel=Channel.EMAIL, address="huda@example.org")

    assert send_due(at=NOON).sent == 2

    assert [mail.to for mail in mailoutbox] == [["huda@example.org"]]
    assert len(sent()) == 1
