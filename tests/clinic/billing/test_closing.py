"""Closing a cashier's day: what was taken is counted once, and a difference is explained."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.billing.selectors import taken_today
from clinic.billing.services import close_day, refund
from clinic.enums import PaymentMethod, RefusalCode
from clinic.models import Clinic, DayClosing, Payment
from tests.clinic.full_world import World
from tests.factories import NINE, make_clinic, make_user

EVENING = NINE + timedelta(hours=9)
HUNDRED = Decimal("100.00")


@pytest.fixture
def day(desk):
    """100.00 in cash of which 20.00 were given back, and 50.00 by card."""
    invoice = desk.invoice()
    cash = desk.pay(invoice, "100.00")
    desk.pay(invoice, "50.00", PaymentMethod.CARD)
    refund(cash, amount=Decimal("20.00"), by=desk.mona, reason="Too much", at=NINE)
    return desk


def close(desk, counted="80.00", **options):
    return close_day(**{
        "by": desk.mona, "clinic": desk.clinic, "cash_counted": Decimal(counted), "at": EVENING, **options
    })  # fmt: skip


def test_a_day_is_closed_with_what_was_taken_by_each_method(day):
    takings = taken_today(day.mona, day.clinic, at=EVENING)
    assert (takings.cash, takings.total, takings.number, takings.since) == (80, 130, 3, NINE)

    closing = close(day)

    assert closing.sums == {"cash": "80.00", "card": "50.00", "transfer": "0.00"}
    assert (closing.cash_expected, closing.cash_counted, closing.cashier) == (80, 80, day.mona)
    assert (str(closing.closed_on), closing.closed_at) == ("2030-01-07", EVENING)
    assert set(Payment.objects.values_list("closing", flat=True)) == {closing.pk}
    assert taken_today(day.mona, day.clinic, at=EVENING).number == 0


def test_the_day_is_the_one_on_the_wall_of_the_clinic(day):
    late = NINE + timedelta(hours=16)  # one in the morning in Riyadh, ten in the evening in UTC

    assert str(close(day, at=late).closed_on) == "2030-01-08"


def test_a_refund_of_what_is_closed_counts_on_the_next_day(day):
    close(day)
    payment = Payment.objects.get(amount=HUNDRED)
    refund(payment, amount=Decimal("30.00"), by=day.mona, reason="Came too late", at=EVENING)

    closing = close(day, "0.00", note="Taken from the change", at=EVENING)

    assert (closing.cash_expected, closing.cash_counted) == (-30, 0)


def test_only_what_this_cashier_took_in_this_clinic_is_counted(day):
    other, elsewhere = make_user(day.organisation), make_clinic(day.organisation)
    invoice = day.invoice()
    day.pay(invoice, "10.00", by=other)
    day.pay(invoice, "11.00", clinic=elsewhere)
    day.pay(invoice, "12.00", at=EVENING + timedelta(minutes=1))

    closing = close(day)

    assert closing.payments.count() == 3
    assert closing.cash_expected == 80


def test_a_closing_without_anything_taken_is_refused(day, refused):
    close(day)

    with refused(RefusalCode.UNCHANGED, saying="Nothing has been taken here since the last closing"):
        close(day)

    assert DayClosing.objects.count() == 1


def test_a_difference_needs_a_note(day, refused):
    with refused(RefusalCode.AMOUNT, saying="75.00 SAR was counted, but 80.00 SAR was taken."):
        close(day, "75.00")
    assert not DayClosing.objects.exists()

    closing = close(day, "75.00", note=" A note of five was torn ")

    assert (closing.cash_counted, closing.note) == (75, "A note of five was torn")


@pytest.mark.parametrize(
    ("counted", "note", "code"),
    [("-1.00", "", RefusalCode.AMOUNT), ("80.001", "", RefusalCode.AMOUNT), ("80.00", "x" * 251, RefusalCode.INVALID)],
    ids=["negative", "fractions", "long note"],
)
def test_what_is_no_count_is_refused(day, refused, counted, note, code):
    with refused(code):
        close(day, counted, note=note)

    assert not DayClosing.objects.exists()


def test_a_clinic_of_another_organisation_is_not_there(day):
    with pytest.raises(Clinic.DoesNotExist):
        close(day, clinic=World().clinic)
