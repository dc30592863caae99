"""Sara's Monday, as the engine's tests know it, with a waiting list."""

from datetime import time

import pytest

from tests.clinic.scheduling.conftest import Desk, nothing_written  # noqa: F401 (a fixture)
from tests.factories import make_hours, make_provider


class WaitingDesk(Desk):
    def second_provider(self):
        """Lina, who treats the same in the same hours."""
        lina = make_provider(self.clinic, name="Lina")
        self.service.providers.add(lina)
        make_hours(lina, self.clinic, start=time(9), end=time(12))
        return lina


@pytest.fixture
def desk(db) -> WaitingDesk:
    return WaitingDesk()
