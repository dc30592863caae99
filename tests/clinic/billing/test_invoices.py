"""Issuing invoices: what a patient is asked to pay, once for each thing, under the next number."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from clinic.billing.selectors import balance_of, visit_balance
from clinic.billing.services import Line, issue_invoice, line_for
from clinic.billing.signals import payment_received
from clinic.enums import RefusalCode
from clinic.errors import InvalidEntry
from clinic.models import Invoice, InvoiceLine, PackagePurchase, Patient
from clinic.packages.services import assign
from tests.clinic.full_world import World
from tests.factories import MONDAY, NINE, make_clinic, make_package, make_patient, make_visit

KEY = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def heard():
    """What payment_received has said: the invoice's key and the payment."""
    told = []

    def listen(sender, *, invoice, payment, **named):
        told.append((invoice.pk, payment))

    payment_received.connect(listen)
    yield told
    payment_received.disconnect(listen)


@pytest.fixture
def purchase(desk):
    return assign(make_package((desk.service, 10), name_ar="عشر جلسات"), desk.patient, by=desk.mona, on=MONDAY)


def test_an_invoice_asks_for_its_lines_in_the_words_and_prices_of_the_day(desk, purchase):
    bandage = Line("Bandage", "ضماد", Decimal("4.25"), quantity=3)

    invoice = desk.invoice(line_for(desk.service), line_for(purchase), bandage)

    assert (invoice.patient, invoice.clinic, invoice.visit) == (desk.patient, desk.clinic, desk.visit)
    assert (invoice.number, invoice.currency, invoice.issued_by, invoice.issued_at) == (1, "SAR", desk.mona, NINE)
    lines = InvoiceLine.objects.values_list("description_en", "description_ar", "service", "purchase", "amount")
    assert list(lines.order_by("pk")) == [
        ("Consultation", "استشارة", desk.service.pk, None, Decimal("150.00")),
        ("10 sessions", "عشر جلسات", None, purchase.pk, Decimal("1200.00")),
        ("Bandage", "ضماد", None, None, Decimal("12.75")),
    ]
    assert balance_of(invoice).total == balance_of(invoice).left == Decimal("1362.75")
    assert desk.statuses(invoice) == ("unpaid", "unpaid")
    assert [row.history_user for row in invoice.history.all()] == [desk.mona]


def test_a_price_that_a_fraction_of_two_does_not_hold_is_taken_several_times(desk):
    invoice = desk.invoice(Line("Bandage", "ضماد", Decimal("19.90"), quantity=3))

    assert invoice.lines.get().amount == Decimal("59.70")
    assert (balance_of(invoice).total, balance_of(invoice).left) == (Decimal("59.70"), Decimal("59.70"))


def test_invoices_are_numbered_one_after_the_other_in_each_organisation(desk):
    other = World()
    elsewhere = issue_invoice(other.patient, [line_for(other.service)], by=other.by, clinic=other.clinic)

    numbers = [desk.invoice(visit=None, patient=desk.patient).number for _ in range(3)]

    assert numbers == [1, 2, 3]
    assert elsewhere.number == Invoice.objects.filter(organisation=other.organisation).count()


def test_an_invoice_over_nothing_is_paid_at_once_and_opens_what_waits(desk, heard):
    free = replace(line_for(desk.service), unit_price=Decimal(0))

    invoice = desk.invoice(free)

    assert desk.statuses(invoice) == ("paid", "paid")
    assert heard == [(invoice.pk, None)]
    assert invoice.history.count() == 1


def test_an_invoice_to_be_paid_opens_nothing(desk, heard):
    desk.invoice()

    assert heard == []


def test_a_visit_that_is_over_asks_for_nothing_more(desk, refused):
    visit = make_visit(desk.patient, desk.clinic, status="closed", closed_at=NINE)

    with refused(RefusalCode.STATUS, saying="Let the patient in again"):
        desk.invoice(patient=desk.patient, visit=visit)

    assert visit.invoices.count() == 0


def test_a_visit_with_something_left_of_any_invoice_is_not_paid(desk):
    first, second = desk.invoice(), desk.invoice()
    desk.pay(first)

    assert desk.statuses(second) == ("unpaid", "partial")
    balance = visit_balance(desk.visit)
    assert (balance.total, balance.paid, balance.left) == (Decimal("300.00"), Decimal("150.00"), Decimal("150.00"))


def test_an_invoice_without_a_visit_leaves_all_visits_as_they_are(desk):
    desk.pay(desk.invoice(patient=desk.patient, visit=None))

    desk.visit.refresh_from_db()
    assert desk.visit.payment_status == "unpaid"


def test_the_same_form_issues_once(desk):
    first, second = (desk.invoice(request_key=KEY) for _ in range(2))

    assert first == second
    assert (Invoice.objects.count(), InvoiceLine.objects.count()) == (1, 1)
    with pytest.raises(InvalidEntry, match="for something else"):
        desk.invoice(patient=make_patient(desk.organisation), request_key=KEY)


