"""A process that does something and dies at a chosen moment, forked from one that has Django loaded.

It is asked by `Killer`, which writes one line of JSON for each death and reads one word: "killed" or "done".
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).resolve().parent.parent.parent


class Killer:
    """Does again and again what a racer does, and dies each time.

    The deed is a function of `tests.concurrency.racers`, or of the module beside it that is named before a dot.
    """

    def __init__(self, deed: str, **asked: Any) -> None:
        self.asked = {"deed": deed, "asked": asked}

    def kill(self, **moment: Any) -> str:
        """Do it once and die at `statement` number n, at `commit`, once it is `committed`, or after some `seconds`."""
        from django.db import connection  # noqa: PLC0415 (the dying processes import this file before Django is ready)

        message = {**self.asked, "moment": moment, "database": str(connection.settings_dict["NAME"])}
        process = mother()
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()


@cache
def mother() -> subprocess.Popen:
    """The process from which the dying ones are forked: started by the first, it ends with the tests."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default"},
    )  # fmt: skip


def main() -> None:
    warm.load()
    from django.db import connection  # noqa: PLC0415 (see above)

    while line := sys.stdin.readline():
        message = json.loads(line)
        connection.settings_dict["NAME"] = message["database"]
        deed = deed_named(message["deed"])  # what it needs is loaded once, for all
        child = os.fork()
        if child == 0:
            do_and_die(deed, message["asked"], message["moment"])
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        answer = "killed" if os.WIFSIGNALED(status) else "done" if os.WEXITSTATUS(status) == 0 else "failed"
        os.write(1, f"{answer}\n".encode())


def do_and_die(deed: Callable, asked: dict, moment: dict) -> None:
    from django.db import connection  # noqa: PLC0415

    commit = connection.commit
    if "commit" in moment:
        connection.commit = die
    if "committed" in moment:
        connection.commit = lambda: (commit(), die())
    if "seconds" in moment:
        signal.setitimer(signal.ITIMER_REAL, moment["seconds"])  # nobody catches it: it ends the process as it stands
    with connection.execute_wrapper(Countdown(moment.get("statement"))):
        deed(**asked)


def deed_named(name: str) -> Callable:
    module, _, name = name.rpartition(".")
    return getattr(import_module(f"tests.concurrency.{module or 'racers'}"), name)


class Countdown:
    """Let so many statements pass and die instead of the next."""

    def __init__(self, statement: int | None) -> None:
        self.left = statement

    def __call__(self, execute, *arguments):
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                die()
        return execute(*arguments)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
