import os
import signal
import socket
import sys

import psutil
import pytest
from django.core.management import CommandError, call_command

from clinic.management.commands.demo import running, wait_for_an_end

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
