"""What an upgrade does to rows that were there before it."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from clinic.enums import MessageStatus
from clinic.messaging.sending.sender import Batch
from clinic.messaging.services import send_due
from tests.clinic.messaging.outbox import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_messages_that_nobody_ever_sent_do_not_all_leave_after_the_upgrade(outbox, sent):
    old, fresh = (outbox.message(due_at=NOON - timedelta(days=days), expires_at=None) for days in (3, 1))
    in_time = outbox.message(expires_at=NOON + timedelta(minutes=1))

    import_module("clinic.migrations.0008_messages").let_old_messages_expire(
        apps, SimpleNamespace(connection=connection)
    )

    assert send_due(at=NOON) == Batch(taken=3, sent=2, expired=1)
    for message in (old, fresh, in_time):
        message.refresh_from_db()
    assert (old.status, fresh.expires_at) == (MessageStatus.EXPIRED, NOON + timedelta(days=1))
    assert in_time.expires_at == NOON + timedelta(minutes=1)
