"""A process that is killed while it approves a batch leaves every appointment moved, or every one where it was."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.enums import RebookingItemStatus, RebookingStatus
from clinic.models import Appointment, Change, Message, Operation, Provider, Rebooking, RebookingItem
from clinic.scheduling import booking
from clinic.scheduling.rebooking.hits import stranded
from tests.concurrency import racers
from tests.factories import (
    BEFORE,
    NINE,
    make_clinic,
    make_leave,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)
from tests.faults.killed import Killer

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

COUNT = 12


@pytest.fixture
def batch(transactional_db):
    """Twelve patients of Sara, who goes on leave; Omar could see them at their times."""
    user = make_user(make_organisation())
    clinic = make_clinic(user.organisation)
    sara, omar = make_provider(clinic), make_provider(clinic, name="Omar")
    service = make_service(sara, omar)
    for provider in (sara, omar):
        make_week(provider, clinic)
    for number in range(COUNT):
        booking.book(
            patient=make_patient(user.organisation, name=f"Patient {number}"), service=service, provider=sara,
            clinic=clinic, starts_at=NINE + number * timedelta(minutes=30), by=user, at=BEFORE,
        )  # fmt: skip
    leave = make_leave(sara, NINE - timedelta(hours=9), NINE + timedelta(hours=15))
    return leave.rebookings.get()


@pytest.fixture
def asked(batch):
    omar = Provider.objects.get(name_en="Omar")
    times = [
        (item.pk, item.appointment.starts_at.isoformat(), omar.pk) for item in batch.items.select_related("appointment")
    ]
    return {"batch": batch.pk, "times": times, "by": Appointment.objects.first().booked_by_id}


def stands() -> dict:
    """What is there, as another process sees it."""
    return {
        "providers": list(Appointment.objects.order_by("pk").values_list("provider", "status", "calendar_sequence")),
        "items": list(RebookingItem.objects.order_by("pk").values_list("status", "way", "operation")),
        "batch": list(Rebooking.objects.values_list("status", "done_at")),
        "history": Appointment.history.count(),
        "operations": Operation.objects.count(),
        "changes": Change.objects.count(),
        "messages": sorted(Message.objects.values_list("kind", "status")),
    }


def test_approving_killed_at_any_statement_or_moment_moves_all_or_none(batch, asked):
    nothing, statements = stands(), statements_of(asked)
    moments = random.Random(9)
    killer = Killer("approve", **asked)
    for number in sorted({1, statements, *moments.sample(range(1, statements), 16)}):
        assert killer.kill(statement=number) == "killed"
        assert stands() == nothing, f"killed at statement {number} of {statements}"
        assert len(stranded(batch, at=BEFORE)) == COUNT
    assert killer.kill(commit=True) == "killed"
    assert stands() == nothing
    assert killer.kill(committed=True) == "killed"

    assert set(RebookingItem.objects.values_list("status", flat=True)) == {RebookingItemStatus.MOVED}
    assert Rebooking.objects.get().status == RebookingStatus.DONE
    assert (Change.objects.count(), Operation.objects.count()) == (COUNT, 1)
    assert stranded(batch, at=BEFORE) == []


def statements_of(asked) -> int:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            racers.approve(**asked)
        transaction.set_rollback(True)
    return len(queries) - 2  # not the savepoint around it all
