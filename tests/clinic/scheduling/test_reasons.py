"""A reason is kept whole or refused; nobody finds half of it later."""

import pytest

from clinic.errors import InvalidEntry
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE

WHOLE = "x" * 250


@pytest.mark.parametrize("verb", ["cancel", "undo_status"])
def test_reason_that_would_not_fit_is_refused_and_nothing_is_done(desk, verb):
    appointment = booking.confirm(desk.book(monday(9)), by=desk.user, at=BEFORE)

    with pytest.raises(InvalidEntry, match="longer than 250 letters"):
        getattr(booking, verb)(appointment, by=desk.user, reason=WHOLE + "x", at=BEFORE)

    appointment.refresh_from_db()
    assert appointment.status == "confirmed"


def test_longest_reason_is_kept_without_the_blanks_around_it(desk):
    cancelled = booking.cancel(desk.book(monday(9)), by=desk.user, reason=f" {WHOLE}\n", at=BEFORE)

    cancelled.refresh_from_db()
    assert cancelled.cancellation_reason == WHOLE
