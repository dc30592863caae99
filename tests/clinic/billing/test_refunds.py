"""Giving money back: never more than was taken, and with a second person once the doctor has begun."""

from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from clinic.billing.selectors import balance_of, refundable, taken_today, with_balances
from clinic.billing.services import approve_refund, ask_refund, refund, refuse_refund
from clinic.enums import (
    BillTiming,
    PaymentKind,
    PaymentMethod,
    RefundRequestStatus,
    RefusalCode,
)
from clinic.errors import InvalidEntry
from clinic.messaging.texts import own_words
from clinic.models import Invoice, Message, MessageTemplate, Payment, RefundRequest
from tests.clinic.full_world import World
from tests.factories import NINE, make_clinic, make_consultation, make_user

KEY = UUID("00000000-0000-4000-8000-000000000001")
FIFTY, WHOLE = Decimal("50.00"), Decimal("150.00")


@pytest.fixture
def paid(desk):
    """A payment of 150.00 for Huda's visit."""
    return desk.pay(desk.invoice())


@pytest.fixture
def begun(desk, paid):
    """The same payment after the doctor has begun."""
    make_consultation(desk.visit, desk.service, bill_timing=BillTiming.BEFORE, line=paid.invoice.lines.get())
    return paid


def give_back(desk, payment, amount=FIFTY, **options):
    return refund(payment, amount=amount, **{"by": desk.mona, "reason": "Came too late", "at": NINE, **options})


def ask(desk, payment, amount=FIFTY, **options):
    return ask_refund(payment, amount=amount, **{"by": desk.mona, "reason": "Unhappy", "at": NINE, **options})


def test_a_refund_is_a_payment_below_zero_with_a_receipt_of_its_own(desk, paid):
    given = give_back(desk, paid)

    assert (given.kind, given.amount, given.refund_of, given.receipt_number) == (PaymentKind.REFUND, -FIFTY, paid, 2)
    assert (given.method, given.clinic, given.taken_by, given.taken_at) == ("cash", desk.clinic, desk.mona, NINE)
    assert (given.reason, given.approved_by) == ("Came too late", None)
    assert balance_of(paid.invoice).paid == Decimal("100.00")
    assert desk.statuses(paid.invoice) == ("partial", "partial")


def test_a_refund_comes_out_of_the_drawer_of_the_clinic_where_it_is_given(desk, paid):
    malaz = make_clinic(desk.organisation, "Malaz")

    give_back(desk, paid, clinic=malaz)
    approve_refund(ask(desk, paid, clinic=malaz), by=desk.rania, at=NINE)

    assert paid.clinic == desk.clinic
    assert [row.clinic for row in paid.refunds.all()] == [malaz, malaz]
    assert taken_today(desk.mona, malaz, at=NINE).cash == Decimal("-100.00")
    assert taken_today(desk.mona, desk.clinic, at=NINE).cash == WHOLE


def test_an_invoice_that_is_given_back_whole_is_unpaid_again(desk, paid):
    give_back(desk, paid)
    give_back(desk, paid, Decimal("100.00"), method=PaymentMethod.TRANSFER)

    assert desk.statuses(paid.invoice) == ("unpaid", "unpaid")
    assert refundable(paid) == 0
    assert list(Payment.objects.order_by("pk").values_list("method", "amount")) == [
        ("cash", WHOLE), ("cash", -FIFTY), ("transfer", Decimal("-100.00")),
    ]  # fmt: skip


def test_what_is_given_back_in_parts_leaves_nothing_at_all_paid(desk):
    payment = desk.pay(desk.invoice(), "0.30")

    for part in ("0.10", "0.20"):
        give_back(desk, payment, Decimal(part))

    row = with_balances(Invoice.objects.all()).get()
    assert (row.total, row.paid, row.left) == (WHOLE, 0, WHOLE)


@pytest.mark.parametrize(
    ("amount", "options", "code", "sentence"),
    [
        (Decimal("150.01"), {}, RefusalCode.AMOUNT, "Only 150.00 SAR of receipt 1 can be given back."),
        (Decimal(0), {}, RefusalCode.AMOUNT, "The amount must be 0.01 or more."),
        (FIFTY, {"reason": "  "}, RefusalCode.INVALID, "This needs a reason."),
        (FIFTY, {"reason": "x" * 251}, RefusalCode.INVALID, "The text is longer than 250 letters."),
        (FIFTY, {"method": "cheque"}, RefusalCode.INVALID, "There is no such way to pay."),
    ],
    ids=["more than paid", "nothing", "no reason", "long reason", "unknown method"],
)
def test_what_cannot_be_given_back_is_refused_and_nothing_is_written(
    desk, paid, refused, amount, options, code, sentence
):
    with refused(code, saying=sentence):
        give_back(desk, paid, amount, **options)

    assert Payment.objects.count() == 1
    assert desk.statuses(paid.invoice) == ("paid", "paid")


def test_no_more_is_given_back_than_earlier_refunds_have_left(desk, paid, refused):
    give_back(desk, paid, Decimal("100.00"))

    with refused(RefusalCode.AMOUNT, saying="Only 50.00 SAR of receipt 1 can be given back."):
        give_back(desk, paid, Decimal("50.01"))
    give_back(desk, paid, FIFTY)
    with refused(RefusalCode.AMOUNT, saying="Receipt 1 has been given back whole."):
        give_back(desk, paid, Decimal("0.01"))

    assert balance_of(paid.invoice).paid == 0


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (
            "en",
            "Refund, receipt 2",
            "Hello Huda, we have given back 50.00 SAR of receipt 1 at Olaya on Monday 7 January 2030. Receipt 2.",
        ),
        (
            "ar",
            "استرداد، إيصال رقم 2",
            "مرحبًا Huda، أعدنا إليك 50.00 ر.س من الإيصال رقم 1 في Olaya يوم الاثنين 7 يناير 2030. رقم الإيصال 2.",
        ),
    ],
)
def test_the_patient_gets_a_receipt_of_what_was_given_back_once(desk, paid, language, subject, body):
    desk.patient.language = language
    desk.patient.save()

    for _ in range(2):
        give_back(desk, paid, request_key=KEY)

    _payment, message = Message.objects.order_by("pk")
    assert (message.kind, message.status, message.due_at) == ("receipt", "queued", NINE)
    assert (message.subject, message.body) == (subject, body)


