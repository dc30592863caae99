"""Zones that a foreign calendar defines for itself: known to that one file alone.

`icalendar` (7.3.0) keeps what it learns of a zone for as long as the process lives: the first file that uses a name
would set the clocks of all that follow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from icalendar.timezone import tzp

parsing = Lock()  # the library knows one set of zones at a time


@contextmanager
def own_clocks() -> Iterator[None]:
    """What is parsed inside knows the zones of the world and those that it defines, which are forgotten after it."""
    with parsing:
        tzp.use_default()
        try:
            yield
        finally:
            tzp.use_default()
