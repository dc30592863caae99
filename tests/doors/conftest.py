"""The rows that the doors lead to, and a site that is quick to knock at."""

import logging

import pytest
import time_machine
from django.template.response import SimpleTemplateResponse
from unfold.sites import UnfoldAdminSite

from tests.doors.subjects import BEGUN, make_subjects


@pytest.fixture
def subjects(db, settings, monkeypatch):
    """Nothing is drawn and nothing logged: the matrix looks at rows and statuses."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("NoSuchPageMiddleware")]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    monkeypatch.setattr(UnfoldAdminSite, "each_context", lambda site, request: {})
    monkeypatch.setattr(logging.getLogger().manager, "disable", logging.CRITICAL)
    with time_machine.travel(BEGUN, tick=False):
        yield make_subjects()
