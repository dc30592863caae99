"""Tests whose rows are committed, and how the database is put back after them: as the migrations left it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase

COMMITTING = {"transactional_db", "live_server"}  # fixtures of tests whose rows have to be taken out again


def commits(item: pytest.Item) -> bool:
    """Whether the rows of the test are committed."""
    marker = item.get_closest_marker("django_db")
    return bool((marker and marker.kwargs.get("transaction")) or COMMITTING & set(getattr(item, "fixturenames", [])))


@pytest.fixture(autouse=True)
def put_back(request) -> None:
    """Set up first, so that this is the last to be done after the test."""
    if commits(request.node):
        request.getfixturevalue("pristine")
        request.getfixturevalue("transactional_db")


@pytest.fixture(scope="session")
def pristine(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Copies are quicker to put back than rows are to delete, and permissions, roles and triggers to make again."""
    with django_db_blocker.unblock():
        copy = {"sqlite": CopyOfFile, "postgresql": CopiesOfTables}[connection.vendor]()
    with pytest.MonkeyPatch.context() as patched, closing(copy):
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: copy.put_back())
        yield


class CopyOfFile:
    """SQLite's whole database, triggers and all: a rule that lets no row be deleted is not asked."""

    def __init__(self) -> None:
        self.copy = sqlite3.connect(":memory:")
        connection.ensure_connection()
        connection.connection.backup(self.copy)

    def put_back(self) -> None:
        connection.ensure_connection()
        self.copy.backup(connection.connection)

    def close(self) -> None:
        self.copy.close()


class CopiesOfTables:
    """PostgreSQL's tables that are not empty, in a schema beside them; it truncates, which no trigger sees."""

    def __init__(self) -> None:
        self.tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS pristine")
            self.filled = [table for table in self.tables if self.copies(cursor, table)]

    def copies(self, cursor, table: str) -> bool:
        cursor.execute(f"CREATE TABLE pristine.{table} AS TABLE public.{table}")
        return cursor.rowcount > 0

    def put_back(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in connection.ops.sql_flush(no_style(), self.tables):
                cursor.execute(statement)
            for table in self.filled:
                cursor.execute(f"INSERT INTO public.{table} SELECT * FROM pristine.{table}")

    def close(self) -> None:
        """They go with the database."""
