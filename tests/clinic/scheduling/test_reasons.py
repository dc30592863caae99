"""A reason is kept whole or refused; nobody finds half of it later."""

from functools import partial

import pytest

from clinic.errors import InvalidEntry
from clinic.models import Operation
from clinic.scheduling import booking
from clinic.scheduling.booking.reasons import checked
from clinic.scheduling.undo_jobs import start_undo
from clinic.scheduling.undoing import undo
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


def test_reason_of_a_series_or_an_undo_is_kept_whole_or_refused(desk):
    asked = {"patient": desk.patient, "service": desk.service, "provider": desk.provider, "clinic": desk.clinic}
    book = partial(
        booking.book_series, rule="FREQ=WEEKLY;BYDAY=MO;COUNT=2", **asked, starts_at=monday(9), by=desk.user, at=BEFORE
    )
    with pytest.raises(InvalidEntry, match="longer than 250 letters"):
        book(reason=WHOLE + "x")
    first, _second = book(reason=WHOLE)
    operation = Operation.objects.get()
    verbs = (
        partial(booking.move_series, first, scope="all", starts_at=monday(10), at=BEFORE),
        partial(booking.cancel_series, first, scope="all", at=BEFORE),
        partial(undo, operation, at=BEFORE),
        partial(start_undo, operation, at=BEFORE),
    )

    for verb in verbs:
        with pytest.raises(InvalidEntry, match="longer than 250 letters"):
            verb(by=desk.user, reason=WHOLE + "x")

    assert operation.reason == WHOLE


def test_reason_is_kept_without_the_character_that_the_database_does_not_know(desk):
    assert checked("Ill\0ness\0") == "Illness"
