"""A process that is killed while it moves, or moves back, several appointments leaves all of them moved or none."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.models import Appointment, Change, Message, Operation
from clinic.scheduling import booking
from tests.concurrency import racers
from tests.factories import (
    BEFORE,
    NINE,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
    make_week,
)
from tests.faults.killed import Killer

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

PLACES = (1, 2, 3, 0)  # each to where the next one is, and the last to where the first was


@pytest.fixture
def rows(transactional_db):
    """Four patients, one after the other, whom one provider sees in one room."""
    user = make_user(make_organisation())
    clinic = make_clinic(user.organisation)
    provider = make_provider(clinic)
    service = make_service(provider)
    make_week(provider, clinic)
    make_room(clinic, service)
    for number, name in enumerate("abcd"):
        booking.book(
            patient=make_patient(user.organisation, name=name), service=service, provider=provider, clinic=clinic,
            starts_at=NINE + number * timedelta(hours=1), by=user, at=BEFORE,
        )  # fmt: skip
    return list(Appointment.objects.order_by("starts_at"))


@pytest.fixture
def asked(rows):
    times = [
        (row.pk, (NINE + place * timedelta(hours=1)).isoformat(), row.provider_id)
        for row, place in zip(rows, PLACES, strict=True)
    ]
    return {"times": times, "by": rows[0].booked_by_id}


def stands() -> dict:
    """What is there, as another process sees it."""
    return {
        "times": list(Appointment.objects.order_by("pk").values_list("starts_at", "status", "calendar_sequence")),
        "history": Appointment.history.count(),
        "operations": list(Operation.objects.values_list("undone_at", flat=True)),
        "changes": list(Change.objects.values_list("undone_at", flat=True)),
        "messages": sorted(Message.objects.values_list("kind", "status")),
    }


def statements_of(deed, asked) -> int:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            getattr(racers, deed)(**asked)
        transaction.set_rollback(True)
    return len(queries) - 2  # not the savepoint around it all


def all_or_nothing(deed, asked) -> None:
    """Kill it at a score of statements, right before the commit and right after it."""
    nothing, statements = stands(), statements_of(deed, asked)
    killer = Killer(deed, **asked)
    for number in sorted({1, statements, *random.Random(9).sample(range(1, statements), 18)}):
        assert killer.kill(statement=number) == "killed"
        assert stands() == nothing, f"killed at statement {number} of {statements}"
    assert killer.kill(commit=True) == "killed"
    assert stands() == nothing
    assert killer.kill(committed=True) == "killed"


def test_move_all_killed_leaves_all_of_them_or_none(rows, asked):
    all_or_nothing("move_all", asked)

    assert [row.starts_at for row in Appointment.objects.order_by("pk")] == [
        NINE + place * timedelta(hours=1) for place in PLACES
    ]
    assert (Change.objects.count(), Appointment.history.count()) == (4, 8)


def test_undo_killed_leaves_all_of_them_or_none(rows, asked):
    racers.move_all(**asked)

    all_or_nothing("undo", {"operation": Operation.objects.get().pk, "by": asked["by"]})

    assert [row.starts_at for row in Appointment.objects.order_by("pk")] == [row.starts_at for row in rows]
    assert Operation.objects.get().undone_at == BEFORE
