"""What a no-show and a late cancellation cost: the session, the fee, nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import AppointmentStatus, ChargeKind, ChargeStatus, RefusalCode
from clinic.errors import BillingRefused, ChangedMeanwhile
from clinic.models import Appointment, Charge
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import codes, monday, walk
from tests.factories import BEFORE

S = AppointmentStatus
FIFTY, TWENTY = Decimal("50.00"), Decimal("20.00")


@pytest.fixture
def fees(desk):
    desk.policy(no_show_fee=FIFTY, late_cancellation_fee=TWENTY)


def charges():
    return list(Charge.objects.values_list("kind", "amount", "status"))


@pytest.mark.parametrize(
    ("by_patient", "before", "late"),
    [
        (True, timedelta(hours=23, minutes=59), True),
        (True, timedelta(hours=24), False),
        (True, timedelta(hours=-1), True),
        (False, timedelta(hours=1), False),
    ],
    ids=["late", "in time", "after it should have begun", "by the clinic"],
)
def test_a_patient_who_cancels_within_the_window_cancels_late_and_owes_the_fee(desk, fees, by_patient, before, late):
    desk.policy(cancellation_window=timedelta(hours=24))

    row = booking.cancel(desk.book(monday(9)), by=desk.user, by_patient=by_patient, at=monday(9) - before)

    row.refresh_from_db()
    assert row.cancelled_late == late
    assert charges() == ([(ChargeKind.LATE_CANCELLATION, TWENTY, ChargeStatus.OPEN)] if late else [])


def test_a_no_show_owes_the_fee_at_once(desk, fees):
    walk(desk, desk.book(monday(9)), "mark_no_show", at=monday(10))

    charge = Charge.objects.get()
    assert (charge.kind, charge.amount, charge.status) == (ChargeKind.NO_SHOW, FIFTY, ChargeStatus.OPEN)
    assert (charge.patient, charge.raised_by, charge.raised_at) == (desk.patient, desk.user, monday(10))


@pytest.mark.parametrize("verb", ["mark_no_show", "cancel"])
def test_a_policy_without_fees_raises_none(desk, verb):
    options = {"by_patient": True} if verb == "cancel" else {}

    getattr(booking, verb)(desk.book(monday(9)), by=desk.user, at=monday(10), **options)

    assert charges() == []


@pytest.mark.parametrize("verb", ["mark_no_show", "cancel"])
def test_a_step_undone_withdraws_its_fee_and_taken_again_raises_it(desk, fees, verb):
    options = {"by_patient": True} if verb == "cancel" else {}
    appointment = getattr(booking, verb)(desk.book(monday(9)), by=desk.user, at=monday(10), **options)

    undone = walk(desk, appointment, "undo_status", at=monday(11))

    assert [status for *_, status in charges()] == [ChargeStatus.WITHDRAWN]
    undone.refresh_from_db()
    assert (undone.status, undone.cancelled_late) == (S.SCHEDULED, False)
    getattr(booking, verb)(undone, by=desk.user, at=monday(12), **options)
    assert [status for *_, status in charges()] == [ChargeStatus.OPEN]


def test_a_step_whose_fee_has_been_paid_stays(desk, fees, nothing_written):
    appointment = walk(desk, desk.book(monday(9), purchase=desk.purchase()), "mark_no_show")
    Charge.objects.update(status=ChargeStatus.PAID, settled_at=monday(12))
    nothing_written()

    with pytest.raises(BillingRefused) as refused:
        walk(desk, appointment, "undo_status")

    assert codes(refused) == [RefusalCode.STATUS]
    assert Charge.objects.get().status == ChargeStatus.PAID


def test_a_step_that_is_refused_raises_no_fee(desk, fees):
    appointment = desk.book(monday(9))
    stale = Appointment.objects.get()
    booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    with pytest.raises(ChangedMeanwhile):
        booking.cancel(stale, by=desk.user, by_patient=True, at=monday(8), expected_sequence=0)

    assert charges() == []
    assert Appointment.objects.get().status == S.RESCHEDULED


def test_what_a_step_cost_is_kept_when_the_policy_changes(desk, fees):
    walk(desk, desk.book(monday(9)), "mark_no_show")

    desk.policy(no_show_fee=Decimal(0))

    assert charges() == [(ChargeKind.NO_SHOW, FIFTY, ChargeStatus.OPEN)]
