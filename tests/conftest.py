"""What all tests share: the browser's fixtures and the choice of tests by what they need."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

from clinic.messaging.texts.own_words import WRITERS

pytest_plugins = ["tests.browser", "tests.committing", "tests.standing"]

OPENED = {"test_lists", "test_forms", "test_exports"}  # tests of pages

# A shared machine is slow at times; a test that is too slow is found by the length of the whole run.
settings.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clinic")


@pytest.fixture(autouse=True)
def language():
    """English, whatever language the page of the test before was in: a request leaves its language to the process."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def our_words():
    """No organisation has words of its own until a test writes some; nobody asks, and the next test knows nothing."""
    caches["process"].set(WRITERS, frozenset(), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-engine", action="store_true", help="leave out what every database answers alike")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if connection.vendor != "postgresql":
        needs_server = pytest.mark.skip(reason="needs PostgreSQL: make test starts one")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(needs_server)
    if config.getoption("--only-engine"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_the_engine(item)])
        items[:] = [item for item in items if asks_the_engine(item)]


def asks_the_engine(item: pytest.Item) -> bool:
    """Whether another database could answer otherwise.

    What a page does is asked of the services' own tests; of the pages, every list and form is opened.
    """
    if item.get_closest_marker("any_engine") or (item.path.parent.name == "admin_ext" and item.path.stem not in OPENED):
        return False
    fixtures = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or bool({"db", "transactional_db"} & set(fixtures))


def pytest_terminal_summary(terminalreporter) -> None:
    """How many cells of the door matrix were looked at, all workers together."""
    passed = [dict(report.user_properties) for report in terminalreporter.getreports("passed")]
    if cells := sum(properties.get("cells", 0) for properties in passed):
        terminalreporter.write_line(f"door matrix: {cells:,} cells")
