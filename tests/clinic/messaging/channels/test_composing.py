"""What of a message leaves as a letter, and which letters carry a calendar."""

import pytest
from icalendar import Calendar

from clinic.enums import Channel, Language, MessageKind
from clinic.messaging.channels import letter_of
from clinic.messaging.channels.composing import LOADED
from clinic.messaging.links import address_of
from clinic.models import Message
from tests.clinic.messaging.outbox import NOON
from tests.factories import NINE

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def mail_about(outbox, kind=MessageKind.BOOKED, **fields) -> Message:
    fields = {"channel": Channel.EMAIL, "address": "huda@example.org", **fields}
    message = outbox.message(outbox.appointment(), kind, **fields)
    return Message.objects.select_related(*LOADED).get(pk=message.pk)


def event_in(letter):
    [attachment] = letter.attachments
    [event] = Calendar.from_ical(attachment.content).walk("VEVENT")
    return event


def test_letter_is_what_the_message_says(outbox):
    message = mail_about(outbox, language=Language.ENGLISH)

    letter = letter_of(message)

    assert (letter.key, letter.address) == (str(message.public_id), "huda@example.org")
    assert (letter.subject, letter.body, letter.sender) == ("Appointment", "See you.", "Noor Group")
    assert (letter.kind, letter.channel, letter.language) == (MessageKind.BOOKED, Channel.EMAIL, Language.ENGLISH)


@pytest.mark.parametrize(
    ("kind", "method"),
    [(MessageKind.BOOKED, "REQUEST"), (MessageKind.MOVED, "REQUEST"), (MessageKind.CANCELLED, "CANCEL")],
)
def test_mail_about_a_time_carries_it_to_the_calendar(outbox, kind, method):
    message = mail_about(outbox, kind)

    letter = letter_of(message)

    [attachment] = letter.attachments
    assert (attachment.name, attachment.mime_type) == (
        "appointment.ics", f"text/calendar; method={method}; charset=utf-8",
    )  # fmt: skip
    assert Calendar.from_ical(attachment.content)["METHOD"] == method
    assert event_in(letter)["UID"] == str(message.appointment.public_id)
    assert event_in(letter).start == NINE


def test_calendar_leads_to_where_the_patient_answers(outbox):
    message = mail_about(outbox)

    assert event_in(letter_of(message))["URL"] == address_of(message.appointment)


def test_letter_made_again_is_the_same(outbox):
    message = mail_about(outbox)

    assert letter_of(message) == letter_of(message)
    assert event_in(letter_of(message))["DTSTAMP"].dt == NOON


@pytest.mark.parametrize(
    "fields",
    [{"channel": Channel.SMS}, {"channel": Channel.WHATSAPP}, {"kind": MessageKind.REMINDER}],
    ids=["SMS", "WhatsApp", "reminder"],
)
def test_other_letters_carry_no_calendar(outbox, fields):
    assert letter_of(mail_about(outbox, **fields)).attachments == ()


def test_letter_asks_the_database_nothing(outbox, django_assert_num_queries):
    message = mail_about(outbox)

    with django_assert_num_queries(0):
        letter_of(message)
