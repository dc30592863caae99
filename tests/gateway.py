"""A gateway for text messages on loopback: it honours keys, counts calls, and gets into trouble when it is told to."""

import hmac
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Self


@dataclass(frozen=True)
class Call:
    key: str
    to: str
    text: str
    at: float


class Gateway:
    """Tell it what to do by its attributes, at any time; they hold for the calls that begin from then on.

    `delivered` has the first call of each key; `duplicates` counts the calls that came with a key delivered before.
    """

    def __init__(self) -> None:
        self.answer = 200
        self.refused: set[str] = set()  # numbers answered with 400, as a gateway does that knows them to be wrong
        self.hangs = False  # takes the call, and says nothing until it is closed
        self.drips = False  # answers a letter a second, for ever
        self.swallows = False  # delivers, and fails to say so
        self.calls: list[Call] = []
        self.delivered: dict[str, Call] = {}
        self.duplicates = 0
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.gateway = self

    @property
    def address(self) -> str:
        """What SMS_URL takes."""
        return f"json://127.0.0.1:{self._server.server_port}/send?:to={{to}}&+Idempotency-Key={{key}}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, *, delivered: int, seconds: float) -> None:
        """Return when so many letters are delivered. Raises AssertionError when they are not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.delivered) >= delivered, seconds):
                raise AssertionError(f"{len(self.delivered)} of {delivered} delivered in {seconds} s")

    def take(self, call: Call, request: BaseHTTPRequestHandler) -> None:
        with self._changed:
            self.calls.append(call)
        if call.to in self.refused:
            reply(request, 400)
        elif self.answer != 200 and not self.swallows:
            reply(request, self.answer)
        elif self.hangs:
            self._closed.wait()
        elif self.drips:
            self._drip(request)
        else:
            self._deliver(call)
            reply(request, 500 if self.swallows else 200)

    def _deliver(self, call: Call) -> None:
        with self._changed:
            self.duplicates += call.key in self.delivered
            self.delivered.setdefault(call.key, call)
            self._changed.notify_all()

    def _drip(self, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while not self._closed.wait(1):
            request.wfile.write(b"z")
            request.wfile.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers hang up, or are killed: that is what it is for."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = Call(self.headers["Idempotency-Key"], sent["to"], sent["message"], monotonic())
        self.server.gateway.take(call, self)

    def log_message(self, *_words: object) -> None:
        pass


def reply(request: BaseHTTPRequestHandler, status: int) -> None:
    request.send_response(status)
    request.end_headers()
    request.wfile.write(b"{}")


def receipt(*reports: dict, secret: str, at: float, body: bytes | None = None) -> tuple[bytes, dict[str, str]]:
    """The body and the headers with which a gateway tells, at this moment, what became of letters."""
    body = json.dumps({"receipts": reports}).encode() if body is None else body
    seconds = str(int(at))
    signature = hmac.digest(secret.encode(), seconds.encode() + b"." + body, "sha256").hex()
    return body, {"X-Timestamp": seconds, "X-Signature": f"sha256={signature}"}
