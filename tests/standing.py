"""Worlds that stand from test to test: made once, in a transaction around all the tests that ask for them.

`ours = standing(make)` in a conftest is a fixture: the rows that `make` wrote, and a copy of what it returned. What a
test does to them is gone after it. Tests that commit, and the very first one, get a world of their own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import translation

from tests.committing import commits

type Make = Callable[[], object]


def standing(make: Make):
    """A fixture, named as the variable that holds it."""
    own = partial(make)  # two fixtures may be made alike, and stay two

    def world(db, ground):
        return ground.copy(own)

    world.makes_standing = own
    return pytest.fixture(world)


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def turn(subtests):
    """One turn of a loop over a world: it fails under its own name, the next ones follow, and find what it found."""

    @contextmanager
    def turn(name: str) -> Iterator[None]:
        with subtests.test(name), undone():
            yield

    return turn


@dataclass(frozen=True)
class Standing:
    make: Make
    world: object
    block: transaction.Atomic


class Ground:
    """What stands now, each in the transaction of the one before it; rearranged before each test."""

    def __init__(self, blocker) -> None:
        self.blocker = blocker
        self.standing: list[Standing] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        with self.blocker.unblock():
            self.arrange(wanted_by(item))

    def arrange(self, wanted: Sequence[Make]) -> None:
        while [one.make for one in self.standing] != list(wanted[: len(self.standing)]):
            self.take_down()
        for make in wanted[len(self.standing) :]:
            self.put_up(make)

    def put_up(self, make: Make) -> None:
        block = transaction.atomic()
        block._from_testcase = True  # as Django's around a test: within it, a durable block may begin
        block.__enter__()
        with translation.override("en"):
            self.standing.append(Standing(make, make(), block))
        connection.check_constraints()  # no table can be altered that has checks left to do

    def take_down(self) -> None:
        transaction.set_rollback(True)
        self.standing.pop().block.__exit__(None, None, None)

    def copy(self, make: Make) -> object:
        found = [one.world for one in self.standing if one.make is make]
        return deepcopy(found[0]) if found else make()


@pytest.fixture(scope="session")
def ground(django_db_setup, django_db_blocker, pytestconfig) -> Iterator[Ground]:
    ground = Ground(django_db_blocker)
    pytestconfig.pluginmanager.register(ground)
    yield ground
    with django_db_blocker.unblock():
        ground.arrange([])


def wanted_by(item: pytest.Item) -> tuple[Make, ...]:
    """How the worlds that the test asks for are made."""
    if not isinstance(item, pytest.Function) or commits(item):
        return ()
    fixtures = sorted(item._fixtureinfo.name2fixturedefs.items())
    made = (getattr(found[-1].func, "makes_standing", None) for _name, found in fixtures)
    return tuple(filter(None, made))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that ask for the same worlds follow each other."""
    order = {wanted: number for number, wanted in enumerate(dict.fromkeys(map(wanted_by, items)))}
    items.sort(key=lambda item: (not wanted_by(item), order[wanted_by(item)]))
