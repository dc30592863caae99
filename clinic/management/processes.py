"""Programs of ours that run beside each other, and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

STOPPED = (signal.SIGTERM, signal.SIGHUP)
PATIENCE = 60  # seconds for a program to be ready, and for one to end


def stop(number: int, frame: object) -> None:
    raise SystemExit(0)


@contextmanager
def running(*programs: list[str]) -> Iterator[list[subprocess.Popen]]:
    """Start the Python programs; end all of them with the block.

    Each has a session of its own, so that Ctrl-C reaches only us and they get the one signal both obey, SIGTERM.
    """
    processes: list[subprocess.Popen] = []
    try:
        for program in programs:
            command = [sys.executable, *program]
            quiet = {"LOG_LEVEL": "WARNING", **os.environ}
            processes.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=quiet, start_new_session=True))
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            see_off(process)


def see_off(process: subprocess.Popen) -> None:
    """Wait for the end of a process, then end what it left behind: a killed parent does not take its children along."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for_an_end(processes: list[subprocess.Popen]) -> None:
    while all_alive(processes):
        time.sleep(0.5)


def all_alive(processes: list[subprocess.Popen]) -> bool:
    return all(process.poll() is None for process in processes)
