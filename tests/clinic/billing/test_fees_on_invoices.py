"""Fees are paid through an invoice: with it they are paid, waived, open again or free for another one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.billing.selectors import open_charges
from clinic.billing.services import (
    issue_invoice,
    line_for,
    raise_fee,
    refund,
    void,
    waive,
    waive_fee,
    withdraw_fee,
)
from clinic.enums import AppointmentStatus, ChargeKind, ChargeStatus, RefusalCode
from clinic.models import Charge, Invoice
from clinic.scheduling import booking
from tests.clinic.audit.bare import broken
from tests.factories import NINE, make_appointment, make_patient

FIFTY = Decimal("50.00")
WEEK_LATER = NINE + timedelta(days=7)
OF_FEES = ("charge_fits_its_appointment", "charge_is_settled_with_its_invoice")


@pytest.fixture
def missed(desk):
    return make_appointment(
        desk.patient, desk.service, desk.doctor, desk.clinic, NINE, status=AppointmentStatus.NO_SHOW
    )


@pytest.fixture
def charge(desk, missed):
    return raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=FIFTY, by=desk.mona, at=NINE)


@pytest.fixture
def invoice(desk, charge):
    """Huda's invoice for the fee, on no visit."""
    return bill(desk, charge)


def bill(desk, charge, patient=None):
    return issue_invoice(
        patient or desk.patient, [line_for(charge)], by=desk.mona, clinic=desk.clinic, at=WEEK_LATER
    )  # fmt: skip


def stands(charge):
    charge.refresh_from_db()
    return str(charge.status), charge.invoice


def test_a_fee_is_asked_for_in_words_and_with_the_day_of_the_appointment(charge, invoice):
    line = invoice.lines.get()
    assert (line.description_en, line.amount, line.charge) == ("No-show, 7 January 2030", FIFTY, charge)
    assert line.description_ar.endswith("2030")
    assert line.description_ar != line.description_en
    assert stands(charge) == ("open", invoice)


def test_a_fee_is_paid_with_its_invoice(desk, charge, invoice):
    desk.pay(invoice, "20.00")
    assert stands(charge) == ("open", invoice)

    desk.pay(invoice, "30.00", at=WEEK_LATER)

    assert stands(charge) == ("paid", invoice)
    assert (charge.settled_by, charge.settled_at) == (desk.mona, WEEK_LATER)
    assert charge.history.first().status == "paid"


def test_a_fee_that_is_given_back_is_open_again(desk, charge, invoice):
    payment = desk.pay(invoice, "50.00")

    refund(payment, amount=Decimal("0.01"), by=desk.mona, reason="Came after all", at=NINE)

    assert stands(charge) == ("open", invoice)
    assert (charge.settled_by, charge.settled_at) == (None, None)


@pytest.fixture
def given_back(desk, missed, charge, invoice):
    """The fee was paid, the no-show was waived, and the money was given back."""
    payment = desk.pay(invoice, "50.00")
    booking.waive(missed, by=desk.rania, reason="Was in hospital", at=WEEK_LATER)
    refund(payment, amount=FIFTY, by=desk.mona, reason="Was in hospital", at=WEEK_LATER)
    return invoice


def test_a_fee_of_a_waived_no_show_is_waived_when_its_money_is_given_back(desk, charge, given_back):
    assert stands(charge) == ("waived", given_back)
    assert (charge.settled_by, charge.settled_at, charge.reason) == (desk.mona, WEEK_LATER, "Was in hospital")
    assert desk.statuses(given_back)[0] == "unpaid"
    assert broken(*OF_FEES) == {}


def test_a_fee_of_a_waived_no_show_is_still_waived_when_its_invoice_is_void(desk, charge, given_back):
    void(given_back, by=desk.rania, reason="Was in hospital", at=WEEK_LATER)

    assert stands(charge) == ("waived", None)
    assert not open_charges(desk.patient).exists()
    assert broken(*OF_FEES) == {}


