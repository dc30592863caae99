"""Carriers for development and tests, which go nowhere; and the one that stands where no gateway is set up."""

import json
import os
import sys
from pathlib import Path

from django.utils.timezone import now
from django.utils.translation import gettext as _

from clinic.messaging.channels.carrier import Carrier
from clinic.messaging.channels.letter import Delivery, Letter, TryLater, Undeliverable
from clinic.messaging.reasons import NO_GATEWAY_NOW, UNWRITABLE


class Console(Carrier):
    def deliver(self, letter: Letter) -> Delivery:
        sys.stdout.write(f"{letter.channel} to {letter.address}, key {letter.key}:\n{letter.body}\n\n")
        sys.stdout.flush()
        return Delivery()


class File(Carrier):
    """One line of JSON a letter, written in one piece, so that several senders may share the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def deliver(self, letter: Letter) -> Delivery:
        line = {
            "at": now().isoformat(), "key": letter.key, "kind": letter.kind, "channel": letter.channel,
            "to": letter.address, "body": letter.body,
        }  # fmt: skip
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            finally:
                os.close(file)
        except OSError as error:
            raise TryLater(_(UNWRITABLE) % {"error": error.strerror}) from None
        return Delivery()


class NotSetUp(Carrier):
    def deliver(self, letter: Letter) -> Delivery:
        raise Undeliverable(_(NO_GATEWAY_NOW) % {"channel": letter.channel.label})
