"""A worker whose processes are killed is heard again, and sends again, within two minutes and by itself.

WORKER_SILENCE says after how many seconds without a sign of life it is started anew; its own are more.
"""

import os
import sys
from collections.abc import Callable
from time import monotonic

import psutil
import pytest
from django.utils.timezone import now
from django_q.models import OrmQ

from clinic.heartbeats import SENDER, last_beat
from clinic.management.commands.worker import SILENCE as OWN_SILENCE
from tests.faults.worker import Reminders, Worker, database_url
from tests.gateway import Gateway

pytestmark = [pytest.mark.concurrency, pytest.mark.slow, pytest.mark.any_engine]

SILENCE = float(os.environ.get("WORKER_SILENCE", "6"))
LEASE = 2  # seconds
TWO_MINUTES = 120


@pytest.fixture
def reminders(transactional_db):
    return Reminders()


def test_worker_whose_processes_are_killed_sends_again_within_two_minutes(reminders, capsys):
    seconds = {}

    with Gateway() as gateway, Worker(database_url(), gateway=gateway.address, silence=SILENCE, lease=LEASE) as worker:
        reminders.write()
        worker.wait_until(lambda: reminders.have_left() and not OrmQ.objects.exists())
        for name, found in {"idle workers": worker.hands, "their sentinel": worker.sentinels}.items():
            seconds[name] = recovery(worker, found, reminders)
        strays = worker.strays()

    tell(seconds, gateway, capsys)
    assert set(gateway.delivered) == reminders.keys()
    assert strays == []
    assert max(seconds.values()) - SILENCE + OWN_SILENCE < TWO_MINUTES


def recovery(worker: Worker, found: Callable[[], list[psutil.Process]], reminders: Reminders) -> float:
    """Kill them, and write a reminder: the seconds until it has left, and a new cluster has given a sign of life."""
    worker.wait_until(found)
    before, began = worker.clusters(), monotonic()
    for process in found():
        process.kill()
    reminders.write()
    worker.wait_until(lambda: worker.clusters() not in ([], before))
    born_at = now()
    worker.wait_until(lambda: last_beat(SENDER) > born_at and reminders.have_left())
    return monotonic() - began


def tell(seconds: dict[str, float], gateway: Gateway, capsys) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nstarted anew after {SILENCE:.0f} s of silence; heard and sending again, seconds after: ")
        sys.stdout.write(", ".join(f"{name} killed {taken:.1f}" for name, taken in seconds.items()))
        sys.stdout.write(f"; {len(gateway.delivered)} delivered once each, {gateway.duplicates} duplicate calls\n")
