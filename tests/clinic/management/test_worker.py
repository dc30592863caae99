"""The background worker is asked for signs of life, and started anew when it ends or gives none."""

import signal
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now
from django_q.models import OrmQ

from clinic.audit.certificates import certify
from clinic.heartbeats import SENDER, WORKER, beat
from clinic.management.commands import worker
from clinic.management.commands.worker import Ear
from clinic.messaging.sending.heartbeats import worker_state

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

DEAF = ["-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"]
AT_ONCE = ["-c", "pass"]
SILENCE = timedelta(seconds=80)
SECOND = timedelta(seconds=1)
BEGAN = now()


@pytest.fixture
def ear():
    return Ear(SILENCE, at=BEGAN)


def test_worker_is_given_up_when_it_says_nothing_after_its_start_or_its_last_sign_of_life(ear):
    over = BEGAN + SILENCE + SECOND

    assert ear.hears(at=BEGAN + SILENCE)
    assert not ear.hears(at=over)
    beat(SENDER, at=over)
    assert ear.hears(at=over + SILENCE)
    assert not ear.hears(at=over + SILENCE + SECOND)


def test_worker_that_starts_is_given_a_minute_however_short_its_silence_may_be():
    ear = Ear(SECOND, at=BEGAN)
    beat(SENDER, at=BEGAN - SECOND)

    assert ear.hears(at=BEGAN + 60 * SECOND)
    beat(SENDER, at=BEGAN + 60 * SECOND)
    assert not ear.hears(at=BEGAN + 62 * SECOND)


def test_worker_that_does_long_work_is_heard(ear):
    over = BEGAN + SILENCE + SECOND
    beat(SENDER, at=BEGAN - SILENCE)

    certify()

    assert ear.hears(at=over)
    assert worker_state(at=over).beat_at == BEGAN - SILENCE


def test_worker_is_asked_to_send_at_its_start_and_after_half_a_silence_without_an_answer(ear):
    asked = []
    for seconds in (0, 5, 40, 41, 80):
        ear.hears(at=BEGAN + seconds * SECOND)
        asked.append(OrmQ.objects.count())
    beat(SENDER, at=BEGAN + 80 * SECOND)
    for seconds in (120, 121):
        ear.hears(at=BEGAN + seconds * SECOND)
        asked.append(OrmQ.objects.count())

    assert asked == [1, 1, 1, 2, 2, 2, 3]
    assert {task.func() for task in OrmQ.objects.all()} == {"clinic.tasks.send_messages"}


@pytest.mark.django_db(transaction=True)  # the connection that has failed is closed
def test_worker_is_not_given_up_when_the_database_was_away_for_longer_than_a_silence(ear):
    beat(WORKER, at=BEGAN)
    back = BEGAN + 10 * SILENCE

    with connection.execute_wrapper(away):
        assert ear.hears(at=back)

    assert ear.hears(at=back + SILENCE)
    assert not ear.hears(at=back + SILENCE + SECOND)


def away(*_statement):
    raise OperationalError("the database system is starting up")


@pytest.mark.parametrize(
    ("program", "is_heard", "end"),
    [(DEAF, False, -signal.SIGKILL), (AT_ONCE, True, 0)],
    ids=["stuck, and listens to nobody", "ended by itself"],
)
def test_worker_comes_to_its_end_and_a_new_one_may_begin(monkeypatch, capsys, program, is_heard, end):
    monkeypatch.setattr(worker, "PROGRAM", program)
    monkeypatch.setattr(Ear, "hears", lambda ear, at: is_heard)

    assert worker.Command().run_once(SECOND) == end

    assert "started anew" in capsys.readouterr().err
