"""An e-mail made of a letter: its headers, its plain text, the same as a page, and its attachments."""

import re
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import parseaddr
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language_info

from clinic.messaging.channels.letter import Attachment, Letter
from clinic.plain_text import one_line, paragraphs

LONGEST_NAME = 80  # of a sender
LONGEST_LINE = 200  # of a header
LONGEST_LABEL = 60  # of a button


class Piece(NamedTuple):
    """A part of a line; `address` is where it leads, if it is a link, and a button has the words before it."""

    text: str
    address: str = ""
    is_button: bool = False


def enveloped(letter: Letter) -> EmailMultiAlternatives:
    """The e-mail, twice the same of the same letter, its Message-ID included. Raises ValueError where one cannot be."""
    if not letter.address:
        raise ValueError("Django takes a letter to nobody for one that is sent.")
    own = address_in(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=one_line(letter.subject, longest=LONGEST_LINE),
        body=paragraphs(letter.body) + "\n",
        from_email=sender_of(letter, own),
        to=[letter.address],
        headers={
            "Message-ID": f"<{letter.key}@{own.domain}>",
            "Content-Language": letter.language,
            "Auto-Submitted": "auto-generated",  # no machine answers it with a holiday greeting
            "List-Unsubscribe": f"<mailto:{own.addr_spec}?subject=unsubscribe>",
        },
    )
    mail.attach_alternative(page_of(letter), "text/html")
    for attachment in letter.attachments:
        mail.attach(part_of(attachment))
    return mail


@cache
def address_in(text: str) -> Address:
    """The address in a text such as ``Noor <desk@noor.example>``."""
    return Address(addr_spec=parseaddr(text)[1])


def sender_of(letter: Letter, own: Address) -> str:
    """The clinic's own address, under the name that patients know."""
    if not letter.sender:
        return settings.DEFAULT_FROM_EMAIL
    return str(Address(one_line(letter.sender, longest=LONGEST_NAME), addr_spec=own.addr_spec))


def page_of(letter: Letter) -> str:
    context = {
        "subject": one_line(letter.subject), "sender": one_line(letter.sender, longest=LONGEST_NAME),
        "language": letter.language, "direction": "rtl" if get_language_info(letter.language)["bidi"] else "ltr",
        "paragraphs": [
            [list(pieces(line)) for line in paragraph.split("\n")]
            for paragraph in re.split(r"\n{2,}", paragraphs(letter.body).strip())
        ],
    }  # fmt: skip
    return render_to_string("clinic/mail/letter.html", context)


def pieces(line: str) -> list[Piece]:
    """The line cut at the clinic's own addresses. Only those become links: a name that looks like one stays a name.

    An address at the end of a short line, after a colon, becomes a button with the words before it.
    """
    own = rf"({re.escape(settings.SITE_URL)}/[^\s<>\"']*[\w/])"
    parts = re.split(own, line)
    if len(parts) == 3 and not parts[2].strip() and parts[0].rstrip().endswith(":") and len(parts[0]) <= LONGEST_LABEL:
        return [Piece(parts[0].strip().removesuffix(":"), parts[1], is_button=True)]
    return [Piece(text, text if n % 2 else "") for n, text in enumerate(parts) if text]


def part_of(attachment: Attachment) -> MIMEPart:
    """The attachment with every parameter of its type, such as the method by which a calendar knows what to do."""
    media, *parameters = attachment.mime_type.split(";")
    main, _, sub = media.strip().partition("/")
    part = MIMEPart()
    part.set_content(
        attachment.content, maintype=main, subtype=sub, disposition="attachment",
        filename=one_line(attachment.name, longest=LONGEST_LINE),
        params=dict(parameter.strip().split("=", 1) for parameter in parameters),
    )  # fmt: skip
    return part
