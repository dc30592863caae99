"""A mail server on loopback that speaks just enough SMTP: it keeps what it is sent, and refuses what it is told to."""

import email
import email.policy
import threading
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self


class Mailbox:
    """`answers` maps a recipient to what the server says instead of OK; `hangs` makes it fall silent at a letter.

    It thinks for `thinks` seconds before each answer.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.envelopes: list[tuple[str, str]] = []  # whom a letter came from and went to, as the server was told
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.hangs = False
        self.thinks = 0.0
        self.hangs_up_after: int | None = None  # so many letters on one connection
        self.has_enough_after: int | None = None  # the same, but says so
        self.closed = threading.Event()
        self._server = Server(("127.0.0.1", 0), Conversation)
        self._server.mailbox = self

    @property
    def address(self) -> str:
        """What EMAIL_URL takes."""
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


class Server(ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    block_on_close = False


class Conversation(StreamRequestHandler):
    def handle(self) -> None:
        self.mailbox = self.server.mailbox
        self.mailbox.connections += 1
        self.letters, self.sender, self.recipient = 0, "", ""
        self.say("220 mailbox")
        while line := self.rfile.readline():
            if not self.obey(line.decode().strip()):
                return

    def obey(self, line: str) -> bool:
        """Answer one command; false ends the conversation."""
        verb, named = line[:4].upper(), line.partition("<")[2].partition(">")[0]
        if verb == "QUIT":
            self.say("221 bye")
        elif verb == "DATA":
            return self.take_letter()
        elif verb == "RCPT":
            self.recipient = named
            self.say(self.mailbox.answers.get(named, "250 OK"))
        elif verb == "MAIL" and self.letters == self.mailbox.has_enough_after:
            self.say("421 too many")
        else:
            self.sender = named or self.sender
            self.say("250 OK")
        return verb != "QUIT"

    def take_letter(self) -> bool:
        self.say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        raw = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
        if self.mailbox.hangs:
            self.mailbox.closed.wait()
            return False
        self.mailbox.received.append(email.message_from_bytes(raw, policy=email.policy.default))
        self.mailbox.envelopes.append((self.sender, self.recipient))
        self.letters += 1
        self.say("250 taken")
        return self.letters != self.mailbox.hangs_up_after

    def say(self, words: str) -> None:
        self.mailbox.closed.wait(self.mailbox.thinks)
        self.wfile.write(words.encode() + b"\r\n")
