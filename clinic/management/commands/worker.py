"""`manage.py worker`: the background worker, started anew when it ends or falls silent.

django-q2 replaces a worker process that has ended, but one that is killed while it waits for work may take the lock of
the queue with it: its cluster looks alive and does nothing. What does not answer is therefore ended, all of it. Nothing
is lost by that: tasks are safe to run twice, and messages are leased.
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
from django_q.tasks import async_task

from clinic.heartbeats import SENDER, WORKER, last_beat
from clinic.management.processes import PATIENCE, STOPPED, running, stop

SILENCE = 80  # seconds: longer than any task goes on without a sign of life, and soon enough to be back in two minutes
TO_START = timedelta(seconds=PATIENCE)
LOOKS = 16  # during such a silence
PROGRAM = ["manage.py", "qcluster"]
TASK = "clinic.tasks.send_messages"


class Command(BaseCommand):
    help = "Run the background worker, and start it anew when it ends by itself or is not heard any more."

    def add_arguments(self, parser):
        silence = "seconds without a sign of life after which it is started anew (%(default)s)"
        parser.add_argument("--silence", type=float, default=SILENCE, metavar="SECONDS", help=silence)

    def handle(self, *, silence: float, **options):
        for number in STOPPED:
            signal.signal(number, stop)
        with suppress(KeyboardInterrupt):
            while True:
                self.run_once(timedelta(seconds=silence))

    def run_once(self, silence: timedelta) -> int:
        """Run a worker to its end, or to ours of it; how it ended, as the system says it."""
        ear = Ear(silence, at=now())
        with running(PROGRAM) as (cluster,):
            while cluster.poll() is None and ear.hears(at=now()):
                time.sleep(silence.total_seconds() / LOOKS)
            end_at_once(cluster)
        self.stderr.write("The background worker had ended or fallen silent. It is started anew.")
        return cluster.wait()


class Ear:
    """Listens for a worker that begins `at` this moment, and asks it to send when it has said nothing for a while.

    So messages leave as soon as it has started, and a silence means that it is stuck, not that there is little to do.
    """

    def __init__(self, silence: timedelta, *, at: datetime) -> None:
        self.silence = silence
        self.began_at = at
        self.asked_at: datetime | None = None

    def hears(self, *, at: datetime) -> bool:
        """Whether the worker may be alive; while the database is away nobody can tell, and the wait begins anew."""
        try:
            heard_at = last_beat(SENDER, WORKER) or self.began_at
            self.ask_after(heard_at, at=at)
        except Error:
            close_old_connections()  # the next look opens a new one
            self.began_at = at
            return True
        if heard_at <= self.began_at:
            return at - self.began_at <= max(self.silence, TO_START)
        return at - heard_at <= self.silence

    def ask_after(self, heard_at: datetime, *, at: datetime) -> None:
        """At once, and then whenever half of the silence has passed without an answer."""
        if self.asked_at is None or at - max(self.asked_at, heard_at) > self.silence / 2:
            async_task(TASK)
            self.asked_at = at


def end_at_once(cluster: subprocess.Popen) -> None:
    """With all its processes: who is stuck does not listen to anything milder."""
    with suppress(ProcessLookupError):
        os.killpg(cluster.pid, signal.SIGKILL)
