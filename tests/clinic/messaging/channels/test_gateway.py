"""What a gateway for text messages is asked, and what its answers mean."""

import logging
from io import StringIO
from time import monotonic

import pytest

from clinic.enums import Channel
from clinic.messaging.channels import TryLater, Undeliverable, channel_of, gateway
from clinic.messaging.channels.checks import gateways_are_understood
from tests.gateway import Gateway
from tests.letters import make_letter


@pytest.fixture
def sms_gateway(settings):
    with Gateway() as gateway:
        settings.GATEWAYS = {"sms": gateway.address + "&rto=0.2", "whatsapp": ""}
        yield gateway


@pytest.fixture
def sms(sms_gateway):
    return channel_of(Channel.SMS)


@pytest.fixture
def logged():
    """What the console would show: pytest's own fixture also hears a logger that is told to keep quiet."""
    handler = logging.StreamHandler(StringIO())
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def text(number=0, **fields):
    return make_letter(Channel.SMS, key=f"key-{number}", **fields)


def test_number_text_and_key_reach_the_gateway(sms_gateway, sms):
    sms.send(text(address="+966501234567", body="Dear Huda"))

    [call] = sms_gateway.calls
    assert (call.key, call.to, call.text) == ("key-0", "+966501234567", "Dear Huda")


@pytest.mark.parametrize(
    "body",
    ["عزيزتي هدى\n\nموعدك غدًا", "<b>Huda</b> & co", r"C:\new ${HOME} {to} {key}", ":smile: **no** _change_", "a" * 900],
    ids=["Arabic", "markup", "escapes", "emoji", "long"],
)
def test_text_arrives_as_it_was_written(sms_gateway, sms, body):
    sms.send(text(body=body))

    assert sms_gateway.calls[0].text == body


def test_letter_sent_twice_is_delivered_once(sms_gateway, sms):
    sms.send(text())
    sms.send(text())

    assert (len(sms_gateway.calls), len(sms_gateway.delivered), sms_gateway.duplicates) == (2, 1, 1)


@pytest.mark.parametrize("answer", [302, 401, 404, 429, 500, 503])
def test_gateway_in_trouble_is_tried_later(sms_gateway, sms, answer):
    sms_gateway.answer = answer

    with pytest.raises(TryLater, match=f"error {answer}") as refusal:
        sms.send(text())

    assert refusal.value.tried


@pytest.mark.parametrize("answer", [400, 410, 422])
def test_letter_that_the_gateway_refuses_is_given_up(sms_gateway, sms, answer):
    sms_gateway.answer = answer

    with pytest.raises(Undeliverable, match=f"error {answer}"):
        sms.send(text())


def test_refused_number_does_not_stop_the_batch(sms_gateway, sms):
    sms_gateway.refused = {"+966500000000"}

    for number in range(8):
        if number % 2:
            sms.send(text(number))
        else:
            with pytest.raises(Undeliverable):
                sms.send(text(number, address="+966500000000"))

    assert sorted(sms_gateway.delivered) == ["key-1", "key-3", "key-5", "key-7"]


def test_gateway_that_hangs_is_given_up_in_time_and_left_alone(sms_gateway, sms):
    sms_gateway.hangs = True
    began = monotonic()

    refusals = []
    with sms.open():
        for number in range(100):
            with pytest.raises(TryLater) as refusal:
                sms.send(text(number))
            refusals.append(refusal.value)

    assert monotonic() - began < 5
    assert len(sms_gateway.calls) == 3
    assert [refusal.tried for refusal in refusals] == 3 * [True] + 97 * [False]
    assert refusals[0].reason == "The gateway could not be reached, or did not answer in time."
    assert refusals[3].reason == "The gateway failed several times in a row and is left alone for a while."


def test_gateway_that_answers_a_letter_a_second_is_given_up_too(sms_gateway, sms, settings, monkeypatch):
    monkeypatch.setattr(gateway, "SECONDS", 1)
    settings.GATEWAYS["sms"] = sms_gateway.address + "&rto=5"
    sms_gateway.drips = True
    began = monotonic()

    with pytest.raises(TryLater, match="within 1 second"):
        channel_of(Channel.SMS).send(text())
    assert monotonic() - began < 20


def test_next_batch_tries_the_gateway_again(sms_gateway, sms):
    sms_gateway.answer = 500
    for number in range(4):
        with pytest.raises(TryLater):
            sms.send(text(number))
    sms_gateway.answer = 200

    with sms.open():
        sms.send(text())

    assert list(sms_gateway.delivered) == ["key-0"]


def test_trouble_now_and_then_leaves_no_gateway_alone(sms_gateway, sms):
    for number in range(6):
        sms_gateway.answer = 500 if number % 3 else 200
        if number % 3:
            with pytest.raises(TryLater, match="error 500"):
                sms.send(text(number))
        else:
            sms.send(text(number))

    assert sorted(sms_gateway.delivered) == ["key-0", "key-3"]


@pytest.mark.parametrize(
    "address",
    ["json://desk:hunter2@127.0.0.1:1/?:to={to}", "twilio://ACabc:hunter2@nonsense/{to}", "nothing://hunter2/{to}"],
    ids=["not there", "wrong account", "unknown"],
)
def test_password_is_in_no_reason_and_in_no_log(settings, logged, address):
    settings.GATEWAYS = {"sms": address, "whatsapp": ""}

    with pytest.raises((TryLater, Undeliverable)) as refusal:
        channel_of(Channel.SMS).send(text())
    found = gateways_are_understood()

    assert "hunter2" not in refusal.value.reason + logged.getvalue() + str(found)


def test_check_names_the_gateway_that_nobody_understands(settings):
    settings.GATEWAYS = {"sms": "json://gateway.example/{to}", "whatsapp": "nothing://hunter2/{to}"}

    [error] = gateways_are_understood()

    assert error.msg == "WHATSAPP_URL is not an address that Apprise understands."


@pytest.mark.parametrize("address", ["", "console:", "file:/tmp/messages"])
def test_check_has_nothing_against_what_stays_here(settings, address):
    settings.GATEWAYS = {"sms": address, "whatsapp": ""}

    assert gateways_are_understood() == []