def made(**fields):
    return Line(**{"description_en": "Bandage", "description_ar": "", "unit_price": Decimal("1.00"), **fields})


@pytest.mark.parametrize(
    "changed",
    [
        {"lines": [made(unit_price=Decimal("2.00"))]},
        {"lines": [made(quantity=2)]},
        {"lines": [made(description_en="Plaster")]},
        {"lines": [made(), made()]},
        {"lines": []},
        {"visit": None},
    ],
    ids=["another price", "more of it", "another thing", "another line", "nothing", "no visit"],
)
def test_the_same_form_does_not_ask_for_something_else(desk, changed):
    first = {"lines": [made()], "visit": desk.visit}
    asked = {"by": desk.mona, "clinic": desk.clinic, "request_key": KEY}
    issue_invoice(desk.patient, **first, **asked)

    with pytest.raises(InvalidEntry, match=r"sent before, for invoice 1 over 1\.00 SAR\. Look at that invoice"):
        issue_invoice(desk.patient, **{**first, **changed}, **asked)

    assert (Invoice.objects.count(), InvoiceLine.objects.count()) == (1, 1)


def test_the_same_lines_in_another_order_are_the_same_form(desk):
    lines = [made(), made(description_en="Plaster", unit_price=Decimal("3.00"))]
    asked = {"by": desk.mona, "clinic": desk.clinic, "request_key": KEY}

    first = issue_invoice(desk.patient, lines, **asked)

    assert issue_invoice(desk.patient, lines[::-1], **asked) == first


@pytest.mark.parametrize(
    ("lines", "code", "sentence"),
    [
        ([], RefusalCode.INVALID, "An invoice needs something to pay for."),
        ([made(unit_price=Decimal("-1.00"))], RefusalCode.AMOUNT, "The amount must be 0.00 or more."),
        ([made(unit_price=Decimal("1.005"))], RefusalCode.AMOUNT, "The amount has more than two decimals."),
        ([made(unit_price=Decimal("NaN"))], RefusalCode.AMOUNT, "This is not an amount of money."),
        ([made(quantity=0)], RefusalCode.INVALID, "A line of an invoice is for 1 to 999 of a thing."),
        ([made(description_en=" ")], RefusalCode.INVALID, "A line of an invoice is described in 1 to 250 letters."),
        ([made(description_ar="ن" * 251)], RefusalCode.INVALID, "described in 1 to 250 letters."),
        (
            [made(unit_price=Decimal("99999999.99"), quantity=2)],
            RefusalCode.AMOUNT,
            "The invoice is over more than 99,999,999.99 SAR.",
        ),
    ],
    ids=["no line", "negative", "fractions", "no number", "none of it", "no words", "long words", "too much"],
)
def test_what_cannot_be_asked_for_is_refused_and_no_number_is_spent(desk, refused, lines, code, sentence):
    with refused(code, saying=sentence):
        issue_invoice(desk.patient, lines, by=desk.mona, clinic=desk.clinic)

    assert not Invoice.objects.exists()
    assert desk.invoice().number == 1


def test_everything_that_is_wrong_is_said_at_once(desk, refused):
    with refused(RefusalCode.INVALID, RefusalCode.AMOUNT):
        desk.invoice(made(quantity=0), made(unit_price=Decimal("1.005")))


def test_a_package_is_asked_for_once(desk, refused, purchase):
    desk.invoice(line_for(purchase))

    with refused(RefusalCode.STATUS, saying="The package is on invoice 1 already. Take the payment for that invoice."):
        desk.invoice(line_for(purchase))


def test_a_package_is_not_twice_on_one_invoice(desk, refused, purchase):
    with refused(RefusalCode.INVALID, saying="The same fee or package is on the invoice twice. Leave one of them out."):
        desk.invoice(line_for(purchase), line_for(purchase))


def test_another_patients_package_is_not_asked_for(desk, refused, purchase):
    with refused(RefusalCode.WRONG_PATIENT, saying="This package is another patient's."):
        desk.invoice(line_for(purchase), patient=make_patient(desk.organisation, "Omar"))


def test_an_invoice_stands_in_a_visit_of_its_own_patient_and_clinic(desk, refused):
    omar = make_patient(desk.organisation, "Omar")
    elsewhere = make_visit(desk.patient, make_clinic(desk.organisation))

    for visit in (make_visit(omar, desk.clinic), elsewhere):
        with refused(RefusalCode.WRONG_PATIENT, saying="This visit is another patient's, or in another clinic."):
            desk.invoice(patient=desk.patient, visit=visit)


def test_rows_of_another_organisation_are_not_there(desk, purchase):
    stranger = World()

    with pytest.raises(Patient.DoesNotExist):
        issue_invoice(desk.patient, [made()], by=stranger.by, clinic=stranger.clinic)
    with pytest.raises(PackagePurchase.DoesNotExist):
        issue_invoice(stranger.patient, [line_for(purchase)], by=stranger.by, clinic=stranger.clinic)
    assert not Invoice.objects.filter(patient=desk.patient).exists()
