"""Two organisations that are full of rows: ours, and theirs behind the wall."""

import pytest

from tests.clinic.full_world import World


@pytest.fixture
def ours(db):
    return World()


@pytest.fixture
def theirs(db):
    return World()
