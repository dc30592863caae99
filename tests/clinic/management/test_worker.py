"""The background worker is started anew when it ends or is not heard any more."""

import signal
from datetime import timedelta

import pytest
from django.utils.timezone import now

from clinic.audit.certificates import certify
from clinic.heartbeats import SENDER, WORKER, beat
from clinic.management.commands import worker
from clinic.messaging.heartbeats import worker_state

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

DEAF = ["-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"]
AT_ONCE = ["-c", "pass"]
A_MOMENT = timedelta(seconds=1)


def test_a_worker_is_silent_when_neither_its_start_nor_its_last_sign_of_life_is_near():
    long_ago, beyond = now() - timedelta(hours=1), now() - worker.SILENCE - A_MOMENT

    assert not worker.is_silent(since=now())
    assert worker.is_silent(since=long_ago)
    beat(SENDER, at=now() - timedelta(minutes=1))
    assert not worker.is_silent(since=long_ago)
    beat(SENDER, at=beyond)
    assert worker.is_silent(since=long_ago)


def test_a_worker_that_does_long_work_is_not_silent():
    long_ago, beyond = now() - timedelta(hours=1), now() - worker.SILENCE - A_MOMENT
    beat(SENDER, at=beyond)

    certify()

    assert not worker.is_silent(since=long_ago)
    assert worker_state(at=now()).beat_at == beyond
    beat(WORKER, at=beyond)
    assert worker.is_silent(since=long_ago)


@pytest.mark.parametrize(
    ("program", "silence", "end"),
    [(DEAF, -A_MOMENT, -signal.SIGKILL), (AT_ONCE, worker.SILENCE, 0)],
    ids=["stuck, and listens to nobody", "ended by itself"],
)
def test_a_worker_comes_to_its_end_and_a_new_one_may_begin(monkeypatch, capsys, program, silence, end):
    monkeypatch.setattr(worker, "PROGRAM", program)
    monkeypatch.setattr(worker, "SILENCE", silence)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.05)

    assert worker.Command().run_once() == end

    assert "started anew" in capsys.readouterr().err
