import os
import signal
import socket
import subprocess
import sys
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from clinic.management.commands.demo import write_to_patients_of
from clinic.management.processes import running, wait_for_an_end

FOREVER = ["-c", "import signal; signal.pause()"]
AT_ONCE = ["-c", "pass"]
DEAF = ["-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"]
PARENT_OF_A_DEAF_ONE = ["-c", f"import os, subprocess; subprocess.Popen({[sys.executable, *DEAF]!r}); os.abort()"]


def test_when_one_process_ends_the_other_is_stopped():
    with running(AT_ONCE, FOREVER) as (short, long):
        wait_for_an_end([short, long])
        assert long.poll() is None

    assert long.returncode == -signal.SIGTERM


def test_when_the_block_fails_both_are_stopped():
    with pytest.raises(KeyboardInterrupt), running(FOREVER, FOREVER) as processes:
        raise KeyboardInterrupt

    assert [process.returncode for process in processes] == [-signal.SIGTERM, -signal.SIGTERM]


def test_when_a_process_dies_its_children_are_ended():
    with running(PARENT_OF_A_DEAF_ONE) as (parent,):
        parent.wait()
        orphans = [process for process in psutil.process_iter() if group_of(process) == parent.pid]

    assert len(orphans) == 1
    assert psutil.wait_procs(orphans, timeout=10)[1] == []


def group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


def test_when_the_port_is_taken_another_is_suggested():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is taken. Choose another: make demo PORT={port + 1}"):
            call_command("demo", port=port)


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "http://127.0.0.1:8001"), ({"SITE_URL": "https://noor.example"}, "https://noor.example")],
)
def test_links_in_messages_lead_to_the_port_that_is_served(monkeypatch, settings, given, expected):
    monkeypatch.setattr(os, "environ", dict(given))

    write_to_patients_of("http://127.0.0.1:8001")

    assert (settings.SITE_URL, os.environ["SITE_URL"]) == (expected, expected)


@pytest.mark.slow
def test_demo_opens_the_clinic_prints_a_login_per_role_and_leaves_nothing_behind(tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "PYTHONUNBUFFERED": "1",
    }
    for command in (["migrate", "--verbosity=0"], ["seed_demo", "--patients=20"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=environment, check=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    try:
        told = read_until(demo.stdout, "Cedar")
        with urlopen(f"{address}admin/login/") as page:
            assert 'name="password"' in page.read().decode()
        children = psutil.Process(demo.pid).children(recursive=True)
    finally:
        demo.terminate()
    demo.communicate()

    assert f"The clinic is open at {address} (Ctrl-C closes it)." in told
    assert [line.split()[0] for line in told[told.index("Sign in with the password 'demo' as") + 1 :]] == [
        "frontdesk", "provider", "cashier", "manager", "admin", "doctor", "huda", "faisal", "cedar",
    ]  # fmt: skip
    assert demo.returncode == 0
    assert len(children) >= 4
    assert [child for child in children if child.is_running()] == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def read_until(stream, word: str) -> list[str]:
    """The lines up to the one that holds the word, or to the end."""
    lines: list[str] = []
    for line in stream:
        lines.append(line.strip())
        if word in line:
            break
    return lines
