"""A machine on loopback that publishes a calendar, and misbehaves when it is told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Publisher:
    """Answers every GET with `status`, `headers` and `body`, or drips or hangs; `requests` are the headers it got."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b""
        self.drips = self.hangs = False
        self.requests: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.closed = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.publisher = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/calendar.ics?key=secret"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    publisher: Publisher

    def handle_error(self, request, client_address) -> None:
        """Who asked has hung up, as is wanted."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        publisher = self.server.publisher
        publisher.requests.append({name.lower(): value for name, value in self.headers.items()})
        publisher.paths.append(self.path)
        if publisher.hangs:
            publisher.closed.wait()
            return
        self.send_response(publisher.status)
        for name, value in publisher.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if publisher.drips:
            while not publisher.closed.wait(0.02):
                self.wfile.write(b"X")
                self.wfile.flush()
        self.wfile.write(publisher.body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""
