"""Selling a package at the cash desk, and taking the sale back."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER
from clinic.enums import AppointmentStatus, PaymentStatus
from clinic.models import Appointment, Operation, PackagePurchase, Payment
from tests.admin_ext.cash import HTMX, CashDesk, chosen
from tests.admin_ext.toasts import toast_of
from tests.factories import NINE, make_appointment, make_package, make_service


class Counter(CashDesk):
    """Eman was treated this morning and wants ten sessions of physiotherapy."""

    def __init__(self, ours, client):
        super().__init__(ours, client)
        self.physio = make_service(ours.provider, name="Physiotherapy", name_ar="علاج طبيعي")
        self.package = make_package((self.physio, 10), name="10 sessions")
        self.eman = self.patient("Eman")
        self.held = make_appointment(
            self.eman, self.physio, ours.provider, ours.clinic, NINE.replace(hour=7),
            status=AppointmentStatus.COMPLETED, completed_at=NINE,
        )  # fmt: skip

    def sell(self, **values):
        sent = {
            "patient": self.eman.pk, "package": self.package.pk, "session_for": self.held.pk, "method": "cash",
            "amount": "1200.00", "request_key": uuid4(), **values,
        }  # fmt: skip
        return self.post("sell_package", **sent)

    def offered(self, **query) -> str:
        headers = {**HTMX, "HX-Target": "sale-packages"}
        asked = {"patient": self.eman.pk, **query}
        return self.client.get(self.address("sell_package"), asked, headers=headers).content.decode()


@pytest.fixture
def cash(today_at_nine, ours, sign_in):
    return Counter(ours, sign_in(ours.organisation, CASHIER))


def test_packages_are_found_by_their_name_and_by_their_services_in_both_languages(cash):
    assert all("10 sessions" in cash.offered(q=term) for term in ("phys", "10 ses", "طبيعي", ""))
    assert "Ours package" not in cash.offered(q="phys")
    assert "No package is called “nonsense”" in cash.offered(q="nonsense")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_offer_costs_the_same_number_of_queries_whatever_the_rows(cash, rows, django_assert_num_queries):
    for number in range(rows):
        make_package((cash.physio, 5), name=f"Package {number}")

    with django_assert_num_queries(OFFER_QUERIES):
        cash.page("sell_package", patient=cash.eman.pk)


OFFER_QUERIES = 8  # six of them are the person's


def test_choosing_a_package_presets_its_price_and_the_session_of_today(cash):
    headers = {**HTMX, "HX-Target": "sale-choice"}
    asked = {"patient": cash.eman.pk, "package": cash.package.pk}

    shown = cash.client.get(cash.address("sell_package"), asked, headers=headers).content.decode()

    assert f'name="session_for" value="{cash.held.pk}" checked' in shown
    assert 'value="1200.00"' in shown


def test_selling_uses_the_session_takes_the_money_and_prints(cash):
    answer = cash.sell(print="1")

    purchase = PackagePurchase.objects.get(package=cash.package)
    cash.held.refresh_from_db()
    assert (purchase.patient, purchase.total_sessions, purchase.sessions_used) == (cash.eman, 10, 1)
    assert (cash.held.package_purchase, cash.held.session_number) == (purchase, 1)
    payment = Payment.objects.get(invoice__patient=cash.eman)
    assert payment.invoice.status == PaymentStatus.PAID
    toast = toast_of(answer)
    assert f"receipt {payment.receipt_number}." in toast["text"]
    assert toast["undo"] == reverse("admin:undo_sale", args=[Operation.objects.get(kind="sale").public_id])
    assert reverse("admin:receipt", args=[payment.pk]) in answer.headers["HX-Trigger"]


def test_same_form_sent_twice_sells_once(cash):
    key = uuid4()

    first, second = cash.sell(request_key=key), cash.sell(request_key=key)

    assert PackagePurchase.objects.filter(package=cash.package).count() == 1
    assert toast_of(first)["text"] == toast_of(second)["text"]


def test_selling_without_a_session_leaves_the_appointment_alone(cash):
    cash.sell(session_for="")

    assert Appointment.objects.get(pk=cash.held.pk).package_purchase is None


def test_what_is_refused_stays_open_with_the_input_kept(cash):
    shown = cash.sell(amount="1300.00", method="card", session_for="").content.decode()

    assert "Write an amount of at most 1200.00." in shown
    assert "of invoice" not in shown
    assert 'value="1300.00"' in shown
    assert (chosen(shown), chosen(shown, "package")) == ("card", str(cash.package.pk))
    assert f'name="session_for" value="{cash.held.pk}" >' in shown
    assert not PackagePurchase.objects.filter(package=cash.package).exists()


def test_a_package_has_to_be_chosen(cash):
    assert "Choose a package first." in cash.sell(package="").content.decode()


def test_who_is_to_buy_is_found_first(cash, theirs):
    shown = cash.page("sell_package", q="eman", htmx=True)

    assert f"?patient={cash.eman.pk}" in shown
    assert cash.post("sell_package").status_code == 404


def test_who_is_not_found_is_sent_where_a_file_is_opened(cash):
    assert "The front desk opens a file for a new patient." in cash.page("sell_package", q="nobody", htmx=True)


def test_rows_of_another_organisation_are_not_found(cash, theirs):
    assert cash.client.get(cash.address("sell_package"), {"patient": theirs.patient.pk}).status_code == 404
    assert cash.sell(patient=theirs.patient.pk).status_code == 404
    assert cash.sell(package=theirs.package.pk).status_code == 404
    assert "Select a valid choice" in cash.sell(session_for=theirs.appointment.pk).content.decode()
    assert cash.post("undo_sale", theirs.operation.public_id).status_code == 404
    assert "Theirs" not in cash.offered()


def test_one_undo_restores_the_appointment_and_the_money(cash):
    before = Appointment.objects.filter(pk=cash.held.pk).values().get()
    undo = toast_of(cash.sell())["undo"]

    answer = cash.client.post(undo, headers=HTMX)
    again = cash.client.post(undo, headers=HTMX)

    assert toast_of(answer)["text"] == "The sale is taken back."
    assert toast_of(again)["tags"] == "error"
    assert Appointment.objects.filter(pk=cash.held.pk).values().get() == before
    assert sum(Payment.objects.filter(invoice__patient=cash.eman).values_list("amount", flat=True)) == 0
    assert PackagePurchase.objects.get(package=cash.package).status == "cancelled"


@pytest.mark.parametrize("role", [FRONT_DESK, MANAGER])
def test_who_gives_no_money_back_undoes_no_sale(cash, sign_in, role):
    cash.sell()
    public_id = Operation.objects.get(kind="sale").public_id
    client = sign_in(cash.ours.organisation, role)

    answers = [client.post(cash.address(page, public_id)) for page in ("undo_sale", "undo_operation")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert PackagePurchase.objects.get(package=cash.package).status == "active"


def test_the_sale_stands_among_the_bulk_actions(cash, sign_in):
    cash.sell()
    operation = Operation.objects.get(kind="sale")
    client = sign_in(cash.ours.organisation, MANAGER)

    shown = client.get(cash.address("operation", operation.public_id)).content.decode()

    assert "Package sold" in shown
    assert "Eman" in shown


def test_the_invoice_of_a_sale_leads_to_its_undo_until_the_day_ends(cash):
    cash.sell()
    operation = Operation.objects.get(kind="sale")
    invoice = Payment.objects.get(invoice__patient=cash.eman).invoice
    undo = cash.address("undo_sale", operation.public_id)

    assert undo in cash.page("invoice", invoice.pk)
    with time_machine.travel(NINE + timedelta(days=1), tick=False):
        cash.client.force_login(cash.user)
        assert undo not in cash.page("invoice", invoice.pk)
    cash.client.post(undo, headers=HTMX)
    assert undo not in cash.page("invoice", invoice.pk)
