"""Forgiving what a no-show or a late cancellation cost, and taking the forgiveness back."""

from decimal import Decimal

import pytest

from clinic.enums import AppointmentStatus, ChargeStatus, RefusalCode, SessionEntryKind
from clinic.errors import BookingRefused, WaiverRefused, WrongStatus
from clinic.models import Appointment, Charge, SessionEntry
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.attendance import no_show_record
from clinic.scheduling.booking.waiver import can_be_waived
from tests.clinic.scheduling.conftest import codes, monday, walk
from tests.factories import make_user

S = AppointmentStatus
AFTER = monday(12)


@pytest.fixture(autouse=True)
def costs(desk):
    desk.policy(
        no_show_uses_session=True, no_show_fee=Decimal("50.00"), late_cancellation_uses_session=True,
        late_cancellation_fee=Decimal("20.00"),
    )  # fmt: skip


@pytest.fixture
def purchase(desk):
    return desk.purchase(sessions=2)


@pytest.fixture
def missed(desk, purchase):
    return walk(desk, desk.book(monday(9), purchase=purchase), "mark_no_show")


def cancelled(desk, at, **options):
    return booking.cancel(desk.book(monday(9), **options), by=desk.user, by_patient=True, at=at)


def test_a_waiver_gives_the_session_back_and_forgives_the_fee(desk, chief, purchase, missed):
    row = booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)

    row.refresh_from_db()
    assert (row.status, row.session_used) == (S.NO_SHOW, False)
    assert (row.waived_at, row.waived_by, row.waiver_reason) == (AFTER, chief, "Was in hospital")
    assert row.history.first().history_user == chief
    balance = balance_of(purchase)
    assert (balance.used, balance.reserved, balance.free) == (0, 0, 2)
    charge = Charge.objects.get()
    assert (charge.status, charge.reason, charge.settled_by) == (ChargeStatus.WAIVED, "Was in hospital", chief)


def test_a_late_cancellation_is_waived_like_a_no_show(desk, chief, purchase):
    late = cancelled(desk, monday(8), purchase=purchase)

    row = booking.waive(late, by=chief, reason="Her child was ill", at=AFTER)

    assert (row.status, row.cancelled_late, row.session_used) == (S.CANCELLED_BY_PATIENT, True, False)
    assert balance_of(purchase).free == 2
    assert Charge.objects.get().status == ChargeStatus.WAIVED


def test_a_waived_no_show_does_not_count(desk, chief, missed):
    assert no_show_record(desk.patient, at=AFTER).count == 1

    booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)

    assert no_show_record(desk.patient, at=AFTER).count == 0


def test_a_fee_that_has_been_paid_stays_paid(desk, chief, missed):
    Charge.objects.update(status=ChargeStatus.PAID, settled_at=AFTER)

    booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)

    assert Charge.objects.get().status == ChargeStatus.PAID


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_waived(chief, missed, nothing_written, reason):
    nothing_written()

    with pytest.raises(WaiverRefused) as refused:
        booking.waive(missed, by=chief, reason=reason, at=AFTER)

    assert codes(refused) == [RefusalCode.INVALID]


def test_only_who_may_waive_waives(desk, missed, nothing_written):
    nothing_written()

    with pytest.raises(WaiverRefused) as refused:
        booking.waive(missed, by=desk.user, reason="Was in hospital", at=AFTER)

    assert codes(refused) == [RefusalCode.PERMISSION]
    assert "Ask a manager." in str(refused.value)


def test_nothing_is_waived_twice(desk, chief, missed, nothing_written):
    booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)
    nothing_written()

    with pytest.raises(WaiverRefused, match="has waived this already") as refused:
        booking.waive(missed, by=chief, reason="Again", at=AFTER)

    assert codes(refused) == [RefusalCode.STATUS]


def test_a_cancellation_in_time_has_nothing_to_waive(desk, chief, nothing_written):
    early = cancelled(desk, monday(9).replace(day=5))
    nothing_written()

    with pytest.raises(WaiverRefused, match="cancelled in time"):
        booking.waive(early, by=chief, reason="Kind", at=AFTER)


