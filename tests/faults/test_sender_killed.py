"""Workers that are killed while they send lose no message, and a gateway that honours keys delivers each once.

SENDER_KILLS says how many times one is killed; there are three messages for each.
"""

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import time, timedelta
from time import sleep

import pytest
from django.db import connection
from django.utils.timezone import now

from clinic.enums import MessageStatus
from clinic.models import Message, Policy
from tests.clinic.messaging.outbox import Outbox
from tests.factories import NINE
from tests.faults.senders import kill_senders
from tests.gateway import Call, Gateway

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

KILLS = int(os.environ.get("SENDER_KILLS", "10"))
MESSAGES = 3 * KILLS
PAUSE = 0.03  # seconds between two kills, at most
CUTS = 5  # half a second from one to the next
LEASE = 0.5  # seconds after which somebody else takes what a killed one had in hand
PATIENCE = 60 + 2 * KILLS  # seconds
SLOW = 0.02  # seconds that the gateway takes, at most, before it delivers and again before it says so


class Unhurried(Gateway):
    """It gives a caller time to be killed: before it has delivered, and after, but before it has said so."""

    def _deliver(self, call: Call) -> None:
        sleep(random.uniform(0, SLOW))
        super()._deliver(call)
        sleep(random.uniform(0, SLOW))


@pytest.fixture
def outbox(transactional_db):
    """Reminders that are due by the real clock, at any hour of it, of appointments that are far away."""
    outbox = Outbox()
    Policy.objects.update(quiet_from=time(), quiet_until=time())
    appointments = [outbox.appointment(starts_at=NINE + timedelta(hours=n)) for n in range(10)]
    due_at = now()
    rows = (outbox.unsaved(appointments[n % 10], due_at=due_at) for n in range(MESSAGES))
    Message.objects.bulk_create(rows, batch_size=500)
    return outbox


def test_reminders_sent_by_workers_that_are_killed_arrive_once_each(outbox, capsys):
    with Unhurried() as gateway:
        went = kill_senders(
            gateway=gateway.address, kills=KILLS, workers=2, pause=PAUSE, lease=LEASE, patience=PATIENCE
        )  # fmt: skip

    tell(gateway, went, capsys)
    assert went["kills"] == KILLS
    assert_that_each_arrived(gateway)


@pytest.mark.postgres
def test_reminders_arrive_once_each_when_the_database_cuts_every_connection(outbox, capsys):
    cuts = 0

    with Unhurried() as gateway, ThreadPoolExecutor() as pool:
        senders = pool.submit(
            kill_senders, gateway=gateway.address, kills=0, workers=2, pause=PAUSE, lease=LEASE, patience=PATIENCE
        )  # fmt: skip
        gateway.wait_for(delivered=1, seconds=60)
        for _cut in range(CUTS):
            cuts += cut_connections()
            wait([senders], timeout=0.5)

    tell(gateway, senders.result(), capsys, also=f"{cuts} connections cut, ")
    assert cuts > 0
    assert_that_each_arrived(gateway)


def cut_connections() -> int:
    """End all but our own, as a database does that is started anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


def assert_that_each_arrived(gateway: Gateway) -> None:
    assert set(gateway.delivered) == {str(key) for key in Message.objects.values_list("public_id", flat=True)}
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.SENT}
    assert not Message.objects.exclude(leased_until=None).exists()


def tell(gateway: Gateway, went: dict, capsys, *, also: str = "") -> None:
    lost = MESSAGES - len(gateway.delivered)
    tried = Message.objects.filter(attempts__gt=1).count()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{connection.vendor}: {MESSAGES:,} reminders, {went['kills']:,} kills, {also}{went['seconds']:.0f} s: "
            f"{lost} lost, {len(gateway.delivered):,} delivered once each in {len(gateway.calls):,} calls, of which "
            f"{gateway.duplicates} were duplicates; {tried} were claimed more than once\n"
        )
