"""What was done to a series is undone as one."""

from datetime import timedelta

import pytest

from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Operation
from clinic.packages.selectors import balance_of
from clinic.scheduling.booking import book_series, cancel_series, move_series
from clinic.scheduling.undoing import undo
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE

WEEK = timedelta(days=7)


def booked(desk, purchase) -> list[Appointment]:
    return book_series(
        rule="FREQ=WEEKLY;BYDAY=MO;COUNT=4", patient=desk.patient, service=desk.service, provider=desk.provider,
        clinic=desk.clinic, starts_at=monday(9), purchase=purchase, by=desk.user, at=BEFORE,
    )  # fmt: skip


def times(series) -> list:
    live = Appointment.objects.filter(series=series, status__in=LIVE_STATUSES)
    return list(live.order_by("starts_at").values_list("starts_at", "provider", "series_on", "session_number"))


def undone(desk):
    return undo(Operation.objects.latest("pk"), by=desk.user, at=BEFORE)


def test_a_booked_series_is_gone_and_its_sessions_are_free_again(desk):
    purchase = desk.purchase()
    rows = booked(desk, purchase)

    undone(desk)

    assert times(rows[0].series) == []
    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (0, 10)


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_a_changed_series_is_as_it_was(desk, verb):
    purchase = desk.purchase()
    rows = booked(desk, purchase)
    before = times(rows[0].series)
    if verb == "move":
        move_series(rows[1], scope="following", starts_at=monday(10) + WEEK, by=desk.user, at=BEFORE)
    else:
        cancel_series(rows[1], scope="following", by=desk.user, at=BEFORE)
    assert times(rows[0].series) != before

    undone(desk)

    assert times(rows[0].series) == before
    assert balance_of(purchase).reserved == 4
