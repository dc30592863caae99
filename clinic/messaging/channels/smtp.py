"""Django's way to a mail server, made so that it can be cut: its timeout is for one answer, and a letter needs many."""

import smtplib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from socket import socket

from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

from clinic import wires


class Kept(smtplib.SMTP):
    """Shows its wire to `keep` as soon as there is one, before the server has said a word."""

    keep: Callable[[socket], None]

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        wire = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.keep(wire)
        return wire


class KeptInTls(smtplib.SMTP_SSL, Kept):
    """The same; what is kept is the wire beneath the encryption."""


class EmailBackend(smtp.EmailBackend):
    """`cut`, called by another thread, ends whatever it waits for, and lets it begin nothing new."""

    _wire: socket | None = None
    _is_cut = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return type("Connection", (KeptInTls if self.use_ssl else Kept,), {"keep": staticmethod(self._keep)})

    def cut(self) -> None:
        self._is_cut = True
        if self._wire is not None:
            wires.shut(self._wire)

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self._wire is not None:
                self._wire.close()

    def _keep(self, wire: socket) -> None:
        self._wire = wire.dup()  # encryption takes the first one's place
        if self._is_cut:
            wires.shut(wire)


def cut_at(end: float, mailer: BaseEmailBackend) -> AbstractContextManager[None]:
    """Nothing within goes on after this moment of the monotonic clock, whatever the server sends or does not."""
    return wires.cut_at(end, mailer.cut) if isinstance(mailer, EmailBackend) else nullcontext()
