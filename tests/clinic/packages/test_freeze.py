"""A frozen package stands still: nothing is booked of it, and its last day moves by the days of the frost."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.enums import AppointmentStatus, OperationKind, PurchaseStatus, RefusalCode
from clinic.errors import BookingRefused, ChangedMeanwhile, PackageRefused
from clinic.models import Appointment, Operation, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.previews import freezing
from clinic.packages.services import extend, freeze, take_change_back, unfreeze
from clinic.packages.standing import stamp_of
from clinic.scheduling import booking
from tests.clinic.packages.conftest import AT, LAST_DAY, check_ledger, row_values, take_back
from tests.factories import MONDAY, in_status, make_organisation, make_user

LATER = AT + timedelta(days=20)


def test_freeze_stops_the_clock_and_calls_off_what_is_booked(counter):
    (booked,) = counter.book(1)

    purchase = freeze(counter.purchase, by=counter.user, reason="Travels", at=AT)

    assert (purchase.status, purchase.frozen_on, purchase.expires_on) == (PurchaseStatus.FROZEN, MONDAY, LAST_DAY)
    assert Appointment.objects.get(pk=booked.pk).status == AppointmentStatus.CANCELLED_BY_CLINIC
    assert counter.balance() == Balance(used=0, reserved=0, free=10)
    history = purchase.history.first()
    assert (history.history_user, history.history_change_reason, history.history_date) == (counter.user, "Travels", AT)
    check_ledger()


def test_freeze_notes_how_the_purchase_stood(counter):
    freeze(counter.purchase, by=counter.user, reason="Travels", at=AT)

    operation = Operation.objects.get()
    change = operation.changes.get()
    assert (operation.kind, operation.reason) == (OperationKind.FREEZE, "Travels")
    assert (change.before["status"], change.before["frozen_on"]) == ("active", None)
    assert (change.after["status"], change.after["frozen_on"]) == ("frozen", "2030-01-07")


def test_frozen_package_takes_no_booking(counter):
    freeze(counter.purchase, by=counter.user, at=AT)

    with pytest.raises(BookingRefused, match="The package is frozen"):
        counter.book(2)


@pytest.mark.parametrize(("frozen_on", "days"), [(None, 20), (date(2030, 1, 4), 23), (date(2030, 1, 1), 26)])
def test_unfreeze_moves_the_last_day_by_the_days_of_the_frost(counter, frozen_on, days):
    freeze(counter.purchase, by=counter.user, on=frozen_on, at=AT)

    purchase = unfreeze(counter.purchase, by=counter.user, reason="Is back", at=LATER)

    assert (purchase.status, purchase.frozen_on) == (PurchaseStatus.ACTIVE, None)
    assert purchase.expires_on == LAST_DAY + timedelta(days=days)


def test_unfreeze_on_the_same_day_changes_no_last_day(counter):
    freeze(counter.purchase, by=counter.user, at=AT)

    assert unfreeze(counter.purchase, by=counter.user, at=AT).expires_on == LAST_DAY


def test_unfreeze_can_be_told_the_day_on_which_the_patient_was_back(counter):
    freeze(counter.purchase, by=counter.user, at=AT)

    purchase = unfreeze(counter.purchase, by=counter.user, on=MONDAY + timedelta(days=5), at=LATER)

    assert purchase.expires_on == LAST_DAY + timedelta(days=5)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2030, 1, 10), "not ahead of time"),
        (date(2029, 12, 31), "was bought on 1 Jan 2030"),
        (date(2030, 1, 6), "A session was held on 7 Jan 2030"),
    ],
)
def test_freeze_refuses_a_day_on_which_the_package_did_not_stand_still(counter, on, sentence):
    counter.hold(*counter.book(0))

    with pytest.raises(PackageRefused, match=sentence):
        freeze(counter.purchase, by=counter.user, on=on, at=AT + timedelta(days=2))

    assert counter.reload().status == PurchaseStatus.ACTIVE
    assert not Operation.objects.exists()


@pytest.mark.parametrize("status", sorted(set(PurchaseStatus) - {PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED}))
def test_freeze_refuses_what_is_not_active_and_calls_nothing_off(counter, nothing_written, status):
    counter.book(1)
    PackagePurchase.objects.filter(pk=counter.purchase.pk).update(**in_status(status))
    nothing_written()

    with pytest.raises(PackageRefused) as refused:
        freeze(counter.purchase, by=counter.user, at=AT)

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.PURCHASE_STATUS]


def test_unfreeze_refuses_what_is_not_frozen(counter, nothing_written):
    nothing_written()

    with pytest.raises(PackageRefused, match="The package is not frozen"):
        unfreeze(counter.purchase, by=counter.user, at=AT)


@pytest.mark.parametrize("on", [date(2030, 1, 6), date(2030, 1, 28)])
def test_unfreeze_refuses_a_day_outside_the_frost(counter, on):
    freeze(counter.purchase, by=counter.user, at=AT)

    with pytest.raises(PackageRefused, match="Choose a day from 7 Jan 2030 to 27 Jan 2030"):
        unfreeze(counter.purchase, by=counter.user, on=on, at=LATER)


def test_freeze_asked_twice_by_the_same_form_is_done_once(counter):
    seen = stamp_of(counter.purchase)
    freeze(counter.purchase, by=counter.user, at=AT, seen=seen)

    with pytest.raises(ChangedMeanwhile, match="It is now: Frozen"):
        freeze(counter.purchase, by=counter.user, at=AT, seen=seen)


def test_freeze_taken_back_leaves_the_row_as_it_was(counter):
    before = row_values(counter.purchase)
    freeze(counter.purchase, by=counter.user, at=AT)

    take_back(counter)

    assert row_values(counter.purchase) == before


def test_freeze_is_not_taken_back_after_it_was_unfrozen(counter):
    freeze(counter.purchase, by=counter.user, at=AT)
    change = Operation.objects.get().changes.get()
    unfreeze(counter.purchase, by=counter.user, at=LATER)
    before = row_values(counter.purchase)

    with pytest.raises(PackageRefused, match="has been changed since"):
        take_change_back(change, by=counter.user, at=LATER)

    assert row_values(counter.purchase) == before


def test_unfreeze_taken_back_freezes_since_the_same_day(counter):
    freeze(counter.purchase, by=counter.user, at=AT)
    before = row_values(counter.purchase)
    unfreeze(counter.purchase, by=counter.user, at=LATER)

    take_back(counter, at=LATER)

    assert row_values(counter.purchase) == before


def test_unfreeze_is_not_taken_back_once_something_is_booked(counter):
    freeze(counter.purchase, by=counter.user, at=AT)
    unfreeze(counter.purchase, by=counter.user, at=AT)
    counter.book(2)

    with pytest.raises(PackageRefused, match="have been booked since"):
        take_back(counter)


def test_extension_taken_back_expires_again_what_had_expired(counter):
    PackagePurchase.objects.filter(pk=counter.purchase.pk).update(status=PurchaseStatus.EXPIRED)
    before = row_values(counter.purchase)
    extend(counter.purchase, days=10, by=counter.user, reason="Was ill", at=AT)

    take_back(counter)

    assert row_values(counter.purchase) == before


def test_extension_is_not_taken_back_while_a_session_needs_it(counter):
    PackagePurchase.objects.filter(pk=counter.purchase.pk).update(expires_on=MONDAY)
    extend(counter.purchase, days=3, by=counter.user, at=AT)
    counter.book(2)

    with pytest.raises(PackageRefused, match="A session stands later than 7 Jan 2030"):
        take_back(counter)

    assert counter.reload().expires_on == MONDAY + timedelta(days=3)


@pytest.mark.parametrize("verb", [freeze, unfreeze])
def test_another_organisation_does_not_find_the_purchase(counter, nothing_written, verb):
    stranger = make_user(make_organisation("Cedar"))
    nothing_written()

    with pytest.raises(PackagePurchase.DoesNotExist):
        verb(counter.purchase, by=stranger, at=AT)


def test_database_refuses_a_frost_without_its_day(counter):
    with pytest.raises(IntegrityError), transaction.atomic():
        PackagePurchase.objects.filter(pk=counter.purchase.pk).update(status=PurchaseStatus.FROZEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        PackagePurchase.objects.filter(pk=counter.purchase.pk).update(frozen_on=MONDAY)


def test_a_package_with_a_session_under_way_is_not_frozen(counter):
    (session,) = counter.book(0)
    booking.check_in(session, by=counter.user, at=session.starts_at)

    with pytest.raises(PackageRefused, match="is not settled yet"):
        freeze(counter.purchase, by=counter.user, at=session.starts_at)

    assert freezing(counter.reload(), None, at=session.starts_at).refusals
    booking.complete(session, by=counter.user, at=session.starts_at)
    assert freeze(counter.purchase, by=counter.user, at=session.ends_at).status == PurchaseStatus.FROZEN
