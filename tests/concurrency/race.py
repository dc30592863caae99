"""Many processes at once on the tests' database, forked from one that has Django loaded and no connection open.

`race` is called by a test. The processes load what they need, connect, and wait until all are ready. Then all run.
"""

import gc
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

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

    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.race", racer],
        input=json.dumps(entries), capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, check=False,
        env={
            **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default",
            "RACE_DATABASE": str(connection.settings_dict["NAME"]),
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) == len(entries), done.stderr[-2000:]
    return [Outcome(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}) for row in outcomes]


def tally(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many went how: by the exception's name, and "won" where there was none."""
    return dict(Counter(outcome.error or "won" for outcome in outcomes))


def main() -> None:
    import django  # noqa: PLC0415 (see above)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    connection.settings_dict["NAME"] = os.environ["RACE_DATABASE"]
    module, _, name = sys.argv[1].rpartition(".")
    racer = getattr(import_module(f"tests.concurrency.{module or 'racers'}"), name)
    entries = json.load(sys.stdin)
    gc.freeze()  # what is loaded stays shared between the processes
    ready, report_ready = os.pipe()
    gate, hold_gate = os.pipe()
    for entry in entries:
        if os.fork() == 0:
            os.close(hold_gate)
            connection.ensure_connection()
            os.write(report_ready, b".")
            os.read(gate, 1)  # nothing comes; it returns when the last end of the pipe is closed
            line = json.dumps(attempt(racer, entry)) + "\n"
            os.write(1, line.encode()[-4000:])  # short enough to be written in one piece
            os._exit(0)
    for _ in entries:
        os.read(ready, 1)
    os.close(hold_gate)
    for _ in entries:
        os.wait()


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
