"""A batch approved while others take its times or approve it too: all of it is moved or nothing, and never twice."""

from datetime import datetime, timedelta

import pytest

from clinic.enums import RebookingItemStatus
from clinic.models import Appointment, Operation, RebookingItem
from clinic.scheduling import booking
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, RIYADH, make_leave

pytestmark = pytest.mark.concurrency

NINE = datetime(2030, 1, 7, 9, tzinfo=RIYADH)
COUNT = 6


@pytest.fixture
def desk(clinic):
    """Six patients of the first provider, who is away; the second is free at their times."""
    desk = clinic(providers=2)
    for number, patient in enumerate(desk.patients(COUNT)):
        booking.book(
            patient=patient, service=desk.service, provider=desk.providers[0], clinic=desk.clinic,
            starts_at=NINE + number * timedelta(minutes=30), by=desk.user, at=BEFORE,
        )  # fmt: skip
    make_leave(desk.providers[0], NINE - timedelta(hours=9), NINE + timedelta(hours=15))
    return desk


@pytest.fixture
def approval(desk):
    items = RebookingItem.objects.select_related("appointment").order_by("pk")
    times = [(item.pk, item.appointment.starts_at.isoformat(), desk.providers[1].pk) for item in items]
    return {"batch": items[0].rebooking_id, "times": times, "by": desk.user.pk}


def moved(desk) -> int:
    return Appointment.objects.filter(provider=desk.providers[1], status="rescheduled").count()


def test_approving_while_somebody_takes_one_of_the_times_moves_all_or_nothing(desk, approval):
    others = [desk.entry(patient, half_hour=3, provider=desk.providers[1]) for patient in desk.patients(4)]

    outcomes = race("approve_or_book", [approval, *others])

    (approved,) = [outcome for outcome in outcomes if outcome.result == COUNT] or [None]
    booked = sum(not outcome.error for outcome in outcomes) - bool(approved)
    assert (bool(approved), booked) in [(True, 0), (False, 1)]
    assert moved(desk) == (COUNT if approved else 0)
    status = RebookingItemStatus.MOVED if approved else RebookingItemStatus.OPEN
    assert set(RebookingItem.objects.values_list("status", flat=True)) == {status}
    assert Operation.objects.count() == bool(approved)


def test_two_people_who_approve_one_batch_at_once_move_it_once(desk, approval):
    outcomes = race("approve", [approval] * 4)

    assert tally(outcomes) == {"won": 1, "ChangedMeanwhile": 3}
    assert moved(desk) == COUNT
    assert set(Appointment.objects.values_list("moves", flat=True)) == {1}
    assert Operation.objects.count() == 1
