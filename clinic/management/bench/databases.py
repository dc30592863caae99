"""Throw-away databases: one SQLite file, or one database on a PostgreSQL server, gone after the run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

NAME = "clinic_bench"


@contextmanager
def sqlite() -> Iterator[str]:
    """The DATABASE_URL of a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="clinic-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def postgresql(server: str) -> Iterator[str]:
    """The DATABASE_URL of a new database on the server of another DATABASE_URL."""
    with psycopg.connect(named(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
        try:
            yield named(server, NAME)
        finally:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def named(server: str, database: str) -> str:
    """The DATABASE_URL of another database on the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
