"""Taking an invoice back, and forgiving what is left of it."""

from decimal import Decimal

import pytest

from clinic.billing.selectors import balance_of
from clinic.billing.services import approve_refund, ask_refund, line_for, refund, void, waive
from clinic.billing.signals import invoice_voided, payment_received
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.models import Invoice
from clinic.packages.services import assign
from tests.clinic.full_world import World
from tests.factories import MONDAY, NINE, make_consultation, make_package, make_user


@pytest.fixture
def heard():
    """What the signals have said: their name, the invoice's number and how far its visit is paid."""
    told = []

    def pay(sender, *, invoice, payment, **named):
        told.append(("paid" if payment else "cleared", invoice.number, str(invoice.visit.payment_status)))

    def take_back(sender, *, invoice, **named):
        told.append(("void", invoice.number, str(invoice.visit.payment_status)))

    payment_received.connect(pay)
    invoice_voided.connect(take_back)
    yield told
    payment_received.disconnect(pay)
    invoice_voided.disconnect(take_back)


def take_back(desk, invoice, **options):
    return void(invoice, **{"by": desk.rania, "reason": "Wrong service", "at": NINE, **options})


def forgive(desk, invoice, **options):
    return waive(invoice, **{"by": desk.rania, "reason": "Staff child", "at": NINE, **options})


def test_a_void_invoice_asks_for_nothing_and_keeps_its_number(desk, heard):
    invoice = desk.invoice()

    take_back(desk, invoice)

    assert desk.statuses(invoice) == ("void", "unpaid")
    assert (invoice.voided_by, invoice.voided_at, invoice.reason) == (desk.rania, NINE, "Wrong service")
    assert balance_of(invoice).left == 0
    assert heard == [("void", 1, "unpaid")]
    assert desk.invoice().number == 2


def test_what_is_left_of_an_invoice_can_be_waived_and_opens_what_waits(desk, heard):
    invoice = desk.invoice()
    desk.pay(invoice, "50.00")

    forgive(desk, invoice)

    assert desk.statuses(invoice) == ("waived", "waived")
    assert (invoice.waived_by, invoice.waived_at, invoice.reason) == (desk.rania, NINE, "Staff child")
    balance = balance_of(invoice)
    assert (balance.total, balance.paid, balance.left) == (Decimal("150.00"), Decimal("50.00"), Decimal(0))
    assert heard == [("paid", 1, "partial"), ("cleared", 1, "waived")]
    assert invoice.history.first().history_change_reason == "Staff child"


def test_a_visit_is_paid_when_one_invoice_is_and_the_others_are_waived_or_void(desk, heard):
    paid, waived, wrong = desk.invoice(), desk.invoice(), desk.invoice()
    desk.pay(paid)
    forgive(desk, waived)
    assert desk.statuses(waived) == ("waived", "partial")

    take_back(desk, wrong)

    assert desk.statuses(wrong) == ("void", "paid")
    assert heard == [("paid", 1, "partial"), ("cleared", 2, "partial"), ("void", 3, "paid"), ("cleared", 3, "paid")]


def test_who_waives_a_part_does_not_let_one_person_give_the_rest_back(desk, refused):
    invoice = desk.invoice()
    payment = desk.pay(invoice, "100.00")
    forgive(desk, invoice)

    with refused(RefusalCode.SECOND_PERSON, saying="What was left of invoice 1 has been waived. Ask for the refund"):
        refund(payment, amount=Decimal("100.00"), by=desk.mona, reason="Staff child", at=NINE)

    assert balance_of(invoice).paid == Decimal("100.00")


def test_a_waiver_lasts_when_a_second_person_lets_what_was_paid_be_given_back(desk):
    invoice = desk.invoice()
    payment = desk.pay(invoice, "50.00")
    forgive(desk, invoice)

    request = ask_refund(payment, amount=Decimal("50.00"), by=desk.mona, reason="Staff child", at=NINE)
    approve_refund(request, by=desk.rania, at=NINE)

    assert desk.statuses(invoice) == ("waived", "waived")


