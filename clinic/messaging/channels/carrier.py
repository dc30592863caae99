"""What all channels have in common: a connection for a batch, and an end to patience."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from django.utils.translation import gettext as _

from clinic.messaging.channels.letter import Delivery, Letter, TryLater, Undeliverable
from clinic.messaging.reasons import UNEXPECTED

SECONDS = 10  # the longest that an answer is waited for
PATIENCE = 3  # failures in a row after which a gateway is left alone for the rest of the batch

logger = logging.getLogger(__name__)


class Carrier(ABC):
    """Sends letters one by one; the failures it counts are those of one batch."""

    def __init__(self) -> None:
        self._failures = 0

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Keep one connection, where there is such a thing, until the batch is done."""
        self._failures = 0
        try:
            yield self
        finally:
            self.hang_up()

    def send(self, letter: Letter) -> Delivery:
        """Hand the letter over. Raises TryLater or Undeliverable, and nothing else."""
        if self._failures >= PATIENCE:
            raise TryLater(_("The gateway failed several times in a row and is left alone for a while."), tried=False)
        try:
            delivery = self._attempt(letter)
        except TryLater as error:
            self._failures += not error.of_recipient
            raise
        except Undeliverable:
            self._failures = 0  # it lives, and knows what it does not want
            raise
        self._failures = 0
        return delivery

    def _attempt(self, letter: Letter) -> Delivery:
        try:
            return self.deliver(letter)
        except (TryLater, Undeliverable):
            raise
        except Exception as error:  # of a library: its words may hold a password, so only its name is told
            logger.error("Sending by %s failed with %s.", letter.channel, type(error).__name__)
            raise TryLater(_(UNEXPECTED) % {"error": type(error).__name__}) from None

    @abstractmethod
    def deliver(self, letter: Letter) -> Delivery:
        """Hand over one letter. Whatever it raises beside TryLater and Undeliverable counts as TryLater."""

    def hang_up(self) -> None:  # noqa: B027 (most have nothing to let go of)
        """Let go of what was kept for the batch; never raises."""
