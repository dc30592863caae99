"""The bench of reminders sends them all, and counts what it says it counts."""

import pytest

from clinic.enums import MessageStatus
from clinic.management.bench import reminders
from clinic.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_reminders_of_the_bench_all_leave_and_a_batch_asks_as_little_as_promised(monkeypatch):
    for name, number in {"REMINDERS": 30, "PROVIDERS": 1, "BATCH": 10}.items():
        monkeypatch.setattr(reminders, name, number)

    rows = {row.unit: row for row in reminders.rows(scale="small")}

    assert Message.objects.filter(status=MessageStatus.SENT).count() == 30
    assert (rows["queries"].ours, rows["queries"].met) == (4, True)
    assert rows["s"].met
    assert rows["/s"].ours < rows["/s"].beside
