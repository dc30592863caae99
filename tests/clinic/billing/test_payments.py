"""Taking money: never more than is left, once for each form, with a receipt for the patient."""

from decimal import Decimal
from uuid import UUID

import pytest

from clinic.billing.selectors import balance_of
from clinic.billing.services import record_payment, void
from clinic.billing.signals import payment_received
from clinic.enums import MessageStatus, PaymentMethod, RefusalCode
from clinic.errors import InvalidEntry
from clinic.models import Invoice, Message, Payment
from tests.clinic.full_world import World
from tests.factories import NINE, make_clinic

KEY = UUID("00000000-0000-4000-8000-000000000001")


def test_a_payment_keeps_who_took_what_how_where_and_when(desk):
    desk_two = make_clinic(desk.organisation, "Malaz")

    payment = desk.pay(desk.invoice(), "50.5", PaymentMethod.CARD, clinic=desk_two, reference=" 4711 ")

    payment.refresh_from_db()
    assert (payment.kind, payment.method, payment.amount, payment.reference) == (
        "payment", "card", Decimal("50.50"), "4711",
    )  # fmt: skip
    assert (payment.clinic, payment.taken_by, payment.taken_at) == (desk_two, desk.mona, NINE)
    assert (payment.receipt_number, payment.refund_of, payment.closing) == (1, None, None)


def test_several_payments_pay_an_invoice_and_its_visit(desk):
    invoice = desk.invoice()

    desk.pay(invoice, "50.00")
    assert desk.statuses(invoice) == ("partial", "partial")
    desk.pay(invoice, "0.01", PaymentMethod.TRANSFER)
    desk.pay(invoice, "99.99", PaymentMethod.CARD)

    assert desk.statuses(invoice) == ("paid", "paid")
    balance = balance_of(invoice)
    assert (balance.total, balance.paid, balance.left) == (Decimal("150.00"), Decimal("150.00"), Decimal(0))
    assert [str(row.status) for row in invoice.history.order_by("history_id")] == ["unpaid", "partial", "paid"]
    assert [row.payment_status for row in desk.visit.history.order_by("history_id")] == ["unpaid", "partial", "paid"]


def test_who_waits_for_the_payment_hears_of_it_when_the_visit_is_paid(desk):
    heard = []

    def listen(sender, *, invoice, payment, by, at, **named):
        heard.append((invoice.visit.payment_status, payment.amount, by, at))

    payment_received.connect(listen)
    try:
        desk.pay(desk.invoice())
    finally:
        payment_received.disconnect(listen)

    assert heard == [("paid", Decimal("150.00"), desk.mona, NINE)]


def test_a_payment_whose_consequence_fails_has_not_been_taken(desk):
    invoice = desk.invoice()

    def fail(sender, **named):
        raise RuntimeError("no doctor")

    payment_received.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="no doctor"):
            desk.pay(invoice)
    finally:
        payment_received.disconnect(fail)

    assert not Payment.objects.exists()
    assert desk.statuses(invoice) == ("unpaid", "unpaid")
    assert desk.pay(invoice).receipt_number == 1


