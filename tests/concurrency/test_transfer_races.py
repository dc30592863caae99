"""A package is transferred while others book its sessions: no session is both booked and given away."""

import pytest

from clinic.enums import PurchaseStatus
from clinic.models import Appointment, Operation, PackagePurchase
from clinic.packages.selectors import balance_of
from tests.clinic.packages.conftest import check_ledger
from tests.concurrency.race import race, tally

pytestmark = pytest.mark.concurrency


def test_a_session_booked_while_its_package_is_transferred_is_the_new_owners_or_called_off(clinic):
    desk = clinic()
    huda, omar = desk.patients(2)
    purchase = desk.purchase(huda, sessions=1)
    bookings = [desk.entry(huda, half_hour=number, purchase=purchase) for number in range(20)]

    outcomes = race("book_or_transfer", [*bookings, {**desk.entry(huda, purchase=purchase), "to": omar.pk}])

    purchase.refresh_from_db()
    given = PackagePurchase.objects.get(patient=omar)
    assert purchase.status == PurchaseStatus.TRANSFERRED
    assert (balance_of(purchase).total, balance_of(given).free) == (0, 1)
    assert {row.status for row in Appointment.objects.all()} <= {"cancelled_by_clinic"}
    assert tally(outcomes)["won"] in (1, 2)
    check_ledger()


def test_twenty_desks_that_transfer_at_once_give_it_away_once(clinic):
    desk = clinic()
    huda, *others = desk.patients(21)
    purchase = desk.purchase(huda, sessions=5)

    outcomes = race("book_or_transfer", [{**desk.entry(huda, purchase=purchase), "to": other.pk} for other in others])

    assert tally(outcomes) == {"won": 1, "PackageRefused": 19}
    assert PackagePurchase.objects.exclude(patient=huda).count() == 1
    assert Operation.objects.count() == 1
    check_ledger()
