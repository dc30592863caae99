"""Many processes at once on the tests' database, forked from one that has Django loaded and no connection open.

`race` is called by a test. The processes load what they need, connect, and wait until all are ready. Then all run.
The process they are forked from is started by the first race and waits for the next one.
"""

import gc
import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from tests import warm

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240  # seconds, on a machine that does other things too


@dataclass(frozen=True)
class Outcome:
    """How it went for one process: `result` is what its racer returned, or `error` the exception's name and text."""

    result: object = None
    error: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


def race(racer: str, entries: Sequence[dict]) -> list[Outcome]:
    """Run `racer` in one process for each entry, all at once; the outcomes, as they came.

    It is a function of `tests.concurrency.racers`, or of the module beside it that is named before a dot.
    """
    from django.db import connection  # noqa: PLC0415 (the racing processes import this file before Django is ready)

    asked = {"racer": racer, "entries": entries, "database": str(connection.settings_dict["NAME"])}
    outcomes = stable().ask(asked)
    assert len(outcomes) == len(entries), "racers have died: see what they wrote"
    return [Outcome(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}) for row in outcomes]


def tally(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many went how: by the exception's name, and "won" where there was none."""
    return dict(Counter(outcome.error or "won" for outcome in outcomes))


class Stable:
    """The process from which the racers are forked; it ends with the one that asks it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.race"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default"},
        )  # fmt: skip

    def ask(self, asked: dict) -> list[dict]:
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        is_there, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        if not is_there:
            self.close()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        stable.cache_clear()
        self.process.kill()
        self.process.wait()


@cache
def stable() -> Stable:
    return Stable()


def main() -> None:
    warm.load()
    from django.db import connection  # noqa: PLC0415 (see above)

    for line in sys.stdin:
        asked = json.loads(line)
        connection.settings_dict["NAME"] = asked["database"]
        module, _, name = asked["racer"].rpartition(".")
        racer = getattr(import_module(f"tests.concurrency.{module or 'racers'}"), name)
        gc.freeze()  # what is loaded stays shared between the processes
        print(json.dumps(run(racer, asked["entries"])), flush=True)  # noqa: T201 (the answer to the test)


def run(racer, entries: Sequence[dict]) -> list[dict]:
    """Fork a process for each entry, open the gate when all are ready, and hear them out."""
    ready, report_ready = os.pipe()
    gate, hold_gate = os.pipe()
    outcomes, report = os.pipe()
    for entry in entries:
        if os.fork() == 0:
            os.close(hold_gate)
            start(racer, entry, gate=gate, ready=report_ready, report=report)
    os.close(report_ready)
    os.close(report)
    for _ in entries:
        os.read(ready, 1)
    os.close(hold_gate)
    with os.fdopen(outcomes) as lines:
        found = [json.loads(line) for line in lines]
    for _ in entries:
        os.wait()
    os.close(ready)
    os.close(gate)
    return found


def start(racer, entry: dict, *, gate: int, ready: int, report: int) -> None:
    """What a racing process does; it never returns."""
    from django.db import connection  # noqa: PLC0415 (see above)

    connection.ensure_connection()
    os.write(ready, b".")
    os.read(gate, 1)  # nothing comes; it returns when the last end of the pipe is closed
    line = json.dumps(attempt(racer, entry)) + "\n"
    os.write(report, line.encode()[-4000:])  # short enough to be written in one piece
    os._exit(0)


def attempt(racer, entry: dict) -> dict:
    try:
        return {"result": racer(**entry)}
    except Exception as error:
        reasons, nearest = getattr(error, "reasons", ()), getattr(error, "nearest", ())
        return {
            "error": type(error).__name__,
            "text": str(error)[:500],
            "codes": [reason.code for reason in reasons],
            "nearest": [slot.starts_at.isoformat() for slot in nearest],
        }


if __name__ == "__main__":
    main()
