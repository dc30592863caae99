"""A process that does something and dies at a chosen moment, forked from one that has Django loaded.

It is run by `Killer`, which writes one line of JSON for each death and reads one word: "killed" or "done".
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


class Killer:
    """Does again and again what a racer does, and dies each time.

    The deed is a function of `tests.concurrency.racers`, or of the module beside it that is named before a dot.
    """

    def __init__(self, deed: str, **asked: Any) -> None:
        from django.db import connection  # noqa: PLC0415 (the dying processes import this file before Django is ready)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killed"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={
                **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default",
                "KILLED_DATABASE": str(connection.settings_dict["NAME"]),
            },
        )  # fmt: skip
        self.write({"deed": deed, "asked": asked})

    def write(self, message: dict) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def kill(self, **moment: Any) -> str:
        """Do it once and die at `statement` number n, at `commit`, once it is `committed`, or after some `seconds`."""
        self.write(moment)
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def main() -> None:
    import django  # noqa: PLC0415 (see above)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    connection.settings_dict["NAME"] = os.environ["KILLED_DATABASE"]
    job = json.loads(sys.stdin.readline())
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            do_and_die(job, json.loads(line))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        answer = "killed" if os.WIFSIGNALED(status) else "done" if os.WEXITSTATUS(status) == 0 else "failed"
        os.write(1, f"{answer}\n".encode())


def do_and_die(job: dict, moment: dict) -> None:
    from django.db import connection  # noqa: PLC0415

    commit = connection.commit
    if "commit" in moment:
        connection.commit = die
    if "committed" in moment:
        connection.commit = lambda: (commit(), die())
    if "seconds" in moment:
        signal.setitimer(signal.ITIMER_REAL, moment["seconds"])  # nobody catches it: it ends the process as it stands
    with connection.execute_wrapper(Countdown(moment.get("statement"))):
        deed_named(job["deed"])(**job["asked"])


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
