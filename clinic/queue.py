"""The queue of tasks in our database, as django-q2 asks for it."""

import logging
from time import sleep

from django.db import Error
from django_q.brokers.orm import ORM
from django_q.conf import Conf

logger = logging.getLogger(__name__)


class Queue(ORM):
    """It is read on as soon as a database that was away is back; django-q2's own would wait for ten seconds more."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """The next tasks by number; none when there are none, or when they cannot be read now."""
        try:
            return super().dequeue()
        except Error as error:
            logger.warning("The queue of tasks cannot be read (%s).", type(error).__name__)
            sleep(Conf.POLL)
            return None
