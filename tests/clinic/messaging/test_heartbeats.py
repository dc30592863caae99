"""Whether messages leave as they should, as the dashboard and programs that watch are told."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection

from clinic.enums import MessageStatus
from clinic.heartbeats import SENDER, beat
from clinic.messaging.heartbeats import worker_state
from clinic.models import Heartbeat
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

    assert worker_state(at=NOON).oldest_due_at is None
    state = worker_state(at=NOON + 16 * MINUTE)

    assert (state.oldest_due_at, state.is_alive, state.is_late, state.is_well) == (NOON, True, True, False)


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
        "messages_in_time": True, "oldest_message_waits_seconds": 60,
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


def test_health_changes_nothing(client, db):
    assert client.post("/health/").status_code == 405