def test_a_fee_whose_waiver_is_undone_is_asked_for_again_on_its_invoice(desk, missed, charge, given_back):
    booking.undo_status(missed, by=desk.rania, reason="Was at home", at=WEEK_LATER)

    assert stands(charge) == ("open", given_back)
    assert (charge.settled_by, charge.settled_at, charge.reason) == (None, None, "")
    assert broken(*OF_FEES) == {}


def test_a_fee_that_a_waived_invoice_has_settled_stays_so_when_a_waiver_is_undone(desk, missed, charge, invoice):
    waive(invoice, by=desk.rania, reason="Ill", at=WEEK_LATER)
    booking.waive(missed, by=desk.rania, reason="Was in hospital", at=WEEK_LATER)

    booking.undo_status(missed, by=desk.rania, reason="Was at home", at=WEEK_LATER)

    assert stands(charge) == ("waived", invoice)
    assert broken(*OF_FEES) == {}


def test_a_fee_is_waived_with_its_invoice(desk, charge, invoice):
    waive(invoice, by=desk.rania, reason="Ill", at=NINE)

    assert stands(charge) == ("waived", invoice)
    assert (charge.settled_by, charge.settled_at, charge.reason) == (desk.rania, NINE, "Ill")
    assert broken(*OF_FEES) == {}


def test_a_void_invoice_lets_its_fee_go_to_another_one(desk, charge, invoice):
    void(invoice, by=desk.rania, reason="Wrong clinic", at=NINE)
    assert stands(charge) == ("open", None)

    again = bill(desk, charge)

    assert stands(charge) == ("open", again)


@pytest.mark.parametrize(
    ("settle", "word"), [(withdraw_fee, "Withdrawn"), (waive_fee, "Waived")], ids=["withdrawn", "waived"]
)
def test_a_fee_that_is_not_to_be_paid_is_not_asked_for(desk, refused, missed, charge, settle, word):
    settle(missed, by=desk.mona, reason="Came after all")

    with refused(RefusalCode.STATUS, saying=f"The fee of 50.00 SAR is not to be paid any more: {word}."):
        bill(desk, charge)

    assert not Invoice.objects.exists()


def test_a_fee_is_on_one_invoice_at_a_time(desk, refused, charge, invoice):
    with refused(RefusalCode.STATUS, saying="is on invoice 1 already. Take the payment for that invoice."):
        bill(desk, charge)

    assert stands(charge) == ("open", invoice)


def test_another_patients_fee_is_not_asked_for(desk, refused, charge):
    with refused(RefusalCode.WRONG_PATIENT, saying="This fee is another patient's."):
        bill(desk, charge, patient=make_patient(desk.organisation, "Omar"))

    assert stands(charge) == ("open", None)


def test_a_fee_is_asked_for_at_what_it_is_by_then(desk, refused, missed, charge):
    seen = line_for(charge)
    withdraw_fee(missed, by=desk.mona)
    raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=Decimal("70.00"), by=desk.mona)

    with refused(RefusalCode.CHANGED, saying="The fee is 70.00 SAR by now. Look at it again before you go on."):
        desk.invoice(seen)

    assert not Invoice.objects.exists()


@pytest.mark.parametrize("settle", [withdraw_fee, waive_fee])
def test_a_fee_that_an_invoice_asks_for_is_settled_with_it_alone(desk, refused, missed, charge, invoice, settle):
    with refused(RefusalCode.STATUS, saying="is on invoice 1. Ask a manager to void or waive the invoice first."):
        settle(missed, by=desk.mona, reason="Came after all")

    assert stands(charge) == ("open", invoice)


def test_a_fee_that_was_waived_with_its_invoice_and_is_raised_anew_is_on_no_invoice(desk, missed, charge, invoice):
    waive(invoice, by=desk.rania, reason="Ill")

    raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=Decimal("70.00"), by=desk.mona)

    assert stands(charge) == ("open", None)
    assert Charge.objects.get().amount == Decimal("70.00")
    assert ChargeStatus(charge.status) == ChargeStatus.OPEN
