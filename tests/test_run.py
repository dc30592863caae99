"""The last lines of `make test`: what failed and what could not run must be seen there."""

import os
from contextlib import contextmanager

import pytest

from tests import run as runner
from tests.postgres import NoServerError, given_server
from tests.run import Run, on_postgresql, sqlite, started, summary, types_checked


@pytest.fixture
def run(monkeypatch) -> Run:
    monkeypatch.delenv("ALLOW_MISSING", raising=False)
    return Run([], results=[("lint", True, 1.2)])


def test_summary_when_all_has_run_and_passed_is_a_success(run, capsys):
    assert summary(run) == 0
    assert capsys.readouterr().out == "\n=== summary\npassed  lint, 1 s\n"


def test_summary_when_a_step_failed_is_a_failure(run, capsys):
    run.results.append(("tests on SQLite", False, 61.0))

    assert summary(run) == 1
    assert capsys.readouterr().out.endswith("FAILED  tests on SQLite, 61 s\n")


def test_summary_when_something_could_not_run_is_a_failure_that_says_how_to_accept_it(run, capsys):
    run.missing.append("the browser tests: no Chromium found")

    assert summary(run) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "NOT RUN the browser tests: no Chromium found",
        "This counts as a failure. To accept it on this machine: ALLOW_MISSING=1 make test",
    ]


def test_summary_when_the_lack_is_accepted_is_a_success_that_still_names_it(run, capsys, monkeypatch):
    monkeypatch.setenv("ALLOW_MISSING", "1")
    run.missing.append("the browser tests: no Chromium found")

    assert summary(run) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "NOT RUN the browser tests: no Chromium found"


def test_machine_without_chromium_or_postgresql_has_both_named(run, monkeypatch):
    @contextmanager
    def no_server():
        raise NoServerError("no PostgreSQL is installed")
        yield

    asked = []
    monkeypatch.setattr(runner, "chromium", lambda: None)
    monkeypatch.setattr(runner, "postgresql", no_server)
    monkeypatch.setattr(runner, "run_module", lambda command, environment: asked.append(command) or 0)
    sqlite(run)
    on_postgresql(run)

    assert "not postgres and not browser" in asked[0]
    assert [missing.split(":")[0] for missing in run.missing] == ["the browser tests", "the tests on PostgreSQL"]


@pytest.mark.parametrize(("version", "expected"), [("--version", True), ("--no-such-option", False)])
def test_types_are_checked_beside_the_steps_and_count_as_one(run, monkeypatch, capfd, version, expected):
    monkeypatch.setattr(
        runner, "started", lambda command, *rest, **options: started([*command, version], *rest, **options)
    )

    with types_checked(run):
        pass

    assert [(name, passed) for name, passed, _ in run.results] == [("lint", True), ("types", expected)]
    assert "mypy" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DATABASE_URL": "postgres://db.example/clinic"}, "postgres://db.example/clinic"),
        ({"DATABASE_URL": "sqlite:///clinic.sqlite3", "PGHOST": "db.example"}, "postgres:///clinic"),
        ({"DATABASE_URL": "sqlite:///clinic.sqlite3"}, None),
        ({}, None),
    ],
    ids=["by address", "by host", "SQLite", "nothing"],
)
def test_postgresql_that_the_environment_names_is_used(environment, expected, monkeypatch):
    monkeypatch.setattr(os, "environ", environment)

    assert given_server() == expected
