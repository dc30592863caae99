"""Desks that move the same appointments at once, in whatever order, wait for each other: nobody sits in two places."""

from datetime import datetime, timedelta
from itertools import combinations

import pytest

from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Change, Operation
from clinic.operations import begin
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime
from tests.concurrency import racers
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, RIYADH

pytestmark = pytest.mark.concurrency

NINE = datetime(2030, 1, 7, 9, tzinfo=RIYADH)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def desk(clinic):
    return clinic(providers=2)


@pytest.fixture
def rows(desk):
    """Four patients at half past nine, ten, half past ten and eleven, with two providers in turn."""
    for number, patient in enumerate(desk.patients(4)):
        racers.book(**desk.entry(patient, half_hour=number + 1, provider=desk.providers[number % 2]))
    return list(Appointment.objects.order_by("starts_at"))


def wish(desk, rows, places) -> dict:
    """To move these rows in this order, each to a half hour and a provider."""
    times = [
        [row.pk, (NINE + place * HALF_HOUR).isoformat(), desk.providers[provider].pk]
        for row, (place, provider) in zip(rows, places, strict=True)
    ]
    return {"times": times, "by": desk.user.pk}


def nobody_sits_in_two_places() -> bool:
    live = list(Appointment.objects.filter(status__in=LIVE_STATUSES))
    return not any(
        (one.provider_id == other.provider_id or one.patient_id == other.patient_id)
        and one.busy_from < other.busy_until
        and other.busy_from < one.busy_until
        for one, other in combinations(live, 2)
    )


def test_two_desks_that_swap_the_same_two_swap_them_once(desk, rows):
    first, second = rows[0], rows[1]
    swap = [(2, 1), (1, 0)]

    outcomes = race("move_all", [wish(desk, [first, second], swap), wish(desk, [second, first], list(reversed(swap)))])

    assert tally(outcomes) == {"won": 1, "SomeRefused": 1}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.starts_at, second.starts_at) == (NINE + 2 * HALF_HOUR, NINE + HALF_HOUR)
    assert (Operation.objects.count(), Change.objects.count()) == (1, 2)


def test_many_desks_that_move_the_same_rows_in_every_order_all_get_through(desk, rows):
    def turned(turn):
        places = [(turn, 0), (turn, 1), (turn + 10, 0), (turn + 10, 1)]
        return wish(desk, rows[turn % 4 :] + rows[: turn % 4], places)

    outcomes = race("move_all", [turned(turn) for turn in range(6)])

    assert tally(outcomes) == {"won": 6}
    assert nobody_sits_in_two_places()
    assert {row.moves for row in Appointment.objects.all()} == {6}
    ends = [{change.appointment_id: change.after["starts_at"] for change in one.changes.all()} for one in operations()]
    assert {row.pk: row.starts_at.isoformat() for row in Appointment.objects.all()} in ends


def operations() -> list[Operation]:
    return list(Operation.objects.prefetch_related("changes"))


def test_desks_that_want_each_others_times_get_them_only_when_they_are_free(desk, rows):
    ours, theirs = rows[:2], rows[2:]
    wishes = [
        wish(desk, ours, [(3, 0), (4, 1)]),  # where the others are
        wish(desk, theirs, [(1, 0), (2, 1)]),
    ]

    outcomes = race("move_all", wishes)

    assert tally(outcomes) == {"SomeRefused": 2}
    assert [row.moves for row in Appointment.objects.order_by("pk")] == [0] * 4


def test_two_who_undo_one_operation_undo_it_once_while_others_move_its_rows(desk, rows):
    operation = begin("move_remaining", by=desk.user, at=BEFORE)
    times = [NewTime(row, row.starts_at + 5 * HALF_HOUR) for row in rows]
    booking.move_all(times, by=desk.user, operation=operation, at=BEFORE)
    undo = {"operation": operation.pk, "by": desk.user.pk}

    outcomes = race("move_or_undo", [undo, undo, wish(desk, rows[:2], [(14, 0), (15, 1)])])

    counts = tally(outcomes)
    assert (counts["won"], counts["WrongStatus"]) == (2, 1)
    assert nobody_sits_in_two_places()
    undone = operation.changes.exclude(undone_at=None).count()
    assert undone in (2, 4)  # as the desk came second or first
    assert operation.changes.exclude(kept_because="").count() == 4 - undone
