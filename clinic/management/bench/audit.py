"""The look over the whole database: its time and its memory, as a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import sleep

from django.db import connection

from clinic.management.bench.diary import make_diary
from clinic.management.bench.lists import DAYS_BACK, analyse
from clinic.management.bench.report import Row
from clinic.models import Appointment, Closure, Leave

MOST_SECONDS, MOST_MB = 60, 300
LOOK_EVERY = 0.05  # seconds
SUMMED_UP = re.compile(r"invariants, ([\d.]+) s$", re.MULTILINE)


def rows(*, scale: str) -> Iterator[Row]:
    make_diary(days_back=DAYS_BACK[scale])
    keep_out_of_leave()
    analyse()
    connection.close()
    seconds, megabytes = audited()
    case, engine = f"{Appointment.objects.count():,} appointments", connection.vendor
    yield Row("audit", case, engine, "s", seconds, MOST_SECONDS, "promised", "≤ 1", seconds <= MOST_SECONDS)
    yield Row("audit", case, engine, "MB", megabytes, MOST_MB, "promised", "≤ 1", megabytes <= MOST_MB)


def keep_out_of_leave() -> None:
    """The diary books over leave and closures, as no desk would: they are put to where nothing is booked."""
    for row in [*Leave.objects.all(), *Closure.objects.all()]:
        for field in ("starts_at", "ends_at") if isinstance(row, Leave) else ("first_on", "last_on"):
            setattr(row, field, getattr(row, field) + timedelta(days=1_000))
        row.save()


def audited() -> tuple[float, float]:
    """The seconds that the audit says it took, and the most memory it had at a time, in MB."""
    child = subprocess.Popen([sys.executable, sys.argv[0], "audit"], stdout=subprocess.PIPE, text=True)
    most = 0
    while child.poll() is None:
        most = max(most, peak_of(child.pid))
        sleep(LOOK_EVERY)
    told = child.communicate()[0]
    if child.returncode:
        raise AssertionError(told)
    return float(SUMMED_UP.search(told)[1]), most / 1024


def peak_of(process: int) -> int:
    """The most memory that a process has had since it began its program, in kB; 0 where the system does not say."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(found[1]) if found else 0
    return 0
