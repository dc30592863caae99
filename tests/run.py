"""`make test`: lint, every test on SQLite, those of the database once more on PostgreSQL; then what could not run.

Extra arguments go to pytest. ALLOW_MISSING=1 lets a machine without Chromium or PostgreSQL pass.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile

from tests.browser import chromium
from tests.postgres import NoServerError, postgresql

PYTEST = ["pytest", "-n", "2", "--dist", "worksteal", "-q"]
COVERED = ["--cov", "--cov-report="]
FEWER = {
    "DESK_EXAMPLES": "8",
    "ENGINE_EXAMPLES": "8",
    "PLAN_EXAMPLES": "5",
    "TILL_EXAMPLES": "5",
    "UNDO_EXAMPLES": "4",
    "WARD_EXAMPLES": "5",
    "PAYMENT_KILLS": "10",
    "SENDER_KILLS": "5",
    "SENDING_REMINDERS": "20",
}


@dataclass
class Run:
    """The steps done so far, in order, and what this machine lacks."""

    arguments: list[str]
    results: list[tuple[str, bool, float]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def step(self, name: str, *commands: list[str], **environment: str) -> None:
        """Run the Python modules one after the other; the step has passed when all have."""
        print(f"\n=== {name}", flush=True)  # noqa: T201 (a program that reports)
        began = time.monotonic()
        codes = {run_module(command, environment) for command in commands}
        self.results.append((name, codes <= self.harmless(), time.monotonic() - began))

    def harmless(self) -> set[int]:
        """Pytest says 5 where a choice of tests leaves none."""
        return {0, 5} if self.arguments else {0}


def started(command: list[str], environment: dict[str, str], **options) -> subprocess.Popen:
    """The Python module as a process; what it compiles is kept for the next one."""
    environment = {**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.Popen([sys.executable, "-m", *command], env=environment, **options)


def run_module(command: list[str], environment: dict[str, str]) -> int:
    process = started(command, environment)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


@contextmanager
def types_checked(run: Run) -> Iterator[None]:
    """Check the types beside the steps within, and say at the end what was found: mypy keeps one core busy for long."""
    with TemporaryFile("w+") as said, started(["mypy"], {}, stdout=said, stderr=subprocess.STDOUT) as process:
        try:
            yield
        except BaseException:
            process.terminate()
            raise
        _pid, status, used = os.wait4(process.pid, 0)  # its own seconds, not those of the steps
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        print("\n=== types", said.read(), sep="\n", flush=True)  # noqa: T201 (a program that reports)
    run.results.append(("types", process.returncode == 0, used.ru_utime + used.ru_stime))


def lint(run: Run) -> None:
    run.step("lint", ["ruff", "check", "."], ["ruff", "format", "--check", "."])


def sqlite(run: Run) -> None:
    wanted = "not postgres"
    if chromium() is None:
        run.missing.append("the browser tests: no Chromium found (on Debian: apt-get install chromium)")
        wanted += " and not browser"
    run.step(
        "tests on SQLite", [*PYTEST, *COVERED, "-m", wanted, *run.arguments], DATABASE_URL="sqlite:///clinic.sqlite3"
    )


def on_postgresql(run: Run) -> None:
    tests = [*PYTEST, "-m", "not browser", "--only-engine", *run.arguments]
    try:
        with postgresql() as url:
            run.step("tests on PostgreSQL", tests, **FEWER, DATABASE_URL=url)
    except NoServerError as error:
        run.missing.append(f"the tests on PostgreSQL: {error} (on Debian: apt-get install postgresql)")


def coverage(run: Run) -> None:
    all_tests_ran = not run.arguments and not run.missing
    run.step("coverage", ["coverage", "report", *([] if all_tests_ran else ["--fail-under=0"])])


def summary(run: Run) -> int:
    """Print what passed, failed and could not run; the exit code."""
    lines = [f"{'passed' if passed else 'FAILED'}  {name}, {seconds:.0f} s" for name, passed, seconds in run.results]
    lines += [f"NOT RUN {what}" for what in run.missing]
    refused = bool(run.missing) and os.environ.get("ALLOW_MISSING") != "1"
    if refused:
        lines.append("This counts as a failure. To accept it on this machine: ALLOW_MISSING=1 make test")
    print("\n=== summary", *lines, sep="\n", flush=True)  # noqa: T201 (a program that reports)
    return 1 if refused or not all(passed for _, passed, _ in run.results) else 0


STEPS: tuple[Callable[[Run], None], ...] = (lint, sqlite, on_postgresql, coverage)


def stop(number: int, frame: object) -> None:
    raise SystemExit(128 + number)  # unwinds through the `with` that stops the server


def main() -> int:
    signal.signal(signal.SIGTERM, stop)
    run = Run(sys.argv[1:])
    with types_checked(run):
        for step in STEPS:
            step(run)
    return summary(run)


if __name__ == "__main__":
    sys.exit(main())
