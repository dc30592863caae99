"""A real Chromium for tests: `page` opens the live server's pages and fails the test on any error in its console."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
NAMES = ("chromium", "chromium-browser", "google-chrome")
KNOWN_ERRORS = (
    "actionDropdownOpen is not defined",  # unfold's page for reverting to an earlier version
    "htmx:afterRequest", "htmx:sendAbort",  # htmx also tells of a request that a newer one has replaced
)  # fmt: skip


def chromium() -> str | None:
    """The path of the browser: what CHROMIUM says, or else the first one installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (slow to import, and few tests need it)

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "on"  # Playwright's event loop runs in the tests' own thread from now on
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser, live_server) -> Iterator[object]:
    """A page in a fresh profile; addresses are relative to the live server."""
    context = browser.new_context(base_url=live_server.url, viewport=DESK, locale="en-GB")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)

    yield opened

    context.close()
    unexpected = [error for error in errors if not error.startswith(KNOWN_ERRORS)]
    assert not unexpected, f"errors in the browser's console: {unexpected}"


@pytest.fixture
def sign_in(page, live_server) -> Callable[[object], None]:
    """Make the page that person's, without going through the form."""

    def as_person(user) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])

    return as_person


def focused(page) -> str:
    return page.evaluate("(document.activeElement.textContent || document.activeElement.id).trim()")


def press_until(page, key, wanted, most=60) -> None:
    """Press a key until the focus stands where it is wanted."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never led to {wanted}, but to {focused(page)!r}")


def settled(page) -> None:
    """Wait until htmx listens to what it has just put in: a test is quicker than any hand."""
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')")
