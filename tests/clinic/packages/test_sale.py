"""A package sold over the counter: purchase, invoice and payment in one, and all of it back within the day."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from clinic.audit.look import look
from clinic.audit.rules import sessions
from clinic.billing.selectors import balance_of
from clinic.billing.services import refund
from clinic.enums import (
    AppointmentStatus,
    ChangeKind,
    MessageKind,
    MessageStatus,
    OperationKind,
    PaymentMethod,
    PaymentStatus,
    PurchaseStatus,
    RefusalCode,
)
from clinic.errors import BillingRefused, ClinicError, InvalidEntry, PackageRefused
from clinic.models import (
    Appointment,
    Change,
    Invoice,
    Message,
    Operation,
    PackagePurchase,
    Payment,
    RefusedAttempt,
    SessionEntry,
)
from clinic.packages import services
from clinic.packages.selectors import balance_of as sessions_of
from clinic.packages.services import coverable, sell
from clinic.scheduling import booking
from clinic.scheduling.undoing import prospects, undo
from tests.factories import NINE, make_appointment, make_organisation, make_package, make_patient, make_service

NOON = NINE.replace(hour=12)
HELD = {
    "status": AppointmentStatus.COMPLETED, "arrived_at": NINE, "started_at": NINE, "completed_at": NINE,
}  # fmt: skip
ARRIVED = {"status": AppointmentStatus.ARRIVED, "arrived_at": NINE}


class Shop:
    """Omar stands at the counter at noon; the package has ten sessions of what he was here for."""

    def __init__(self, desk):
        self.desk = desk
        self.package = make_package((desk.speech, 10), name="Ten sessions")

    def today(self, **fields) -> Appointment:
        desk = self.desk
        return make_appointment(desk.omar, desk.speech, desk.sara, desk.clinic, **fields)

    def sell(self, **asked):
        asked = {"method": PaymentMethod.CASH, "at": NOON, **asked}
        return sell(self.package, self.desk.omar, by=self.desk.user, clinic=self.desk.clinic, **asked)

    def undo(self, sale, at=NOON):
        return undo(sale.operation, by=self.desk.user, at=at)


@pytest.fixture
def shop(counter):
    return Shop(counter)


def numbers(purchase) -> tuple[int, int, int]:
    balance = sessions_of(PackagePurchase.objects.get(pk=purchase.pk))
    return balance.used, balance.reserved, balance.free


def test_sell_writes_the_purchase_its_invoice_and_the_payment(shop):
    sale = shop.sell(reference="slip 7")

    assert numbers(sale.purchase) == (0, 0, 10)
    assert (sale.invoice.status, balance_of(sale.invoice).total) == (PaymentStatus.PAID, Decimal("1200.00"))
    assert [line.purchase for line in sale.invoice.lines.all()] == [sale.purchase]
    assert (sale.payment.amount, sale.payment.method, sale.payment.reference) == (1200, PaymentMethod.CASH, "slip 7")
    assert (sale.operation.kind, sale.operation.by) == (OperationKind.SALE, shop.desk.user)
    assert Change.objects.get(operation=sale.operation).kind == ChangeKind.ASSIGNED


def test_sell_uses_the_first_session_for_what_was_held_today(shop):
    row = shop.today(**HELD)

    sale = shop.sell(session_for=row)

    row.refresh_from_db()
    assert numbers(sale.purchase) == (1, 0, 9)
    assert (row.package_purchase, row.session_number, row.session_used) == (sale.purchase, 1, True)
    assert row.history.latest().session_used is True
    assert SessionEntry.objects.get(appointment=row).sessions == -1


def test_session_of_a_patient_who_still_waits_is_reserved_and_used_when_it_is_held(shop):
    row = shop.today(**ARRIVED)
    sale = shop.sell(session_for=row)
    assert numbers(sale.purchase) == (0, 1, 9)

    booking.complete(row, by=shop.desk.user, at=NOON)  # as a page knows it that was opened before the sale

    assert numbers(sale.purchase) == (1, 0, 9)


def test_sell_takes_part_of_the_price_or_nothing_yet(shop):
    part = shop.sell(amount=Decimal("200.00"))
    nothing = shop.sell(amount=Decimal(0))

    assert (part.invoice.status, balance_of(part.invoice).left) == (PaymentStatus.PARTIAL, Decimal("1000.00"))
    assert (nothing.invoice.status, nothing.payment) == (PaymentStatus.UNPAID, None)


def test_same_form_sent_twice_sells_once(shop):
    key = uuid4()

    first, second = shop.sell(request_key=key), shop.sell(request_key=key)

    assert first == second
    assert (Invoice.objects.count(), Payment.objects.count(), Operation.objects.count()) == (1, 1, 1)


def test_same_form_for_another_package_is_refused(shop):
    key = uuid4()
    shop.sell(request_key=key)
    shop.package = make_package((shop.desk.speech, 5), name="Five sessions")

    with pytest.raises(InvalidEntry, match="sent before, for something else"):
        shop.sell(request_key=key)

    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        ({}, {"amount": Decimal("10.00")}, "sent before, for"),
        ({}, {"method": PaymentMethod.CARD}, "sent before, for"),
        ({"amount": Decimal(0)}, {"amount": Decimal("10.00")}, "sent before, for invoice 1 over"),
    ],
    ids=["another amount", "another method", "something for nothing"],
)
def test_same_form_with_other_money_says_what_was_sold(shop, first, again, said):
    key = uuid4()
    shop.sell(request_key=key, **first)

    with pytest.raises(InvalidEntry, match=said):
        shop.sell(request_key=key, **again)

    assert (Invoice.objects.count(), Payment.objects.count()) == (1, 0 if first else 1)


def refused(shop, **asked) -> list[RefusalCode]:
    before = (PackagePurchase.objects.count(), Invoice.objects.count(), Operation.objects.count())
    with pytest.raises(ClinicError) as refusal:
        shop.sell(**asked)
    assert (PackagePurchase.objects.count(), Invoice.objects.count(), Operation.objects.count()) == before
    return [reason.code for reason in refusal.value.reasons]


def test_more_than_the_price_is_refused_and_nothing_is_sold(shop):
    with pytest.raises(BillingRefused):
        shop.sell(amount=Decimal("1200.01"))

    assert refused(shop, amount=Decimal("1200.01")) == [RefusalCode.AMOUNT]


def test_session_of_another_day_or_another_package_or_one_called_off_is_refused(shop):
    tomorrow = shop.today(starts_at=NINE + timedelta(days=1))
    missed = shop.today(status=AppointmentStatus.NO_SHOW)
    covered = shop.today(starts_at=NINE + timedelta(hours=1))
    shop.sell(session_for=covered)

    assert refused(shop, session_for=tomorrow) == [RefusalCode.INVALID]
    assert refused(shop, session_for=missed) == [RefusalCode.STATUS]
    assert refused(shop, session_for=covered) == [RefusalCode.CHANGED]


def test_session_of_a_service_that_the_package_has_not_is_refused(shop):
    desk = shop.desk
    hearing = make_service(desk.sara, name="Hearing check")
    row = make_appointment(desk.omar, hearing, desk.sara, desk.clinic)

    assert refused(shop, session_for=row) == [RefusalCode.NOT_OFFERED]


def test_session_of_another_patient_is_refused(shop):
    desk = shop.desk
    row = make_appointment(desk.huda, desk.speech, desk.sara, desk.clinic)

    assert refused(shop, session_for=row) == [RefusalCode.WRONG_PATIENT]


def test_row_of_another_organisation_is_not_there(shop):
    stranger = make_patient(make_organisation())

    with pytest.raises(type(stranger).DoesNotExist):
        sell(shop.package, stranger, by=shop.desk.user, clinic=shop.desk.clinic, method=PaymentMethod.CASH)


def test_coverable_is_what_is_of_today_and_could_be_paid_by_the_package(shop, django_assert_num_queries):
    held, later = shop.today(**HELD), shop.today(starts_at=NINE.replace(hour=15))
    shop.today(starts_at=NINE.replace(hour=10), status=AppointmentStatus.NO_SHOW)
    shop.today(starts_at=NINE + timedelta(days=1))

    with django_assert_num_queries(1):
        found = coverable(shop.desk.omar, shop.package, at=NOON)

    assert found == [held, later]


def test_undo_of_the_sale_restores_everything_but_the_record_of_it(shop):
    row = shop.today(**HELD)
    before = Appointment.objects.filter(pk=row.pk).values().get()
    sale = shop.sell(session_for=row)

    shop.undo(sale)

    assert Appointment.objects.filter(pk=row.pk).values().get() == before
    assert numbers(sale.purchase) == (0, 0, 0)
    assert PackagePurchase.objects.get(pk=sale.purchase.pk).status == PurchaseStatus.CANCELLED
    invoice = Invoice.objects.get(pk=sale.invoice.pk)
    assert (invoice.status, balance_of(invoice).paid) == (PaymentStatus.VOID, 0)
    assert [payment.amount for payment in invoice.payments.order_by("pk")] == [1200, -1200]
    message = Message.objects.get(kind=MessageKind.ASSIGNED, patient=shop.desk.omar)
    assert message.status == MessageStatus.CANCELLED
    assert [finding.invariant.name for finding in look(sessions.RULES, at=NOON) if finding.count] == []


def test_undo_gives_back_what_is_left_of_a_payment_that_was_partly_refunded(shop):
    sale = shop.sell()
    refund(sale.payment, amount=Decimal("200.00"), by=shop.desk.user, reason="Too much", at=NOON)

    shop.undo(sale)

    assert [payment.amount for payment in sale.invoice.payments.order_by("pk")] == [1200, -200, -1000]


def test_looking_at_a_sale_shows_that_it_can_be_undone_and_notes_no_attempt(shop):
    sale = shop.sell()

    (prospect,) = prospects(sale.operation, by=shop.desk.user, at=NOON)

    assert (prospect.is_possible, prospect.kept_because) == (True, "")
    assert not RefusedAttempt.objects.exists()
    assert [payment.amount for payment in sale.invoice.payments.all()] == [1200]


def kept(shop, sale, at=NOON) -> str:
    before = Payment.objects.count()
    with pytest.raises(ClinicError) as refusal:
        shop.undo(sale, at=at)
    assert Payment.objects.count() == before
    assert PackagePurchase.objects.get(pk=sale.purchase.pk).status == PurchaseStatus.ACTIVE
    return str(refusal.value)


def test_undo_on_another_day_is_refused(shop):
    sale = shop.sell()

    assert "a sale is undone on its own day" in kept(shop, sale, at=NOON + timedelta(days=1))


def test_undo_after_another_session_was_booked_is_refused(shop):
    sale = shop.sell()
    desk = shop.desk
    make_appointment(
        desk.omar, desk.speech, desk.sara, desk.clinic, NINE + timedelta(days=2), package_purchase=sale.purchase,
        session_number=1,
    )  # fmt: skip

    assert "have been booked or used since it was sold" in kept(shop, sale)


def test_undo_of_a_package_that_was_frozen_since_is_refused(shop):
    sale = shop.sell()
    services.freeze(sale.purchase, by=shop.desk.user, at=NOON)

    with pytest.raises(ClinicError, match="has been changed since"):
        shop.undo(sale)


def test_undo_of_a_sale_of_one_session_that_is_used_up(shop):
    shop.package = make_package((shop.desk.speech, 1), name="One session")
    row = shop.today(**HELD)
    sale = shop.sell(session_for=row)
    assert PackagePurchase.objects.get(pk=sale.purchase.pk).status == PurchaseStatus.COMPLETED

    shop.undo(sale)

    assert PackagePurchase.objects.get(pk=sale.purchase.pk).status == PurchaseStatus.CANCELLED
    row.refresh_from_db()
    assert (row.package_purchase, row.session_used) == (None, False)


def test_appointment_opened_before_the_sale_was_undone_uses_no_session(shop):
    row = shop.today(**ARRIVED)
    sale = shop.sell(session_for=row)
    row.refresh_from_db()
    shop.undo(sale)

    booking.complete(row, by=shop.desk.user, at=NOON)  # as a page knows it that was opened meanwhile

    row.refresh_from_db()
    assert (row.status, row.package_purchase, row.session_used) == (AppointmentStatus.COMPLETED, None, False)


def test_sale_of_a_package_that_is_no_longer_sold_is_refused(shop):
    shop.package.active = False
    shop.package.save()

    with pytest.raises(PackageRefused):
        shop.sell()
