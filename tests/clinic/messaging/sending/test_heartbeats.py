"""Whether messages leave as they should, as the dashboard and programs that watch are told."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection

from clinic.enums import Channel, MessageStatus
from clinic.heartbeats import SENDER, beat
from clinic.messaging.delivery import deliveries
from clinic.messaging.selectors import outbox_counts
from clinic.messaging.sending.heartbeats import worker_state
from clinic.messaging.services import send_due
from clinic.models import Heartbeat, Message
from clinic.tasks import send_messages
from tests.clinic.messaging.outbox import NOON

MINUTE = timedelta(minutes=1)


def test_a_worker_that_was_never_heard_is_not_alive(db):
    state = worker_state(at=NOON)

    assert (state.beat_at, state.is_alive, state.is_well) == (None, False, False)


def test_a_dead_worker_is_noticed_within_two_minutes(db):
    beat(SENDER, at=NOON - MINUTE)
    beat(SENDER, at=NOON)

    assert Heartbeat.objects.count() == 1
    assert worker_state(at=NOON + 2 * MINUTE).is_well
    assert not worker_state(at=NOON + 2.1 * MINUTE).is_alive


def test_the_oldest_message_that_should_have_left_is_noticed(outbox):
    appointment = outbox.appointment()
    outbox.message(appointment, due_at=NOON + MINUTE)
    outbox.message(appointment, due_at=NOON, leased_until=NOON + MINUTE)
    outbox.message(appointment, due_at=NOON - MINUTE, status=MessageStatus.SENT, sent_at=NOON)
    beat(SENDER, at=NOON + 16 * MINUTE)

    assert worker_state(at=NOON - MINUTE).oldest_due_at is None
    state = worker_state(at=NOON + 16 * MINUTE)

    assert (state.oldest_due_at, state.is_alive, state.is_late, state.is_well) == (NOON, True, True, False)


def work(*, minutes, after=0):
    """The sender, once a minute."""
    for n in range(after, after + minutes + 1):
        beat(SENDER, at=NOON + n * MINUTE)
        send_due(at=NOON + n * MINUTE)


@pytest.mark.parametrize("waiting", [1, 6])
def test_a_gateway_that_takes_nothing_for_a_quarter_of_an_hour_is_noticed(outbox, gateway, waiting):
    for _message in range(waiting):
        outbox.message()
    gateway.answer = 500

    work(minutes=14)
    assert worker_state(at=NOON + 14 * MINUTE).is_well
    work(minutes=5, after=15)

    state = worker_state(at=NOON + 20 * MINUTE)
    assert (state.failing, state.is_alive, state.is_well) == ({Channel.SMS: NOON}, True, False)
    stands = outbox_counts(outbox.organisation, at=NOON + 20 * MINUTE, today=NOON)
    assert stands.oldest_due_at == NOON


def test_a_gateway_that_answers_again_is_well_at_once_and_its_messages_were_late(outbox, gateway):
    for _message in range(6):
        outbox.message()
    gateway.answer = 500
    work(minutes=20)
    gateway.answer = 200

    work(minutes=40, after=21)

    state = worker_state(at=NOON + 61 * MINUTE)
    assert (state.failing, state.is_well) == ({}, True)
    [sms] = deliveries(outbox.organisation, since=NOON, until=NOON + MINUTE)
    assert sms.sent == 6
    assert sms.delay > 20 * MINUTE


def test_a_gateway_that_takes_some_is_not_failing(outbox, gateway):
    for n in range(21):
        gateway.answer = 500 if n % 5 else 200
        outbox.message(due_at=NOON + n * MINUTE)
        work(minutes=0, after=n)

    assert worker_state(at=NOON + 20 * MINUTE).failing == {}


def test_a_gateway_that_is_asked_for_nothing_any_more_raises_no_alarm(outbox, gateway):
    message = outbox.message()
    gateway.answer = 500
    work(minutes=20)

    Message.objects.filter(pk=message.pk).update(status=MessageStatus.CANCELLED)

    assert worker_state(at=NOON + 21 * MINUTE).failing == {}


def test_one_recipient_who_has_to_wait_is_no_failing_gateway(outbox, gateway):
    message = outbox.message(attempts=6, error="The mail server could not take the letter now (error 450).")
    beat(SENDER, at=NOON)

    state = worker_state(at=message.due_at)

    assert (state.failing, state.is_well) == ({}, True)


def test_the_task_sends_everything_and_says_that_it_is_alive(outbox, sent):
    outbox.message(outbox.appointment())

    with time_machine.travel(NOON, tick=False):
        send_messages()

    assert len(sent()) == 1
    assert worker_state(at=NOON).beat_at == NOON


@time_machine.travel(NOON, tick=False)
def test_health_is_well_while_the_worker_is_heard_and_tells_of_nobody(client, outbox):
    outbox.message(outbox.appointment(), due_at=NOON - MINUTE)
    beat(SENDER, at=NOON - MINUTE)

    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.json() == {
        "well": True, "database": True, "worker": True, "worker_heard_at": "2030-01-06T08:59:00Z",
        "messages_in_time": True, "oldest_message_waits_seconds": 60, "failing_channels": [],
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(("ago", "due", "worker", "in_time"), [(3, 0, False, True), (1, 20, True, False)])
def test_health_is_not_well_without_a_worker_or_with_a_message_left_lying(client, outbox, ago, due, worker, in_time):
    outbox.message(outbox.appointment(), due_at=NOON - due * MINUTE)
    beat(SENDER, at=NOON - ago * MINUTE)

    answer = client.get("/health/")

    facts = answer.json()
    assert (answer.status_code, facts["well"]) == (503, False)
    assert (facts["worker"], facts["messages_in_time"]) == (worker, in_time)


def test_health_is_not_well_while_a_gateway_takes_nothing(client, outbox, gateway):
    outbox.message()
    gateway.answer = 500
    work(minutes=20)

    with time_machine.travel(NOON + 20 * MINUTE, tick=False):
        answer = client.get("/health/")

    assert (answer.status_code, answer.json()["failing_channels"]) == (503, ["sms"])


def test_health_says_so_when_the_database_does_not_answer(client, db):
    def refuse(*_arguments):
        raise DatabaseError

    with connection.execute_wrapper(refuse):
        answer = client.get("/health/")

    assert (answer.status_code, answer.json()) == (503, {"well": False, "database": False})


def test_health_is_asked_without_tls_where_every_other_page_wants_it(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/").json()["database"]
    assert client.get("/admin/login/").url.startswith("https://")


def every_row() -> list[list[dict]]:
    return [list(model._base_manager.order_by("pk").values()) for model in apps.get_models()]


@time_machine.travel(NOON, tick=False)
def test_health_changes_nothing(client, outbox):
    outbox.message(outbox.appointment())
    beat(SENDER, at=NOON)
    before = every_row()

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["well"]) == (200, True)
    assert client.post("/health/").status_code == 405
    assert every_row() == before
