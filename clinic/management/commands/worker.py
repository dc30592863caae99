"""`manage.py worker`: the background worker, started anew when it ends or falls silent.

django-q2 replaces a worker process that has ended, but one that is killed while it waits for work may take the lock of
the queue with it: its cluster looks alive and does nothing. What is not heard for a while is therefore ended, all of
it. Nothing is lost by that: tasks are safe to run twice, and messages are leased.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.management import BaseCommand
from django.db import Error, close_old_connections
from django.utils.timezone import now

from clinic.heartbeats import SENDER, WORKER, last_beat
from clinic.management.processes import STOPPED, running, stop

SILENCE = timedelta(seconds=150)  # the sender is heard every minute, long work at each step of it
LOOK_EVERY = 5  # seconds
PROGRAM = ["manage.py", "qcluster"]


class Command(BaseCommand):
    help = "Run the background worker, and start it anew when it ends by itself or is not heard any more."

    def handle(self, **options):
        for number in STOPPED:
            signal.signal(number, stop)
        with suppress(KeyboardInterrupt):
            while True:
                self.run_once()

    def run_once(self) -> int:
        """Run a worker to its end, or to ours of it; how it ended, as the system says it."""
        began = now()
        with running(PROGRAM) as (cluster,):
            while cluster.poll() is None and not is_silent(since=began):
                time.sleep(LOOK_EVERY)
            end_at_once(cluster)
        self.stderr.write("The background worker had ended or fallen silent. It is started anew.")
        return cluster.wait()


def is_silent(*, since: datetime) -> bool:
    """Whether the worker, which began at `since`, was not heard for too long; a database that is away says no."""
    try:
        heard_at = last_beat(SENDER, WORKER)
    except Error:
        close_old_connections()  # the next look opens a new one
        return False
    return now() - max(since, heard_at or since) > SILENCE


def end_at_once(cluster: subprocess.Popen) -> None:
    """With all its processes: who is stuck does not listen to anything milder."""
    with suppress(ProcessLookupError):
        os.killpg(cluster.pid, signal.SIGKILL)
