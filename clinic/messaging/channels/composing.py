"""A message of the outbox as the letter that leaves."""

from clinic.calendars.events import Method, calendar_file
from clinic.enums import Channel, Language, MessageKind
from clinic.messaging.channels.letter import Attachment, Letter
from clinic.messaging.links import address_of
from clinic.models import Message

# What tells of one appointment's time also puts it into the patient's calendar, or takes it out.
INTO_CALENDARS: dict[str, Method] = {
    MessageKind.BOOKED: "REQUEST",
    MessageKind.MOVED: "REQUEST",
    MessageKind.CANCELLED: "CANCEL",
}
LOADED = ("organisation", "appointment__clinic", "appointment__patient")  # what a letter is made from


def letter_of(message: Message) -> Letter:
    """The letter of a message, the same however often it is asked for. Of a row with all of LOADED, no query."""
    return Letter(
        key=str(message.public_id), kind=MessageKind(message.kind), channel=Channel(message.channel),
        address=message.address, subject=message.subject, body=message.body, language=Language(message.language),
        attachments=_attachments(message), sender=message.organisation.name_in(message.language),
    )  # fmt: skip


def _attachments(message: Message) -> tuple[Attachment, ...]:
    method, appointment = INTO_CALENDARS.get(message.kind), message.appointment
    if message.channel != Channel.EMAIL or appointment is None or method is None:
        return ()
    url = "" if method == "CANCEL" else address_of(appointment)
    content = calendar_file(appointment, method, url=url, at=message.queued_at)
    return (Attachment("appointment.ics", content, f"text/calendar; method={method}; charset=utf-8"),)
