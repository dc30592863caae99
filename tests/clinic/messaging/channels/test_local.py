"""The carriers that stay on this machine, and what none of them may do."""

import json

import pytest
from django.utils.translation import override

from clinic.enums import Channel
from clinic.messaging.channels import Carrier, Delivery, TryLater, Undeliverable, channel_of
from tests.letters import make_letter


def test_console_shows_the_letter(settings, capsys):
    settings.GATEWAYS = {"sms": "console:"}

    channel_of(Channel.SMS).send(make_letter(Channel.SMS, key="key-1", body="Dear Huda"))

    assert capsys.readouterr().out == "sms to +966501234567, key key-1:\nDear Huda\n\n"


def test_file_gets_a_line_of_each_letter(settings, tmp_path):
    settings.GATEWAYS = {"whatsapp": f"file:{tmp_path / 'sent'}"}

    with channel_of(Channel.WHATSAPP).open() as whatsapp:
        whatsapp.send(make_letter(Channel.WHATSAPP, key="key-1", body="عزيزتي\nهدى"))
        whatsapp.send(make_letter(Channel.WHATSAPP, key="key-2"))

    first, second = map(json.loads, (tmp_path / "sent").read_text().splitlines())
    assert (first["key"], first["to"], first["body"]) == ("key-1", "+966501234567", "عزيزتي\nهدى")
    assert second["key"] == "key-2"


def test_file_that_cannot_be_written_is_tried_later(settings, tmp_path):
    settings.GATEWAYS = {"sms": f"file:{tmp_path}"}

    with pytest.raises(TryLater, match="Is a directory"):
        channel_of(Channel.SMS).send(make_letter(Channel.SMS))


def test_channel_without_a_gateway_says_so(settings):
    settings.GATEWAYS = {"sms": ""}

    with override("en"), pytest.raises(Undeliverable, match="No gateway for SMS is set up"):
        channel_of(Channel.SMS).send(make_letter(Channel.SMS))


class Broken(Carrier):
    """A library with a mistake in it, whose words tell a secret."""

    def deliver(self, letter) -> Delivery:
        raise KeyError("hunter2")


def test_mistake_of_a_library_is_tried_later_and_told_without_its_words(caplog):
    with pytest.raises(TryLater, match=r"Sending failed unexpectedly \(KeyError\)") as refusal:
        Broken().send(make_letter())

    assert "hunter2" not in refusal.value.reason + caplog.text
    assert "KeyError" in caplog.text