def test_own_words_for_receipts_of_payments_are_not_used_for_a_refund(desk, paid):
    MessageTemplate.objects.create(
        organisation=desk.organisation, kind="receipt", language="en", subject="Thanks {{ number }}",
        body="We received {{ amount }}",
    )  # fmt: skip
    own_words.forget(desk.organisation.pk)

    give_back(desk, paid)

    assert "given back 50.00 SAR" in Message.objects.latest("pk").body


def test_a_refund_is_not_given_back_again(desk, paid, refused):
    given = give_back(desk, paid)

    with refused(RefusalCode.STATUS, saying="Receipt 2 is a refund itself"):
        give_back(desk, given)


def test_the_same_form_gives_back_once(desk, paid):
    first = give_back(desk, paid, request_key=KEY)
    second = give_back(desk, paid, request_key=KEY)

    assert first == second
    assert balance_of(paid.invoice).paid == Decimal("100.00")
    for changed in ({"amount": WHOLE}, {"reason": "Something else"}):
        with pytest.raises(InvalidEntry, match=r"sent before and has given back 50\.00 SAR \(receipt 2\)"):
            give_back(desk, paid, **changed, request_key=KEY)
    assert Payment.objects.count() == 2


def test_once_the_doctor_has_begun_nobody_gives_money_back_alone(desk, begun, refused):
    with refused(RefusalCode.SECOND_PERSON, saying="has begun. Ask for the refund: a second person approves it"):
        give_back(desk, begun, by=desk.rania)

    assert Payment.objects.count() == 1


def test_what_one_person_asks_for_another_one_approves(desk, begun):
    request = ask(desk, begun)
    assert (request.status, request.asked_by, Payment.objects.count()) == ("asked", desk.mona, 1)

    approve_refund(request, by=desk.rania, at=NINE)

    request = RefundRequest.objects.get()
    assert (request.status, request.answered_by, request.answered_at) == ("approved", desk.rania, NINE)
    given = request.refund
    assert (given.amount, given.taken_by, given.approved_by) == (-FIFTY, desk.mona, desk.rania)
    assert desk.statuses(begun.invoice) == ("partial", "partial")
    assert [row.history_user for row in request.history.order_by("history_id")] == [desk.mona, desk.rania]


def test_a_request_can_be_refused_for_a_reason_and_asked_again(desk, begun, refused):
    request = ask(desk, begun)

    with refused(RefusalCode.INVALID, saying="This needs a reason."):
        refuse_refund(request, by=desk.rania, answer=" ")
    refuse_refund(request, by=desk.rania, answer="The consultation took place", at=NINE)
    with refused(RefusalCode.STATUS, saying="has been answered: Refused"):
        approve_refund(request, by=desk.rania)

    assert RefundRequest.objects.values_list("status", "answer", "refund").get() == (
        RefundRequestStatus.REFUSED, "The consultation took place", None,
    )  # fmt: skip
    assert ask(desk, begun).status == RefundRequestStatus.ASKED


@pytest.mark.parametrize(
    ("answerer", "code"),
    [("asker", RefusalCode.SECOND_PERSON), ("another", RefusalCode.PERMISSION)],
    ids=["who asked", "who may not"],
)
@pytest.mark.parametrize("answer", [approve_refund, partial(refuse_refund, answer="No")], ids=["approve", "refuse"])
def test_who_asked_or_may_not_does_not_answer(desk, begun, refused, answerer, code, answer):
    request = ask(desk, begun, by=desk.rania)
    by = desk.rania if answerer == "asker" else make_user(desk.organisation)

    with refused(code):
        answer(request, by=by)

    assert (RefundRequest.objects.get().status, Payment.objects.count()) == ("asked", 1)


def test_a_payment_has_one_request_at_a_time(desk, begun, refused):
    ask(desk, begun)

    with refused(RefusalCode.STATUS, saying="has been asked for already. Wait for the answer."):
        ask(desk, begun)

    assert RefundRequest.objects.count() == 1


def test_no_more_is_approved_than_is_left_by_then(desk, paid, refused):
    request = ask(desk, paid, WHOLE)
    give_back(desk, paid)

    with refused(RefusalCode.AMOUNT, saying="Only 100.00 SAR of receipt 1"):
        approve_refund(request, by=desk.rania)

    assert balance_of(paid.invoice).paid == Decimal("100.00")


def test_more_than_was_paid_is_not_even_asked_for(desk, begun, refused):
    with refused(RefusalCode.AMOUNT, saying="Only 150.00 SAR of receipt 1"):
        ask(desk, begun, Decimal("150.01"))

    assert not RefundRequest.objects.exists()


def test_a_payment_of_another_organisation_is_not_there(desk, paid):
    stranger = World().by

    for verb in (refund, ask_refund):
        with pytest.raises(Payment.DoesNotExist):
            verb(paid, amount=FIFTY, by=stranger, reason="Mine")
    assert Payment.objects.filter(organisation=desk.organisation).count() == 1
    assert Message.objects.filter(patient=desk.patient, kind="receipt").count() == 1
