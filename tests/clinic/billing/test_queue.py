"""The cashier's queue: whom a doctor has sent, then who is here, then old debts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.billing.selectors import balance_of, to_be_paid, with_balances
from clinic.billing.services import line_for, raise_fee, void, waive
from clinic.enums import AppointmentStatus, ChargeKind
from clinic.models import Invoice, Visit
from tests.factories import NINE, make_appointment, make_clinic, make_patient, make_visit

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOON = NINE + timedelta(hours=3)


def come(desk, name, at, **fields):
    """A patient who came at this moment and is to pay for the service; the visit."""
    patient = make_patient(desk.organisation, name)
    visit = make_visit(patient, desk.clinic, opened_at=at, **fields)
    desk.invoice(patient=patient, visit=visit, at=at)
    return visit


def miss(desk, patient, at):
    missed = make_appointment(
        patient, desk.service, desk.doctor, desk.clinic, at, status=AppointmentStatus.NO_SHOW
    )  # fmt: skip
    return raise_fee(missed, kind=ChargeKind.NO_SHOW, amount=Decimal("50.00"), by=desk.mona, at=at)


def queue(desk, **options):
    return [
        (due.patient.name_en, due.left, due.visit is not None) for due in to_be_paid([desk.clinic], at=NOON, **options)
    ]


def test_whom_a_doctor_has_sent_comes_first_then_who_is_here_then_old_debts(desk):
    come(desk, "Closed", NINE - 2 * DAY)
    Visit.objects.filter(patient__name_en="Closed").update(status="closed", closed_at=NINE - DAY)
    come(desk, "Second", NINE + MINUTE)
    come(desk, "First", NINE)
    come(desk, "Sent later", NINE + 3 * MINUTE, cashier_asked_at=NINE + 30 * MINUTE)
    come(desk, "Sent sooner", NINE + 4 * MINUTE, cashier_asked_at=NINE + 20 * MINUTE)
    miss(desk, make_patient(desk.organisation, "Absent"), NINE - DAY)

    assert [name for name, _left, _visit in queue(desk)] == [
        "Sent sooner", "Sent later", "First", "Second", "Absent", "Closed",
    ]  # fmt: skip


def test_what_a_patient_is_to_pay_for_a_visit_is_one_entry_with_the_fees(desk):
    desk.invoice(at=NINE)
    second = desk.invoice(at=NINE + MINUTE)
    desk.pay(second, "100.00")
    old, new = miss(desk, desk.patient, NINE - 2 * DAY), miss(desk, desk.patient, NINE - DAY)

    (due,) = to_be_paid([desk.clinic], at=NOON)

    assert (due.patient, due.visit, due.left) == (desk.patient, desk.visit, Decimal("300.00"))
    assert [(invoice.number, invoice.left) for invoice in due.invoices] == [(1, 150), (2, 50)]
    assert due.charges == [old, new]
    assert due.since == NINE


def test_a_fee_on_an_invoice_is_asked_for_once(desk):
    omar = make_patient(desk.organisation, "Omar")
    charge = miss(desk, omar, NINE - DAY)
    assert queue(desk) == [("Omar", Decimal("50.00"), False)]

    desk.invoice(line_for(charge), patient=omar)

    assert queue(desk) == [("Omar", Decimal("50.00"), False)]


def test_nobody_stands_in_the_queue_for_what_is_paid_waived_or_void(desk):
    desk.pay(desk.invoice())
    waive(desk.invoice(), by=desk.rania, reason="Ill")
    void(desk.invoice(), by=desk.rania, reason="Wrong service")

    assert queue(desk) == []


def test_the_queue_is_of_these_clinics_and_this_patient(desk):
    come(desk, "Omar", NINE)
    desk.invoice(at=NINE)
    elsewhere = make_clinic(desk.organisation)

    assert to_be_paid([elsewhere], at=NOON) == []
    assert queue(desk, patient=desk.patient) == [("Huda", Decimal("150.00"), True)]


@pytest.mark.parametrize("n", [1, 3])
def test_the_queue_costs_two_queries(desk, django_assert_num_queries, n):
    for number in range(n):
        come(desk, f"Visitor {number}", NINE)
        miss(desk, make_patient(desk.organisation, f"Absent {number}"), NINE)

    with django_assert_num_queries(2):
        dues = to_be_paid([desk.clinic], at=NOON)
        assert [(str(due.patient), due.clinic.zone, due.asked_at, due.left) for due in dues]
        assert all(str(charge.appointment.service) for due in dues for charge in due.charges)

    assert len(dues) == 2 * n


def test_balances_of_many_invoices_are_exact_to_the_cent(desk):
    invoice = desk.invoice(*(line for line in [line_for(desk.service)] * 3))
    for amount in ("0.10", "0.20", "0.30", "149.70"):
        desk.pay(invoice, amount)

    row = with_balances(Invoice.objects.all()).get()
    assert (row.total, row.paid, row.left) == (Decimal("450.00"), Decimal("150.30"), Decimal("299.70"))
    assert balance_of(invoice).left == Decimal("299.70")
