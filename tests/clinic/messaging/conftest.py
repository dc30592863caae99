"""An outbox, and where its letters arrive."""

import json

import pytest

from tests.clinic.messaging.outbox import Outbox
from tests.gateway import Gateway


@pytest.fixture
def outbox(db):
    return Outbox()


@pytest.fixture
def sent(tmp_path, settings):
    """A function that returns what has left by SMS or WhatsApp: a list of (key, to, body)."""
    file = tmp_path / "sent.jsonl"
    settings.GATEWAYS = {"sms": f"file:{file}", "whatsapp": f"file:{file}"}

    def letters() -> list[tuple[str, str, str]]:
        lines = file.read_text().splitlines() if file.exists() else []
        return [(row["key"], row["to"], row["body"]) for row in map(json.loads, lines)]

    return letters


@pytest.fixture
def gateway(settings):
    with Gateway() as gateway:
        settings.GATEWAYS = {"sms": gateway.address, "whatsapp": ""}
        yield gateway
