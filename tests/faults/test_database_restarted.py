"""A database that dies and comes back: the worker recovers by itself, nothing is lost, and each reminder arrives once.

WORKER_LEASE says for how many seconds messages are in hand: what was so when the database died waits for their end.
"""

import os
import sys
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from django.db import connection

from tests.faults.worker import Reminders, Worker, database_url
from tests.gateway import Call, Gateway
from tests.postgres import NoServerError, Server, own_server

pytestmark = [pytest.mark.postgres, pytest.mark.concurrency, pytest.mark.slow]

LEASE = float(os.environ.get("WORKER_LEASE", "2"))
SILENCE = 10  # seconds after which the worker would be started anew
OUTAGE = 1.5  # seconds
REMINDERS = 40


class Slow(Gateway):
    """It leaves time to stop a database while it is asked."""

    def _deliver(self, call: Call) -> None:
        sleep(0.05)
        super()._deliver(call)


@pytest.fixture
def server() -> Iterator[Server]:
    """One to ourselves. What it says is committed stays when it dies."""
    try:
        with own_server(synchronous_commit="on") as server:
            yield server
    except NoServerError as error:
        pytest.skip(f"no PostgreSQL of our own: {error}")


@pytest.fixture
def reminders(transactional_db, server) -> Iterator[Reminders]:
    """On that server, which has the tables that all tests are on."""
    server.copy(database_url())
    connection.close()
    ours = {"NAME": "clinic", "USER": "postgres", "PASSWORD": "", "HOST": str(server.folder), "PORT": ""}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in ours.items():
            patched.setitem(connection.settings_dict, name, value)
        yield Reminders()
        connection.close()


def test_reminders_arrive_once_each_when_the_database_is_restarted_under_the_worker(server, reminders, capsys):
    with Slow() as gateway, Worker(server.url, gateway=gateway.address, silence=SILENCE, lease=LEASE) as worker:
        reminders.write(REMINDERS)
        worker.wait_until(lambda: len(gateway.delivered) > REMINDERS / 4)
        cluster, before = worker.clusters(), len(gateway.delivered)
        restart(server)
        sending = seconds_until_all_have_left(worker, reminders)
        restart(server)
        reminders.write()
        idle = seconds_until_all_have_left(worker, reminders)
        is_the_same = worker.clusters() == cluster

    with capsys.disabled():
        sys.stdout.write(
            f"\nPostgreSQL dead for {OUTAGE} s, {before} of {REMINDERS} reminders delivered, the rest in hand for "
            f"{LEASE:.0f} s: all gone {sending:.1f} s after it was back; dead again, the worker idle: {idle:.1f} s; "
            f"{len(gateway.delivered)} delivered once each, {gateway.duplicates} duplicate calls\n"
        )
    assert before < REMINDERS
    assert set(gateway.delivered) == reminders.keys()
    assert is_the_same


def restart(server: Server) -> None:
    connection.close()
    server.stop()
    sleep(OUTAGE)
    server.start()


def seconds_until_all_have_left(worker: Worker, reminders: Reminders) -> float:
    began = monotonic()
    worker.wait_until(reminders.have_left)
    return monotonic() - began
