"""Nobody waits for another machine longer than he meant to."""

import socket
from functools import partial
from time import monotonic

import pytest

from clinic.wires import cut_at, shut

pytestmark = pytest.mark.any_engine


@pytest.fixture
def wires():
    """Both ends of a connection on which nobody says a word."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_who_waits_is_woken_at_the_moment(wires):
    ours, _theirs = wires
    began = monotonic()

    with cut_at(began + 0.05, partial(shut, ours)):
        assert ours.recv(1) == b""

    assert 0.05 <= monotonic() - began < 3


def test_what_has_ended_in_time_is_not_cut(wires):
    ours, theirs = wires
    with cut_at(monotonic() + 0.05, partial(shut, ours)):
        theirs.sendall(b"1")

    theirs.settimeout(0.1)
    with pytest.raises(TimeoutError):
        theirs.recv(1)
    assert ours.recv(1) == b"1"


def test_a_wire_that_is_closed_already_is_left_alone(wires):
    ours, _theirs = wires
    ours.close()

    shut(ours)

    assert ours.fileno() == -1
