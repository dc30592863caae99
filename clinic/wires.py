"""What ends a wait for another machine: the timeout of a socket is for one answer, and a whole needs many."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic


@contextmanager
def cut_at(end: float, cut: Callable[[], None]) -> Iterator[None]:
    """Call `cut` in another thread at this moment of the monotonic clock, unless what is within has ended by then."""
    timer = Timer(max(0.0, end - monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def shut(wire: socket.socket) -> None:
    """Wake up whoever waits for it; past TLS, which is in use at this moment."""
    with suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)
