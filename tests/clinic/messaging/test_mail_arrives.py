"""From a booking to the mailbox of the patient, through the outbox and a real mail server."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.environment import mailer_from_url
from clinic.messaging.services import queue, send_due
from clinic.models import Message
from tests.clinic.messaging.outbox import NOON
from tests.factories import NINE
from tests.mailbox import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

HOSTILE = 'Huda</p><script>alert(1)</script>\u202e\r\nBcc:all@example.com <a href="https://evil.example">win</a>'


@pytest.fixture
def mailbox(settings):
    with Mailbox() as mailbox:
        settings.MAILERS = {"default": mailer_from_url(mailbox.address)}
        yield mailbox


def booked(outbox, **fields):
    """What arrives when an appointment is booked for a patient made of these fields."""
    values = {"preferred_channel": Channel.EMAIL, "language": "en", **fields}
    for name, value in values.items():
        setattr(outbox.patient, name, value)
    outbox.patient.save()
    appointment = outbox.appointment()
    queue(MessageKind.BOOKED, outbox.patient, appointment=appointment, by=outbox.sara, at=NOON)
    send_due(at=NOON + timedelta(minutes=5))
    return appointment


def test_booking_arrives_with_its_words_and_its_calendar(outbox, mailbox):
    appointment = booked(outbox)

    [mail] = mailbox.received
    [attachment] = mail.iter_attachments()
    [event] = Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")
    message = Message.objects.get(appointment=appointment)
    assert message.status == MessageStatus.SENT
    assert mail["Message-ID"].startswith(f"<{message.public_id}@")
    assert mail["Subject"] == "Your appointment on Monday 7 January 2030"
    assert mail["From"].addresses[0].display_name == "Noor Group"
    assert mail["To"] == "huda@example.org"
    assert (event["UID"], event.start) == (str(appointment.public_id), NINE)


@pytest.mark.parametrize("field", ["patient", "clinic", "organisation"])
def test_hostile_name_is_text_wherever_it_stands(outbox, mailbox, field):
    row = getattr(outbox, field)
    row.name_en = HOSTILE
    row.save()

    booked(outbox)

    [mail] = mailbox.received
    [attachment] = mail.iter_attachments()
    calendar = Calendar.from_ical(attachment.get_payload(decode=True))
    page = mail.get_body(("html",)).get_content()
    assert mailbox.envelopes == [("clinic@localhost", "huda@example.org")]
    assert "Bcc" not in mail
    assert "<script" not in page
    assert 'href="https://evil.example' not in page
    assert "\u202e" not in page + mail.get_body(("plain",)).get_content() + mail["Subject"] + mail["From"]
    assert [component.name for component in calendar.walk()].count("VEVENT") == 1
