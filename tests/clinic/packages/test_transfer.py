"""What is left of a package can become somebody else's; what was used stays with who used it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import (
    AppointmentStatus,
    ChangeKind,
    MessageKind,
    OperationKind,
    PurchaseStatus,
    RefusalCode,
    SessionEntryKind,
)
from clinic.errors import BookingRefused, ChangedMeanwhile, PackageRefused
from clinic.models import Appointment, Message, Operation, PackagePurchase, Patient, SessionEntry
from clinic.packages.balance import Balance
from clinic.packages.services import freeze, take_change_back, transfer
from clinic.packages.standing import sessions_to_come, stamp_of
from clinic.scheduling import booking
from tests.clinic.packages.conftest import AT, LAST_DAY, check_ledger, moment, row_values, take_back
from tests.factories import MONDAY, in_status, make_organisation, make_patient, make_service

NOON = moment(0, 12)


@pytest.fixture
def used_three(counter):
    """Three sessions held on Monday to Wednesday, two booked for the next week."""
    counter.hold(*counter.book(0, 1, 2))
    counter.book(7, 8)
    return moment(3, 8)


def test_transfer_gives_the_other_patient_all_that_is_not_used(counter, used_three):
    given = transfer(counter.purchase, counter.omar, by=counter.user, reason="Brother", at=used_three)

    assert (given.patient, given.package, given.status) == (counter.omar, counter.purchase.package, "active")
    assert (given.purchased_on, given.expires_on) == (MONDAY + timedelta(days=3), LAST_DAY)
    assert counter.balance(given) == Balance(used=0, reserved=0, free=7)
    assert [(item.service, item.sessions, item.step) for item in given.items.all()] == [(counter.speech, 7, 1)]
    check_ledger()


def test_transfer_leaves_what_was_used_and_calls_off_what_was_booked(counter, used_three):
    transfer(counter.purchase, counter.omar, by=counter.user, at=used_three)

    old = counter.reload()
    assert (old.patient, old.status, old.total_sessions) == (counter.huda, PurchaseStatus.TRANSFERRED, 3)
    assert counter.balance() == Balance(used=3, reserved=0, free=0)
    held = Appointment.objects.filter(package_purchase=old, status=AppointmentStatus.COMPLETED, session_used=True)
    called_off = Appointment.objects.filter(package_purchase=old, status=AppointmentStatus.CANCELLED_BY_CLINIC)
    assert (held.count(), called_off.count()) == (3, 2)


def test_transfer_shares_the_price_by_sessions(counter, used_three):
    given = transfer(counter.purchase, counter.omar, by=counter.user, at=used_three)

    assert (counter.reload().price, given.price) == (Decimal("360.00"), Decimal("840.00"))


def test_transfer_moves_each_service_with_its_step(counter):
    assessment = make_service(counter.sara, name="Assessment")
    purchase = counter.sell(2, (assessment, 1, 2))
    counter.hold(*counter.book(0, purchase=purchase))

    given = transfer(purchase, counter.omar, by=counter.user, at=NOON)

    items = {str(item.service): (item.sessions, item.step) for item in given.items.all()}
    assert items == {"Speech therapy": (1, 1), "Assessment": (1, 2)}


def test_transfer_is_entered_on_both_sides_of_the_ledger(counter, used_three):
    given = transfer(counter.purchase, counter.omar, by=counter.user, reason="Brother", at=used_three)

    entries = SessionEntry.objects.filter(kind__in=[SessionEntryKind.TRANSFER_IN, SessionEntryKind.TRANSFER_OUT])
    assert sorted(entries.values_list("purchase", "kind", "sessions", "by", "reason")) == [
        (counter.purchase.pk, "transfer_out", -7, counter.user.pk, "Brother"),
        (given.pk, "transfer_in", 7, counter.user.pk, "Brother"),
    ]


def test_transfer_is_one_operation_and_the_new_owner_is_told(counter):
    given = transfer(counter.purchase, counter.omar, by=counter.user, reason="Brother", at=AT)

    operation = Operation.objects.get()
    assert (operation.kind, operation.reason) == (OperationKind.TRANSFER, "Brother")
    assert set(operation.changes.values_list("kind", "purchase")) == {
        (ChangeKind.TRANSFERRED, counter.purchase.pk), (ChangeKind.ASSIGNED, given.pk),
    }  # fmt: skip
    message = Message.objects.get(patient=counter.omar)
    assert (message.kind, message.operation) == (MessageKind.ASSIGNED, operation)


def test_transferred_package_is_the_new_owners_to_book(counter):
    given = transfer(counter.purchase, counter.omar, by=counter.user, at=AT)

    (booked,) = counter.book(1, purchase=given, patient=counter.omar)

    assert booked.session_number == 1
    with pytest.raises(BookingRefused, match="transferred to somebody else"):
        counter.book(2)


def test_transfer_waits_for_sessions_that_are_not_settled(counter, nothing_written):
    counter.book(0, 1)
    nothing_written()

    with pytest.raises(PackageRefused, match="is not settled yet"):
        transfer(counter.purchase, counter.omar, by=counter.user, at=NOON)


def test_transfer_waits_for_a_patient_who_is_in_the_room(counter):
    (arrived,) = counter.book(0)
    booking.check_in(arrived, by=counter.user, at=AT)

    with pytest.raises(PackageRefused, match="is not settled yet"):
        transfer(counter.purchase, counter.omar, by=counter.user, at=AT)

    assert counter.balance() == Balance(used=0, reserved=1, free=9)


@pytest.mark.parametrize("status", sorted(set(PurchaseStatus) - {PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED}))
def test_transfer_refuses_what_cannot_be_used(counter, nothing_written, status):
    PackagePurchase.objects.filter(pk=counter.purchase.pk).update(**in_status(status))
    nothing_written()

    with pytest.raises(PackageRefused) as refused:
        transfer(counter.purchase, counter.omar, by=counter.user, at=AT)

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.PURCHASE_STATUS]


def test_transfer_refuses_a_package_past_its_last_day(counter, nothing_written):
    nothing_written()

    with pytest.raises(PackageRefused, match="The last day of this package is 1 Apr 2030"):
        transfer(counter.purchase, counter.omar, by=counter.user, at=moment(100))


def test_transfer_to_the_same_patient_or_a_closed_file_is_refused(counter, nothing_written):
    gone = make_patient(counter.organisation, "Reem", active=False)
    nothing_written()

    with pytest.raises(PackageRefused, match="this patient's already"):
        transfer(counter.purchase, counter.huda, by=counter.user, at=AT)
    with pytest.raises(PackageRefused, match="The file of Reem is closed"):
        transfer(counter.purchase, gone, by=counter.user, at=AT)


def test_transfer_to_a_patient_of_another_organisation_finds_nobody(counter, nothing_written):
    stranger = make_patient(make_organisation("Cedar"), "Layla")
    counter.book(1)
    nothing_written()

    with pytest.raises(Patient.DoesNotExist):
        transfer(counter.purchase, stranger, by=counter.user, at=AT)


def test_transfer_asked_twice_by_the_same_form_is_done_once(counter):
    seen = stamp_of(counter.purchase, sessions_to_come(counter.purchase, at=AT))
    transfer(counter.purchase, counter.omar, by=counter.user, at=AT, seen=seen)

    with pytest.raises(ChangedMeanwhile, match="It is now: Transferred"):
        transfer(counter.purchase, counter.omar, by=counter.user, at=AT, seen=seen)

    assert PackagePurchase.objects.filter(patient=counter.omar).count() == 1


def test_transfer_taken_back_leaves_the_first_purchase_as_it_was(counter):
    counter.hold(*counter.book(0, 1))
    before = row_values(counter.purchase)
    given = transfer(counter.purchase, counter.omar, by=counter.user, at=moment(1, 12))

    take_back(counter, at=moment(1, 12))

    given.refresh_from_db()
    assert row_values(counter.purchase) == before
    assert (given.status, given.total_sessions, given.price) == (PurchaseStatus.CANCELLED, 0, 0)
    check_ledger()


@pytest.mark.parametrize("held", [False, True], ids=["booked", "used"])
def test_transfer_is_not_taken_back_once_the_new_owner_has_begun(counter, held):
    given = transfer(counter.purchase, counter.omar, by=counter.user, at=AT)
    rows = counter.book(1, purchase=given, patient=counter.omar)
    if held:
        counter.hold(*rows)
    before = row_values(counter.purchase), row_values(given)

    for change in Operation.objects.get().changes.all():
        with pytest.raises(PackageRefused, match=r"Omar has used . and booked . of the sessions transferred"):
            take_change_back(change, by=counter.user, at=AT)

    assert (row_values(counter.purchase), row_values(given)) == before


def test_transfer_is_not_taken_back_once_the_new_purchase_is_frozen(counter):
    given = transfer(counter.purchase, counter.omar, by=counter.user, at=AT)
    operation = Operation.objects.get()
    freeze(given, by=counter.user, at=AT)

    with pytest.raises(PackageRefused, match="has been changed since"):
        take_back(counter, operation)
