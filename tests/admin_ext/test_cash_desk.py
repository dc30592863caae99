"""The cash desk: who has something to pay, and taking it once."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER
from clinic.enums import ChargeStatus, PaymentMethod, PaymentStatus
from clinic.models import Charge, Invoice, Payment
from tests.admin_ext.cash import HTMX, CashDesk, chosen
from tests.admin_ext.toasts import toast_of
from tests.factories import NINE, make_appointment, make_clinic, make_payment, make_visit


@pytest.fixture
def cash(today_at_nine, ours, sign_in):
    Charge.objects.all().delete()
    return CashDesk(ours, sign_in(ours.organisation, CASHIER))


def fee(cash, name="Omar", amount=50, **fields) -> Charge:
    ours, patient = cash.ours, cash.patient(name)
    missed = make_appointment(patient, ours.service, ours.provider, ours.clinic, status="no_show")
    return Charge.objects.create(
        organisation=ours.organisation, patient=patient, appointment=missed, kind="no_show", amount=amount,
        raised_at=NINE, **fields,
    )  # fmt: skip


def test_the_queue_shows_who_has_something_to_pay_and_who_was_sent_by_a_doctor_on_top(cash):
    cash.invoice("150.00", "30.00", name="Waiting")
    cash.sent("Sent here", at=NINE)
    fee(cash, "Missed one")

    shown = cash.page("cash_desk")

    assert "3 patients have something to pay" in shown
    assert shown.index("Sent here") < shown.index("Waiting") < shown.index("Missed one")
    assert f'Sent by <bdi>{cash.ours.user}</bdi>, <bdi dir="ltr">09:00</bdi>' in shown
    assert "180.00 SAR" in shown
    assert "No-show, 7 January 2030" in shown


def test_the_queue_is_of_one_clinic_and_remembers_which(cash):
    other = make_clinic(cash.ours.organisation, "Zahra")
    cash.invoice(name="Here")
    cash.invoice(name="There", clinic=other)

    assert "There" not in cash.page("cash_desk")
    assert "There" in cash.page("cash_desk", clinic=other.pk)
    assert "There" in cash.page("cash_desk")


def test_the_queue_begins_where_the_person_took_money_last(cash):
    zahra = make_clinic(cash.ours.organisation, "Zahra")
    cash.invoice(name="Here")
    make_payment(cash.invoice(name="Paid there", clinic=zahra), "10.00", taken_by=cash.user)

    shown = cash.page("cash_desk")

    assert "Paid there" in shown
    assert "Here" not in shown


def test_each_clinic_says_how_many_are_to_pay_there(cash):
    zahra = make_clinic(cash.ours.organisation, "Zahra")
    for name in ("Huda", "Omar"):
        cash.invoice(name=name, clinic=zahra)
    fee(cash, "Missed one")

    shown = cash.page("cash_desk")

    assert ">Zahra · 2 to pay</option>" in shown
    assert f"selected>{cash.ours.clinic} · 1 to pay</option>" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_more_clinics_cost_the_same_number_of_queries(cash, rows, django_assert_num_queries):
    for number in range(rows):
        cash.invoice(name=f"There {number}", clinic=make_clinic(cash.ours.organisation, f"Zahra {number}"))
    cash.page("cash_desk")

    with django_assert_num_queries(12):  # six of them are the person's
        cash.page("cash_desk")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_number_of_queries_whatever_the_rows(cash, rows, django_assert_num_queries):
    for number in range(rows):
        cash.sent(f"Sent {number}")
        cash.invoice("10.00", "20.00", name=f"Waiting {number}")
        here(cash, f"Here {number}", hour=9 + number)
    fee(cash)
    cash.page("cash_desk")

    with django_assert_num_queries(12):  # six of them are the person's
        cash.page("cash_desk")


def test_the_queue_is_drawn_again_only_when_it_has_changed(cash):
    cash.invoice(name="Waiting")
    answer = cash.client.get(reverse("admin:cash_desk"), headers=HTMX)
    version = answer.context["version"]

    same = cash.client.get(reverse("admin:cash_desk"), {"version": version}, headers=HTMX)
    cash.sent("Sent here")
    changed = cash.client.get(reverse("admin:cash_desk"), {"version": version}, headers=HTMX)

    assert (same.status_code, changed.status_code) == (204, 200)
    assert "Sent here" in changed.content.decode()


def test_an_empty_queue_says_how_to_go_on(cash):
    assert "found by the search above" in cash.page("cash_desk")


def test_a_patient_is_found_and_shown_with_what_is_owed_anywhere(cash):
    other = make_clinic(cash.ours.organisation, "Zahra")
    patient = cash.patient("Salma Al-Harbi")
    invoice = cash.invoice(patient=patient, clinic=other)
    cash.invoice(name="Somebody else")

    found = cash.page("cash_desk", q="salma", htmx=True)
    account = cash.page("cash_desk", patient=patient.pk)

    assert f'href="{reverse("admin:cash_desk")}?patient={patient.pk}"' in found
    assert "Somebody else" not in found
    assert reverse("admin:take_payment", args=[invoice.pk]) in account
    assert f"Invoice {invoice.number}" in account
    assert "Somebody else" not in account


def test_the_account_of_a_patient_says_the_name_once_and_where_it_is_to_be_paid(cash):
    patient = cash.patient("Salma Al-Harbi")
    cash.invoice(patient=patient, clinic=make_clinic(cash.ours.organisation, "Zahra"))

    account = cash.page("cash_desk", patient=patient.pk, htmx=True)

    assert account.count("<bdi>Salma Al-Harbi</bdi>") == 1
    assert "<bdi>Zahra</bdi>" in account


def test_a_visit_leads_to_its_patient(cash):
    visit = make_visit(cash.patient("Salma"), cash.ours.clinic)

    assert "Salma" in cash.page("cash_desk", visit=visit.pk)


def test_paying_presets_what_is_left_and_the_last_method(cash):
    invoice = cash.invoice("150.00")
    first = cash.page("take_payment", invoice.pk, htmx=True)
    cash.pay(invoice, amount="50.00", method="card")

    again = cash.page("take_payment", invoice.pk, htmx=True)

    assert 'value="150.00"' in first
    assert chosen(first) == "cash"
    assert 'value="100.00"' in again
    assert chosen(again) == "card"
    assert "50.00 SAR" in again


def test_pay_and_print_takes_the_money_and_asks_for_the_receipt(cash):
    invoice = cash.sent()

    answer = cash.pay(invoice, reference="slip 1", print="1")

    payment = Payment.objects.exclude(pk=cash.ours.payment.pk).get()
    assert (payment.amount, payment.method, payment.reference) == (150, PaymentMethod.CASH, "slip 1")
    assert (payment.taken_by, payment.clinic) == (cash.user, cash.ours.clinic)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.visit.payment_status) == (PaymentStatus.PAID, PaymentStatus.PAID)
    text = toast_of(answer)["text"]
    assert f"receipt {payment.receipt_number}. Nothing is left." in text
    assert reverse("admin:receipt", args=[payment.pk]) in answer.headers["HX-Trigger"]
    assert "cash-changed" in answer.headers["HX-Trigger"]


def test_paying_without_paper_prints_nothing(cash):
    answer = cash.pay(cash.invoice())

    assert answer.status_code == 204
    assert "print-paper" not in answer.headers["HX-Trigger"]


def test_several_payments_by_several_methods_settle_one_invoice(cash):
    invoice = cash.invoice("150.00")

    said = [toast_of(cash.pay(invoice, amount=amount, method=method))["text"] for amount, method in
            [("50.00", "cash"), ("60.00", "card"), ("40.00", "transfer")]]  # fmt: skip

    assert ["Left:" in text for text in said] == [True, True, False]
    invoice.refresh_from_db()
    assert invoice.status == PaymentStatus.PAID


def test_same_form_sent_twice_takes_the_money_once(cash):
    invoice, key = cash.invoice(), uuid4()

    first, second = cash.pay(invoice, key=key), cash.pay(invoice, key=key)

    assert invoice.payments.count() == 1
    assert toast_of(first)["text"] == toast_of(second)["text"]


def test_more_than_is_left_is_refused_and_the_input_kept(cash):
    invoice = cash.invoice("150.00")

    answer = cash.pay(invoice, amount="200.00", method="card", reference="slip 9")

    shown = answer.content.decode()
    assert "150.00 SAR of invoice" in shown
    assert 'value="200.00"' in shown
    assert 'value="slip 9"' in shown
    assert chosen(shown) == "card"
    assert answer["HX-Retarget"] == "#modal-content"
    assert not invoice.payments.exists()


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("", "Write an amount."),
        ("0", "Write an amount of at least 0.01."),
        ("-5", "Write an amount of at least 0.01."),
        ("1.234", "Write an amount with no more than two decimals."),
        ("12345678901", "This amount is too large."),
        ("123456789", "This amount is too large."),
        ("NaN", "Write the amount in digits, such as 150.00."),
        ("many", "Write the amount in digits, such as 150.00."),
    ],
)
def test_what_is_no_amount_is_refused_with_what_to_write_instead(cash, amount, said):
    invoice = cash.invoice()

    answer = cash.pay(invoice, amount=amount)

    assert f'id="id_amount_error">{said}</p>' in answer.content.decode()
    assert not invoice.payments.exists()


def test_without_scripts_paying_leads_to_the_receipt(cash):
    invoice = cash.invoice()

    answer = cash.post(
        "take_payment", invoice.pk, htmx=False, amount="150.00", method="cash", request_key=uuid4(), print="1"
    )

    assert answer.url == reverse("admin:receipt", args=[invoice.payments.get().pk]) + "?print=1"


def test_fees_are_paid_together_and_become_one_invoice(cash):
    row = fee(cash, amount=50)
    assert "No-show, 7 January 2030" in cash.page("pay_fees", row.patient_id, htmx=True)
    key = uuid4()

    for _ in range(2):
        answer = cash.pay(row.patient, amount="50.00", key=key, page="pay_fees")

    row.refresh_from_db()
    assert (row.status, row.invoice.status) == (ChargeStatus.PAID, PaymentStatus.PAID)
    assert "Nothing is left" in toast_of(answer)["text"]
    assert row.invoice.payments.get().amount == Decimal("50.00")


@pytest.mark.parametrize("page", ["take_payment", "pay_fees"])
def test_same_form_with_another_amount_says_what_was_taken(cash, page):
    row, key = fee(cash, amount=50), uuid4()
    invoice = cash.invoice("50.00")
    payer = invoice if page == "take_payment" else row.patient
    cash.pay(payer, amount="20.00", key=key, page=page)

    answer = cash.pay(payer, amount="30.00", key=key, page=page)

    assert "sent before, for 20.00 SAR" in answer.content.decode()
    assert [payment.amount for payment in Payment.objects.filter(request_key=key)] == [Decimal("20.00")]


def test_more_than_the_fees_is_refused_before_there_is_an_invoice(cash):
    row = fee(cash, amount=50)

    answer = cash.pay(row.patient, amount="60.00", page="pay_fees")

    assert "id_amount_error" in answer.content.decode()
    assert not Invoice.objects.filter(patient=row.patient).exists()


def test_rows_of_another_organisation_are_not_found_nor_shown(cash, theirs):
    pages = [
        ("take_payment", theirs.invoice.pk), ("pay_fees", theirs.patient.pk), ("receipt", theirs.payment.pk),
        ("invoice", theirs.invoice.pk), ("refund", theirs.payment.pk), ("day_closing", theirs.closing.pk),
        ("pay_session", theirs.appointment.pk),
    ]  # fmt: skip

    assert [cash.client.get(cash.address(*page)).status_code for page in pages] == [404] * len(pages)
    assert cash.pay(theirs.invoice).status_code == 404
    for name, row in (("patient", theirs.patient), ("visit", theirs.visit)):
        assert cash.client.get(reverse("admin:cash_desk"), {name: row.pk}).status_code == 404
    assert "Theirs" not in cash.page("cash_desk", clinic=theirs.clinic.pk)
    assert cash.client.get(reverse("admin:cash_desk"), {"q": "Theirs"}).context["found"] == []


def test_names_are_escaped(cash):
    invoice = cash.sent("<script>alert(1)</script>")
    invoice.patient.name_ar = "<b>bold</b>"
    invoice.patient.save()
    payment = cash.pay(invoice) and invoice.payments.get()

    other = cash.invoice(patient=invoice.patient)
    pages = [
        cash.page("cash_desk"), cash.page("take_payment", other.pk), cash.page("invoice", invoice.pk),
        cash.page("receipt", payment.pk), cash.page("sell_package", patient=invoice.patient.pk),
    ]  # fmt: skip

    assert not [page for page in pages if "<script>alert(1)" in page or "<b>bold" in page]


def here(cash, name="Eman", hour=9):
    ours, starts_at = cash.ours, NINE.replace(hour=hour)
    patient = cash.patient(name)
    return make_appointment(patient, ours.service, ours.provider, ours.clinic, starts_at, status="arrived", lane=1)


def test_who_is_here_without_a_package_can_pay_for_the_session_or_buy_one(cash):
    row = here(cash)

    shown = cash.page("cash_desk")

    assert "Here today without a package" in shown
    assert reverse("admin:pay_session", args=[row.pk]) in shown
    assert f"{reverse('admin:sell_package')}?patient={row.patient_id}" in shown


def test_session_is_billed_and_paid_once(cash):
    row, key = here(cash), uuid4()
    price = f"{cash.ours.service.price:.2f}"
    assert f'value="{price}"' in cash.page("pay_session", row.pk, htmx=True)

    for _ in range(2):
        answer = cash.pay(row, amount=price, key=key, page="pay_session")

    assert "Nothing is left" in toast_of(answer)["text"]
    invoice = Invoice.objects.get(patient=row.patient)
    assert (invoice.status, invoice.lines.get().service) == (PaymentStatus.PAID, cash.ours.service)
    assert "Here today without a package" not in cash.page("cash_desk")
    assert "Nothing is left to pay." in cash.page("pay_session", row.pk, htmx=True)


def test_session_that_somebody_else_has_billed_meanwhile_is_refused(cash):
    row = here(cash)
    cash.pay(row, amount="150.00", page="pay_session")

    answer = cash.pay(row, amount="150.00", page="pay_session")

    assert "pays for it already" in answer.content.decode()
    assert Invoice.objects.filter(patient=row.patient).count() == 1