@pytest.mark.parametrize("status", [status for status in S if status not in (S.NO_SHOW, S.CANCELLED_BY_PATIENT)])
def test_no_other_status_is_waived(desk, chief, status):
    appointment = desk.appointment(monday(9), status=status)

    with pytest.raises(WrongStatus):
        booking.waive(appointment, by=chief, reason="Kind", at=AFTER)
    assert not can_be_waived(appointment)


def test_an_appointment_of_another_organisation_is_not_there(desk, chief, stranger):
    theirs = desk.appointment(monday(9), **{name: row for name, row in stranger.items() if name != "room"})

    with pytest.raises(Appointment.DoesNotExist):
        booking.waive(theirs, by=chief, reason="Kind", at=AFTER)


def test_what_can_be_waived_is_known_without_asking(desk, chief, missed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert can_be_waived(missed)

    assert not can_be_waived(booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER))


# Taken back


def test_a_waiver_undone_costs_again_what_it_had_cost(desk, chief, purchase, missed):
    waived = booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)

    row = booking.undo_status(waived, by=chief, at=AFTER)

    row.refresh_from_db()
    assert (row.status, row.session_used, row.session_number) == (S.NO_SHOW, True, 1)
    assert (row.waived_at, row.waived_by, row.waiver_reason) == (None, None, "")
    assert Charge.objects.values_list("status", "amount").get() == (ChargeStatus.OPEN, Decimal("50.00"))
    assert balance_of(purchase).used == 1
    assert no_show_record(desk.patient, at=AFTER).count == 1
    assert [entry.kind for entry in SessionEntry.objects.exclude(kind=SessionEntryKind.GRANT)] == [
        SessionEntryKind.USE, SessionEntryKind.GIVE_BACK, SessionEntryKind.USE,
    ]  # fmt: skip


def test_a_waiver_of_what_had_used_no_session_takes_none_when_undone(desk, chief, purchase):
    desk.policy(no_show_uses_session=False)
    appointment = walk(desk, desk.book(monday(9), purchase=purchase), "check_in", "complete", *["undo_status"] * 2)
    waived = booking.waive(walk(desk, appointment, "mark_no_show"), by=chief, reason="Was in hospital", at=AFTER)

    row = booking.undo_status(waived, by=chief, at=AFTER)

    assert not row.session_used
    assert balance_of(purchase).free == 2


def test_only_who_may_waive_takes_a_waiver_back(desk, chief, missed, nothing_written):
    waived = booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)
    nothing_written()

    with pytest.raises(WaiverRefused) as refused:
        booking.undo_status(waived, by=desk.user, at=AFTER)

    assert codes(refused) == [RefusalCode.PERMISSION]


def test_a_waiver_whose_session_is_booked_again_stays(desk, chief, nothing_written):
    single = desk.purchase(sessions=1)
    missed = walk(desk, desk.book(monday(9), purchase=single), "mark_no_show")
    waived = booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)
    desk.book(monday(10), purchase=single)
    nothing_written()

    with pytest.raises(BookingRefused) as refused:
        booking.undo_status(waived, by=chief, at=AFTER)

    assert codes(refused) == [RefusalCode.NO_SESSION_LEFT]


def test_a_waiver_undone_then_the_step_undone_leads_back_to_the_booking(desk, chief, purchase, missed):
    booking.waive(missed, by=chief, reason="Was in hospital", at=AFTER)

    row = booking.undo_status(booking.undo_status(missed, by=chief, at=AFTER), by=chief, at=AFTER)

    assert (row.status, row.session_used) == (S.SCHEDULED, False)
    assert balance_of(purchase).reserved == 1
    assert Charge.objects.get().status == ChargeStatus.WITHDRAWN


def test_who_waived_is_not_asked_by_name_when_the_login_is_gone(desk, missed):
    former = make_user(desk.organisation, is_superuser=True)
    booking.waive(missed, by=former, reason="Was in hospital", at=AFTER)
    Appointment.objects.update(waived_by=None)

    with pytest.raises(WaiverRefused, match="Somebody has waived this already"):
        booking.waive(missed, by=former, reason="Again", at=AFTER)
