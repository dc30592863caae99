"""Workers that send and are killed, forked from one process that has Django loaded and no connection open.

It is run by `kill_senders`, which hands it one line of JSON and gets one back when nothing is left to be sent.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from datetime import timedelta
from functools import cache

from tests.faults.killed import ROOT


def kill_senders(**asked) -> dict:
    """Kill one of `workers` at a random moment, `kills` times, and let them finish; how often, and how long it took.

    `gateway` is what SMS_URL takes; between two kills are `pause` seconds at most, and `lease` seconds after its end
    somebody else takes what a worker had in hand. Who is not done after `patience` seconds is not waited for.
    """
    from django.db import connection  # noqa: PLC0415 (the dying processes import this file before Django is ready)

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.senders"], input=json.dumps(asked), capture_output=True, text=True,
        cwd=ROOT, check=False,
        env={
            **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default",
            "KILLED_DATABASE": str(connection.settings_dict["NAME"]),
        },
    )  # fmt: skip
    assert (done.returncode, done.stderr[-2000:]) == (0, "")
    return json.loads(done.stdout)


def main() -> None:
    import django  # noqa: PLC0415 (see above)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    connection.settings_dict["NAME"] = os.environ["KILLED_DATABASE"]
    asked = json.load(sys.stdin)
    chance, began, kills = random.Random(4), time.monotonic(), 0
    workers = [forked(asked) for _ in range(asked["workers"])]
    while kills < asked["kills"]:
        time.sleep(chance.uniform(0, asked["pause"]))
        place = chance.randrange(len(workers))
        end(workers[place])
        workers[place], kills = forked(asked), kills + 1
    while is_something_left() and time.monotonic() < began + asked["patience"]:
        time.sleep(0.05)
    for worker in workers:
        end(worker)
    sys.stdout.write(json.dumps({"kills": kills, "seconds": time.monotonic() - began}))


def forked(asked: dict) -> int:
    """A new worker, which is about to send its first message, or has found nothing to send."""
    ready, report_ready = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            work(report_ready, **asked)
        except Exception:
            traceback.print_exc()
        os._exit(1)
    os.close(report_ready)
    os.read(ready, 1)
    os.close(ready)
    return worker


def end(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def is_something_left() -> bool:
    """Asked by a process of its own, so that none is forked with a connection open."""
    child = os.fork()
    if child == 0:
        from django.db import Error  # noqa: PLC0415

        from clinic.messaging.sending.leases import UNDER_WAY  # noqa: PLC0415
        from clinic.models import Message  # noqa: PLC0415

        try:
            is_left = Message.objects.filter(status__in=UNDER_WAY).exists()
        except Error:
            is_left = True
        os._exit(is_left)
    _pid, status = os.waitpid(child, 0)
    return bool(os.waitstatus_to_exitcode(status))


def work(report_ready: int, *, gateway: str, lease: float, **_asked: object) -> None:
    """Send what is due while the parent lives; with a new connection after the old one is gone, as the queue does."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import Error, close_old_connections  # noqa: PLC0415

    from clinic.messaging.sending import leases  # noqa: PLC0415
    from clinic.messaging.services import send_due  # noqa: PLC0415

    settings.GATEWAYS = {"sms": gateway, "whatsapp": ""}
    leases.LEASE = timedelta(seconds=lease)
    claim, parent = leases.claim, os.getppid()
    leases.claim = lambda *asked, **named: claim(*asked, **named) and report(report_ready)
    while os.getppid() == parent:
        try:
            is_done = not send_due(limit=20).taken
        except Error:
            close_old_connections()
            continue
        if is_done:
            report(report_ready)
            time.sleep(0.02)


@cache
def report(ready: int) -> bool:
    """Once: the number of a file that is closed is soon that of another, of a connection to the database."""
    os.write(ready, b".")
    os.close(ready)
    return True


if __name__ == "__main__":
    main()
