"""The number of sessions can be corrected, never below what is used and reserved."""

import pytest

from clinic.enums import ChangeKind, OperationKind, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import ChangedMeanwhile, PackageRefused
from clinic.models import Operation, PackagePurchase, PurchaseItem
from clinic.packages.balance import Balance
from clinic.packages.selectors import item_balances
from clinic.packages.services import adjust
from clinic.packages.standing import stamp_of
from tests.clinic.packages.conftest import AT, check_ledger, moment, row_values, take_back
from tests.factories import in_status, make_organisation, make_service, make_user

NEXT_DAY = moment(1, 8)


@pytest.fixture
def item(counter) -> PurchaseItem:
    return counter.purchase.items.get()


@pytest.mark.parametrize(("sessions", "free"), [(2, 12), (-3, 7), (-10, 0)])
def test_adjust_changes_what_is_free(counter, item, sessions, free):
    purchase = adjust(counter.purchase, item, sessions=sessions, by=counter.user, reason="Miscounted", at=AT)

    assert purchase.total_sessions == 10 + sessions
    assert counter.balance() == Balance(used=0, reserved=0, free=free)
    check_ledger()


def test_adjust_is_entered_in_the_ledger_and_noted(counter, item):
    adjust(counter.purchase, item, sessions=-3, by=counter.user, reason="Miscounted", at=AT)

    entry, operation = counter.purchase.entries.last(), Operation.objects.get()
    assert (entry.kind, entry.sessions, entry.by, entry.reason) == (
        SessionEntryKind.ADJUST, -3, counter.user, "Miscounted",
    )  # fmt: skip
    change = operation.changes.get()
    assert (operation.kind, change.kind) == (OperationKind.ADJUST, ChangeKind.ADJUSTED)
    assert (change.before["total_sessions"], change.after["total_sessions"]) == (10, 7)


def test_adjust_never_goes_below_what_is_used_and_reserved(counter, item, nothing_written):
    counter.hold(*counter.book(0))
    counter.book(1, 2)
    nothing_written()

    with pytest.raises(PackageRefused, match="Only 7 sessions of Speech therapy are free: 1 used, 2 reserved"):
        adjust(counter.purchase, item, sessions=-8, by=counter.user, at=AT)


def test_adjust_counts_each_service_by_itself(counter, nothing_written):
    assessment = make_service(counter.sara, name="Assessment")
    purchase = counter.sell(5, (assessment, 1))
    one = next(item for item in item_balances(purchase) if item.service == assessment)
    nothing_written()

    with pytest.raises(PackageRefused, match="Only 1 session of Assessment is free"):
        adjust(purchase, one, sessions=-2, by=counter.user, at=AT)


def test_adjust_down_to_what_is_used_completes_the_package(counter, item):
    counter.hold(*counter.book(0))

    purchase = adjust(counter.purchase, item, sessions=-9, by=counter.user, at=NEXT_DAY)

    assert purchase.status == PurchaseStatus.COMPLETED


def test_adjust_up_opens_a_completed_package(counter, item):
    counter.hold(*counter.book(0))
    adjust(counter.purchase, item, sessions=-9, by=counter.user, at=NEXT_DAY)

    purchase = adjust(counter.purchase, item, sessions=1, by=counter.user, at=NEXT_DAY)

    assert purchase.status == PurchaseStatus.ACTIVE


@pytest.mark.parametrize(
    ("status", "sessions", "code"),
    [
        (PurchaseStatus.ACTIVE, 0, RefusalCode.UNCHANGED),
        (PurchaseStatus.ACTIVE, 1000, RefusalCode.INVALID),
        (PurchaseStatus.FROZEN, 1, RefusalCode.PURCHASE_STATUS),
        (PurchaseStatus.TRANSFERRED, 1, RefusalCode.PURCHASE_STATUS),
        (PurchaseStatus.CANCELLED, 1, RefusalCode.PURCHASE_STATUS),
    ],
)
def test_adjust_refuses_and_writes_nothing(counter, item, nothing_written, status, sessions, code):
    PackagePurchase.objects.filter(pk=counter.purchase.pk).update(**in_status(status))
    nothing_written()

    with pytest.raises(PackageRefused) as refused:
        adjust(counter.purchase, item, sessions=sessions, by=counter.user, at=AT)

    assert [reason.code for reason in refused.value.reasons] == [code]


def test_adjust_knows_no_item_of_another_purchase(counter, nothing_written):
    other = counter.sell(3).items.get()
    nothing_written()

    with pytest.raises(PurchaseItem.DoesNotExist):
        adjust(counter.purchase, other, sessions=1, by=counter.user, at=AT)


def test_adjust_of_another_organisation_finds_nothing(counter, item, nothing_written):
    stranger = make_user(make_organisation("Cedar"))
    nothing_written()

    with pytest.raises(PackagePurchase.DoesNotExist):
        adjust(counter.purchase, item, sessions=1, by=stranger, at=AT)


def test_adjust_asked_twice_by_the_same_form_is_done_once(counter, item):
    seen = stamp_of(counter.purchase)
    adjust(counter.purchase, item, sessions=2, by=counter.user, at=AT, seen=seen)

    with pytest.raises(ChangedMeanwhile, match="12 free"):
        adjust(counter.purchase, item, sessions=2, by=counter.user, at=AT, seen=seen)

    assert counter.reload().total_sessions == 12


@pytest.mark.parametrize("sessions", [2, -2])
def test_adjustment_taken_back_leaves_the_row_as_it_was(counter, item, sessions):
    before = row_values(counter.purchase)
    adjust(counter.purchase, item, sessions=sessions, by=counter.user, at=AT)

    take_back(counter)

    assert row_values(counter.purchase) == before
    check_ledger()


def test_adjustment_is_not_taken_back_once_its_sessions_are_booked(counter, item):
    adjust(counter.purchase, item, sessions=-9, by=counter.user, at=AT)
    adjust(counter.purchase, item, sessions=1, by=counter.user, at=AT)
    counter.book(1, 2)

    with pytest.raises(PackageRefused, match="are booked or used by now"):
        take_back(counter)

    assert counter.reload().total_sessions == 2
