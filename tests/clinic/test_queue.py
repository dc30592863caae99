"""The queue of tasks outlives its database."""

import pytest
from django.db import OperationalError, connection
from django_q.conf import Conf
from django_q.tasks import async_task

from clinic.queue import Queue

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_queue_is_read_on_when_its_database_is_back(monkeypatch):
    monkeypatch.setattr(Conf, "POLL", 0)
    queue = Queue()
    async_task("clinic.tasks.send_messages", broker=queue)

    with connection.execute_wrapper(away):
        assert queue.dequeue() is None

    assert len(queue.dequeue()) == 1


def away(*_statement):
    raise OperationalError("the database system is starting up")
