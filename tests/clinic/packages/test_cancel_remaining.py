"""Calling off what is booked of a package: its sessions are free again, and what was held stays."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, ChangeKind, MessageKind, OperationKind, PurchaseStatus
from clinic.errors import ChangedMeanwhile, PackageRefused
from clinic.models import Appointment, Message, Operation, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.services import cancel_remaining
from clinic.packages.standing import sessions_to_come, stamp_of
from clinic.scheduling import booking
from tests.clinic.packages.conftest import AT, check_ledger, moment
from tests.factories import make_organisation, make_user

CANCELLED = AppointmentStatus.CANCELLED_BY_CLINIC


def test_cancel_remaining_frees_what_is_booked_and_leaves_what_was_held(counter):
    held, *booked = counter.book(0, 1, 2, 3)
    counter.hold(held)

    purchase = cancel_remaining(counter.purchase, by=counter.user, reason="Patient travels", at=moment(0, 12))

    assert counter.balance() == Balance(used=1, reserved=0, free=9)
    assert purchase.status == PurchaseStatus.ACTIVE
    rows = Appointment.objects.in_bulk(row.pk for row in booked)
    assert {row.status for row in rows.values()} == {CANCELLED}
    assert {row.cancellation_reason for row in rows.values()} == {"Patient travels"}
    check_ledger()


def test_cancel_remaining_is_one_operation_with_a_change_for_each_session(counter):
    booked = counter.book(0, 1, 2)

    cancel_remaining(counter.purchase, by=counter.user, reason="Patient travels", at=AT)

    operation = Operation.objects.get()
    assert (operation.kind, operation.by, operation.reason) == (
        OperationKind.CANCEL_REMAINING, counter.user, "Patient travels",
    )  # fmt: skip
    noted = operation.changes.values_list("kind", "appointment", "after__status")
    assert list(noted) == [(ChangeKind.CANCELLED, row.pk, CANCELLED) for row in booked]


def test_cancel_remaining_tells_the_patient_once(counter):
    counter.book(0, 1, 2)
    Message.objects.all().delete()

    cancel_remaining(counter.purchase, by=counter.user, at=AT)

    message = Message.objects.get()
    assert (message.kind, message.patient, message.operation) == (
        MessageKind.PLAN_UNDONE, counter.huda, Operation.objects.get(),
    )  # fmt: skip


def test_cancel_remaining_leaves_a_session_under_way_and_other_packages_alone(counter):
    arrived, ahead = counter.book(0, 1)
    booking.check_in(arrived, by=counter.user, at=AT)
    other = counter.sell(3)
    (of_other,) = counter.book(2, purchase=other)

    cancel_remaining(counter.purchase, by=counter.user, at=AT)

    statuses = [Appointment.objects.get(pk=row.pk).status for row in (arrived, ahead, of_other)]
    assert statuses == [AppointmentStatus.ARRIVED, CANCELLED, AppointmentStatus.SCHEDULED]


def test_cancel_remaining_of_nothing_is_refused(counter, nothing_written):
    nothing_written()

    with pytest.raises(PackageRefused, match="No session of this package is booked"):
        cancel_remaining(counter.purchase, by=counter.user, at=AT)


def test_cancel_remaining_asked_twice_by_the_same_form_is_done_once(counter):
    counter.book(0, 1)
    seen = stamp_of(counter.purchase, sessions_to_come(counter.purchase, at=AT))
    cancel_remaining(counter.purchase, by=counter.user, at=AT, seen=seen)

    with pytest.raises(ChangedMeanwhile, match="0 used, 0 reserved, 10 free"):
        cancel_remaining(counter.purchase, by=counter.user, at=AT, seen=seen)

    assert Operation.objects.count() == 1


def test_cancel_remaining_refuses_a_form_that_saw_fewer_sessions(counter, nothing_written):
    counter.book(0, 1)
    seen = stamp_of(counter.purchase, sessions_to_come(counter.purchase, at=AT))
    counter.book(2)
    nothing_written()

    with pytest.raises(ChangedMeanwhile):
        cancel_remaining(counter.purchase, by=counter.user, at=AT, seen=seen)


def test_cancel_remaining_can_be_booked_anew(counter):
    counter.book(0, 1)
    cancel_remaining(counter.purchase, by=counter.user, at=AT)

    (again,) = counter.book(0)

    assert again.session_number == 1
    check_ledger()


def test_cancel_remaining_of_another_organisation_finds_nothing(counter, nothing_written):
    counter.book(0)
    stranger = make_user(make_organisation("Cedar"))
    nothing_written()

    with pytest.raises(PackagePurchase.DoesNotExist):
        cancel_remaining(counter.purchase, by=stranger, at=AT - timedelta(hours=1))
