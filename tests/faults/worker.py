"""A real `manage.py worker` with all that is below it, and reminders that it is to send."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import time
from time import monotonic, sleep
from typing import Self
from urllib.parse import quote, urlencode

import psutil
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from clinic.enums import MessageStatus
from clinic.models import Message, Policy
from tests.clinic.messaging.outbox import Outbox
from tests.faults.killed import ROOT

PATIENCE = 180  # seconds for anything to happen, on a machine that does other things too
LOG_LEVEL = "CRITICAL"  # what goes wrong here does so on purpose


class Worker:
    """Below the command is the cluster, below that its sentinel, and below that are the hands that do the work.

    After `silence` seconds it is started anew, and after `lease` seconds what a killed hand held is free again.
    """

    def __init__(self, database: str, *, gateway: str, silence: float, lease: float) -> None:
        self.database = database
        self.command = [sys.executable, "manage.py", "worker", f"--silence={silence}"]
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.impatient", "DEBUG": "on", "DATABASE_URL": database,
            "SMS_URL": gateway, "WORKER_LEASE": str(lease), "LOG_LEVEL": LOG_LEVEL, "PYTHONWARNINGS": "default",
        }  # fmt: skip

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment)
        return self

    def __exit__(self, error: type | None, *_error: object) -> None:
        """Stop it as an operator does. Whoever is left over is ended, and lets no test pass."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        left = list(self.processes())
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        assert error or not left, f"left over: {left}"

    def wait_until(self, happened: Callable[[], object]) -> None:
        """Raises AssertionError when that takes too long, or the command ends."""
        ends = monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, "the worker has ended"
            assert monotonic() < ends, f"it did not happen within {PATIENCE} s"
            sleep(0.05)

    def processes(self) -> Iterator[psutil.Process]:
        """All that work on the database, also those that a killed parent has left behind."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):  # it has just ended, or is another user's
                if process.environ().get("DATABASE_URL") == self.database and process.pid != os.getpid():
                    yield process

    def strays(self) -> list[psutil.Process]:
        """Those that are not below the command any more, and that nobody would stop."""
        found = list(self.processes())
        own = psutil.Process(self.process.pid)
        return [process for process in found if process not in (own, *own.children(recursive=True))]

    def clusters(self) -> list[psutil.Process]:
        """One, and for a moment none between two of them."""
        return psutil.Process(self.process.pid).children()

    def sentinels(self) -> list[psutil.Process]:
        return children(self.clusters())

    def hands(self) -> list[psutil.Process]:
        """Those of a cluster that has just begun: two who fetch tasks and note results have begun after them."""
        oldest_first = sorted(children(self.sentinels()), key=lambda process: process.pid)
        return oldest_first[: settings.Q_CLUSTER["workers"]]


def children(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [child for process in processes for child in process.children()]


class Reminders(Outbox):
    """Of one appointment, to a patient who may be written to at any hour of the real clock."""

    def __init__(self) -> None:
        super().__init__()
        Policy.objects.update(quiet_from=time(), quiet_until=time())
        self.visit = self.appointment()

    def write(self, number: int = 1) -> None:
        due_at = now()
        Message.objects.bulk_create(self.unsaved(self.visit, due_at=due_at) for _ in range(number))

    def have_left(self) -> bool:
        return not Message.objects.exclude(status=MessageStatus.SENT).exists()

    def keys(self) -> set[str]:
        return {str(key) for key in Message.objects.values_list("public_id", flat=True)}


def database_url() -> str:
    """The address of the database that the tests are on, as our programs take it and PostgreSQL's own."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    who = ":".join(quote(part, safe="") for part in (at["USER"], at["PASSWORD"]) if part)
    port = f":{at['PORT']}" if at["PORT"] else ""
    host = f"?{urlencode({'host': at['HOST']})}" if at["HOST"] else ""
    return f"postgresql://{who}@{port}/{at['NAME']}{host}"