def test_nothing_is_made_void_on_which_something_is_paid(desk, refused):
    invoice = desk.invoice()
    payment = desk.pay(invoice, "50.00")

    with refused(RefusalCode.STATUS, saying="50.00 SAR has been paid on invoice 1. Give the money back first."):
        take_back(desk, invoice)
    refund(payment, amount=Decimal("50.00"), by=desk.mona, reason="Wrong service", at=NINE)
    take_back(desk, invoice)

    assert desk.statuses(invoice) == ("void", "unpaid")


@pytest.mark.parametrize("status", [ConsultationStatus.ACTIVE, ConsultationStatus.CLOSED])
def test_nothing_is_made_void_once_the_doctor_has_begun(desk, refused, status):
    invoice = desk.invoice()
    make_consultation(desk.visit, desk.service, status=status, line=invoice.lines.get())

    with refused(RefusalCode.STATUS, saying="has begun. Ask a manager to waive what is left."):
        take_back(desk, invoice)

    assert desk.statuses(invoice) == ("unpaid", "unpaid")


def test_an_invoice_whose_consultation_still_waits_can_be_made_void(desk):
    invoice = desk.invoice()
    make_consultation(desk.visit, desk.service, status=ConsultationStatus.PENDING, line=invoice.lines.get())

    take_back(desk, invoice)

    assert desk.statuses(invoice) == ("void", "unpaid")


def test_nothing_is_made_void_once_sessions_of_its_package_are_used(desk, refused):
    purchase = assign(make_package((desk.service, 10)), desk.patient, by=desk.mona, on=MONDAY)
    invoice = desk.invoice(line_for(purchase))
    type(purchase).objects.update(sessions_used=1)

    with refused(RefusalCode.STATUS, saying="Sessions of the package that invoice 1 asks for have been used."):
        take_back(desk, invoice)

    assert desk.statuses(invoice) == ("unpaid", "unpaid")


def test_a_void_invoice_stays_void(desk, refused):
    invoice = take_back(desk, desk.invoice())

    for verb in (take_back, forgive):
        with refused(RefusalCode.STATUS, saying="Invoice 1 is void."):
            verb(desk, invoice)

    assert invoice.history.count() == 2


@pytest.mark.parametrize("verb", [take_back, forgive], ids=["void", "waive"])
@pytest.mark.parametrize("reason", ["", "  ", "x" * 251], ids=["none", "blanks", "too long"])
def test_no_invoice_is_void_or_waived_without_a_reason(desk, refused, verb, reason):
    invoice = desk.invoice()

    with refused(RefusalCode.INVALID):
        verb(desk, invoice, reason=reason)

    assert desk.statuses(invoice) == ("unpaid", "unpaid")


def test_only_who_may_waives(desk, refused, heard):
    invoice = desk.invoice()

    with refused(RefusalCode.PERMISSION, saying="Your role does not allow you to waive an invoice. Ask a manager."):
        forgive(desk, invoice, by=make_user(desk.organisation))

    assert desk.statuses(invoice) == ("unpaid", "unpaid")
    assert heard == []


def test_of_a_paid_or_waived_invoice_nothing_is_left_to_waive(desk, refused):
    paid, waived = desk.invoice(), desk.invoice()
    desk.pay(paid)
    forgive(desk, waived)

    for invoice, sentence in ((paid, "Invoice 1 is paid."), (waived, "Invoice 2 has been waived.")):
        with refused(RefusalCode.STATUS, saying=f"{sentence} There is nothing left to waive."):
            forgive(desk, invoice)

    assert desk.statuses(paid) == ("paid", "paid")


def test_an_invoice_of_another_organisation_is_not_there(desk):
    invoice, stranger = desk.invoice(), World()

    for verb in (void, waive):
        with pytest.raises(Invoice.DoesNotExist):
            verb(invoice, by=stranger.by, reason="Mine")
    assert desk.statuses(invoice) == ("unpaid", "unpaid")
