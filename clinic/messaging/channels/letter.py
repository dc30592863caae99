"""What a channel carries, and how it answers."""

from dataclasses import dataclass

from clinic.enums import Channel, Language, MessageKind


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mime_type: str  # with its parameters, as in text/calendar; method=REQUEST


@dataclass(frozen=True)
class Letter:
    """One message to one address; `key` is the same however often it is sent."""

    key: str
    kind: MessageKind
    channel: Channel
    address: str
    subject: str
    body: str
    language: Language
    attachments: tuple[Attachment, ...] = ()
    sender: str = ""  # the name that an e-mail comes from


@dataclass(frozen=True)
class Delivery:
    """A gateway has taken the letter, and calls it by this reference; empty where it says none."""

    reference: str = ""


class TryLater(Exception):
    """The gateway could not take the letter now, or nobody knows whether it did.

    `tried`: it was asked. `of_recipient`: only this recipient has to wait, others may be written to.
    """

    def __init__(self, reason: str, *, tried: bool = True, of_recipient: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.tried = tried
        self.of_recipient = of_recipient


class Undeliverable(Exception):
    """This letter to this address will never arrive, however often it is sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
