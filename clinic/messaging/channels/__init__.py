"""The ways out of the house: who carries a letter to whom, and what it means when it could not be carried.

A channel knows letters and addresses, no rows and no rules: whether a message may still leave, what becomes of one that
did not, and when it is tried again is for the sender to say. Nothing here runs inside a transaction.

    with channel_of(Channel.SMS).open() as sms:
        delivery = sms.send(letter_of(message))

`send` returns when the gateway has taken the letter. It raises `TryLater` when nobody can know, when the gateway is in
trouble, or when it lets this recipient wait, and `Undeliverable` when this letter will never arrive. It raises nothing
else, and it comes back: an answer is waited for `SECONDS`, a whole letter takes less than twice as long, and a gateway
that fails several times in a row is left alone for the rest of the batch. The key of a letter travels with it, so that
a gateway (or a reader) recognises its twin.
"""

from clinic.messaging.channels.carrier import SECONDS, Carrier
from clinic.messaging.channels.choice import channel_of, is_set_up
from clinic.messaging.channels.composing import letter_of
from clinic.messaging.channels.letter import Attachment, Delivery, Letter, TryLater, Undeliverable

__all__ = [
    "SECONDS",
    "Attachment",
    "Carrier",
    "Delivery",
    "Letter",
    "TryLater",
    "Undeliverable",
    "channel_of",
    "is_set_up",
    "letter_of",
]