@pytest.mark.parametrize(
    ("amount", "options", "code", "sentence"),
    [
        ("150.01", {}, RefusalCode.AMOUNT, "Only 150.00 SAR of invoice 1 is left to be paid. Take that much"),
        ("0", {}, RefusalCode.AMOUNT, "The amount must be 0.01 or more."),
        ("-1", {}, RefusalCode.AMOUNT, "The amount must be 0.01 or more."),
        ("1.001", {}, RefusalCode.AMOUNT, "The amount has more than two decimals."),
        ("NaN", {}, RefusalCode.AMOUNT, "This is not an amount of money."),
        ("1E+30", {}, RefusalCode.AMOUNT, "The amount is larger than 99999999.99."),
        ("1", {"method": "cheque"}, RefusalCode.INVALID, "There is no such way to pay."),
        ("1", {"reference": "x" * 81}, RefusalCode.INVALID, "The text is longer than 80 letters."),
    ],
    ids=["too much", "nothing", "negative", "fractions", "no number", "huge", "unknown method", "long reference"],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(desk, refused, amount, options, code, sentence):
    invoice = desk.invoice()

    with refused(code, saying=sentence):
        desk.pay(invoice, amount, **options)

    assert not Payment.objects.exists()
    assert not Message.objects.exists()
    assert desk.statuses(invoice) == ("unpaid", "unpaid")


def test_for_a_paid_invoice_nothing_more_is_taken(desk, refused):
    invoice = desk.invoice()
    desk.pay(invoice)

    with refused(RefusalCode.STATUS, saying="Invoice 1 is paid. Take nothing for it."):
        desk.pay(invoice, "0.01")

    assert balance_of(invoice).paid == Decimal("150.00")


def test_for_a_void_invoice_nothing_is_taken(desk, refused):
    invoice = desk.invoice()
    void(invoice, by=desk.rania, reason="Wrong patient")

    with refused(RefusalCode.STATUS, saying="Invoice 1 is void. Take nothing for it."):
        desk.pay(invoice)

    assert not Payment.objects.exists()


def test_the_same_form_pays_once(desk):
    invoice = desk.invoice()

    first, second = (desk.pay(invoice, "50.00", request_key=KEY) for _ in range(2))

    assert first == second
    assert (Payment.objects.count(), Message.objects.count()) == (1, 1)
    assert balance_of(invoice).paid == Decimal("50.00")


def test_the_form_that_has_paid_everything_can_be_sent_again(desk):
    invoice = desk.invoice()

    assert desk.pay(invoice, request_key=KEY) == desk.pay(invoice, request_key=KEY)


@pytest.mark.parametrize(
    "changed",
    [{"amount": "60.00"}, {"method": PaymentMethod.CARD}, {"reference": "Slip 8"}],
    ids=["another amount", "another method", "another slip"],
)
def test_the_same_form_does_not_pay_something_else(desk, changed):
    invoice = desk.invoice()
    desk.pay(invoice, "50.00", request_key=KEY)

    with pytest.raises(InvalidEntry, match=r"sent before, for 50\.00 SAR \(receipt 1\)\. Open a new one"):
        desk.pay(invoice, request_key=KEY, **{"amount": "50.00", **changed})

    assert balance_of(invoice).paid == Decimal("50.00")


def test_the_patient_gets_a_receipt_that_says_what_is_left(desk):
    invoice = desk.invoice()
    desk.pay(invoice, "50.00")
    desk.pay(invoice, "100.00")

    first, second = Message.objects.order_by("pk")
    assert (first.kind, first.subject, first.status, first.due_at) == (
        "receipt", "Receipt 1", MessageStatus.QUEUED, NINE,
    )  # fmt: skip
    assert first.body == (
        "Hello Huda, we have received 50.00 SAR at Olaya on Monday 7 January 2030. Receipt 1. "
        "Still to be paid: 100.00 SAR. Thank you."
    )
    assert second.body == (
        "Hello Huda, we have received 100.00 SAR at Olaya on Monday 7 January 2030. Receipt 2. Thank you."
    )


def test_the_receipt_is_in_the_patients_language(desk):
    desk.patient.language = "ar"
    desk.patient.save()

    desk.pay(desk.invoice(), "50.00")

    message = Message.objects.get()
    assert message.subject == "إيصال رقم 1"
    assert message.body == (
        "مرحبًا Huda، استلمنا منك 50.00 ر.س في Olaya يوم الاثنين 7 يناير 2030. رقم الإيصال 1. "
        "المبلغ المتبقي: 100.00 ر.س. شكرًا لك."
    )


def test_who_wants_no_messages_gets_none_and_pays_all_the_same(desk):
    desk.patient.accepts_messages = False
    desk.patient.save()

    desk.pay(desk.invoice())

    assert Message.objects.get().status == MessageStatus.SKIPPED
    assert Payment.objects.count() == 1


def test_an_invoice_of_another_organisation_is_not_there(desk):
    invoice, stranger = desk.invoice(), World()

    with pytest.raises(Invoice.DoesNotExist):
        record_payment(invoice, method="cash", amount=Decimal("1.00"), by=stranger.by)

    assert desk.statuses(invoice) == ("unpaid", "unpaid")
