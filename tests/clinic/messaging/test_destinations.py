"""Where patients are written to, and what stands in the way."""

import pytest

from clinic.enums import Channel
from clinic.messaging.services import Destination, destination_of
from clinic.models import Patient

PHONE, MAIL = "+966501234567", "huda@example.org"


def patient(**fields) -> Patient:
    return Patient(
        **{"phone": PHONE, "email": MAIL, "preferred_channel": Channel.SMS, "accepts_messages": True, **fields}
    )


@pytest.fixture(autouse=True)
def gateways(settings):
    settings.GATEWAYS = {"sms": "console:", "whatsapp": "console:"}
    return settings.GATEWAYS


@pytest.mark.parametrize(
    ("preferred", "wanted", "expected"),
    [
        (Channel.SMS, None, (Channel.SMS, PHONE)),
        (Channel.WHATSAPP, None, (Channel.WHATSAPP, PHONE)),
        (Channel.EMAIL, None, (Channel.EMAIL, MAIL)),
        (Channel.EMAIL, Channel.SMS, (Channel.SMS, PHONE)),
    ],
)
def test_patient_is_written_to_as_wanted_or_preferred(preferred, wanted, expected):
    found = destination_of(patient(preferred_channel=preferred), wanted=wanted)

    assert found == Destination(*expected)


def test_patient_without_a_phone_gets_mail():
    assert destination_of(patient(phone="")) == Destination(Channel.EMAIL, MAIL)


@pytest.mark.parametrize(
    ("set_up", "expected"),
    [({"sms"}, (Channel.SMS, PHONE)), ({"whatsapp"}, (Channel.WHATSAPP, PHONE)), (set(), (Channel.EMAIL, MAIL))],
    ids=["SMS", "WhatsApp", "neither"],
)
def test_channel_without_a_gateway_is_passed_over(gateways, set_up, expected):
    gateways.update(dict.fromkeys({"sms", "whatsapp"} - set_up, ""))

    assert destination_of(patient(preferred_channel=Channel.WHATSAPP)) == Destination(*expected)


def test_patient_with_a_phone_alone_and_no_gateway_is_an_obstacle(gateways):
    gateways.update(sms="", whatsapp="")

    found = destination_of(patient(email=""))

    assert (found.channel, found.address) == (Channel.SMS, PHONE)
    assert found.obstacle == "No gateway for SMS is set up, and the patient has no e-mail address."


def test_patient_who_wants_no_messages_or_has_no_address_is_an_obstacle():
    assert destination_of(patient(accepts_messages=False)).obstacle == "The patient does not want messages."
    assert destination_of(patient(phone="", email="")).obstacle == (
        "The patient has neither a valid phone number nor an e-mail address."
    )


def test_patient_whose_file_is_closed_is_an_obstacle():
    assert destination_of(patient(active=False)).obstacle == "The patient's file is closed."
