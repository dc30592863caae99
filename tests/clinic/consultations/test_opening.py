"""The gate: what is billed before opens with the payment, in the same transaction, and by nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from clinic.billing.services import record_payment, refund, void, waive
from clinic.consultations.services import activate, can_access, open_after_payment
from clinic.enums import BillTiming, ConsultationStatus, PaymentMethod, PaymentStatus, RefusalCode, VisitStatus
from clinic.errors import ConsultationRefused
from clinic.models import Consultation, Invoice, Payment, Visit
from tests.factories import NINE, make_consultation

PENDING, ACTIVE, CLOSED = ConsultationStatus
TEN = NINE + timedelta(hours=1)


def codes(refused) -> list[RefusalCode]:
    return [reason.code for reason in refused.value.reasons]


def test_payment_opens_the_consultation_active_for_the_services_own_doctor(house):
    visit, _none = house.start(house.service(doctor=house.sara), complaint="Cough")

    house.pay(visit, at=TEN)

    row = Consultation.objects.get()
    assert (row.status, row.doctor, row.complaint) == (ACTIVE, house.sara.provider, "Cough")
    assert (row.activated_at, row.activated_by, row.line.invoice.visit) == (TEN, house.cashier, visit)
    assert (visit.payment_status, visit.status) == (PaymentStatus.PAID, VisitStatus.OPEN)


def test_payment_opens_the_consultation_pending_where_no_doctor_is_named(house):
    visit, _none = house.start(house.service())

    house.pay(visit)

    row = Consultation.objects.get()
    assert (row.status, row.doctor, row.activated_at) == (PENDING, None, None)


def test_part_of_the_payment_opens_nothing(house):
    visit, _none = house.start(house.service(doctor=house.sara))

    house.pay(visit, "149.99")

    assert visit.payment_status == PaymentStatus.PARTIAL
    assert not Consultation.objects.exists()


def test_waiver_opens_the_gate_and_says_who_and_why(house):
    visit, _none = house.start(house.service(doctor=house.sara))

    waive(Invoice.objects.get(), by=house.chief, reason="Accident at work", at=TEN)

    visit.refresh_from_db()
    invoice, row = Invoice.objects.get(), Consultation.objects.get()
    assert (row.status, visit.payment_status) == (ACTIVE, PaymentStatus.WAIVED)
    assert (invoice.waived_by, invoice.waived_at, invoice.reason) == (house.chief, TEN, "Accident at work")


@pytest.mark.parametrize(("doctor", "status"), [("sara", ACTIVE), (None, PENDING)])
def test_place_held_before_payment_is_opened_by_it_and_not_doubled(house, doctor, status):
    house.hold_places()
    visit, held = house.start(house.service(doctor=doctor and house.sara))

    house.pay(visit)

    row = Consultation.objects.get()
    assert (row, row.status) == (held, status)


def test_place_held_for_a_doctor_who_left_is_open_to_all_once_it_is_paid(house):
    house.hold_places()
    visit, _held = house.start(house.service(doctor=house.sara))
    house.sara.provider.active = False
    house.sara.provider.save()

    house.pay(visit)

    row = Consultation.objects.get()
    assert (row.status, row.doctor) == (PENDING, None)


def test_service_that_is_billed_after_by_now_is_opened_all_the_same(house):
    service = house.service(doctor=house.sara)
    visit, _none = house.start(service)
    type(service).objects.update(bill_timing=BillTiming.AFTER)

    house.pay(visit)

    assert Consultation.objects.get().status == ACTIVE


def test_every_service_of_the_visit_is_opened_once_all_is_paid(house):
    visit, _none = house.start(house.service(doctor=house.sara))
    house.start(house.service(doctor=house.omar))
    first, second = Invoice.objects.order_by("pk")

    house.pay(visit)

    assert [row.doctor for row in Consultation.objects.order_by("pk")] == [house.sara.provider, house.omar.provider]
    assert {row.line.invoice for row in Consultation.objects.all()} == {first, second}


def test_debt_of_a_service_billed_after_keeps_the_gate_shut(house):
    visit, _active = house.start(house.service(timing=BillTiming.AFTER))
    house.start(house.service(doctor=house.sara))
    owed, before = Invoice.objects.order_by("pk")
    record_payment(before, method=PaymentMethod.CARD, amount=Decimal(150), by=house.cashier, at=NINE)
    assert Consultation.objects.count() == 1

    house.pay(visit)

    assert [row.line.invoice for row in Consultation.objects.order_by("pk")] == [owed, before]


def test_opening_before_everything_is_paid_is_refused_with_what_is_left(house):
    visit, _none = house.start(house.service())
    house.pay(visit, "50")

    with pytest.raises(ConsultationRefused) as refused:
        open_after_payment(visit, by=house.desk)

    assert (codes(refused), str(refused.value)) == ([RefusalCode.UNPAID], "Not paid: 100.00 SAR. Ask the cashier.")
    assert not Consultation.objects.exists()


def test_opening_again_opens_nothing_more(house):
    visit, _none = house.start(house.service())
    house.pay(visit)

    assert open_after_payment(visit, by=house.desk) == []
    assert Consultation.objects.count() == 1


def test_void_invoice_opens_nothing_and_gives_the_place_in_the_queue_up(house):
    house.hold_places()
    _visit, held = house.start(house.service())

    void(Invoice.objects.get(), by=house.chief, reason="Changed their mind", at=TEN)

    gone = Consultation.history.filter(id=held.pk).latest("history_id")
    assert not Consultation.objects.exists()
    assert (gone.history_type, gone.history_user, gone.history_date) == ("-", house.chief, TEN)


def test_doctor_takes_what_is_paid_and_nobodys(house):
    visit, _none = house.start(house.service())
    house.pay(visit)
    waiting = Consultation.objects.get()

    activate(waiting, by=house.omar, at=TEN)

    row, newest = Consultation.objects.get(), waiting.history.first()
    assert (row.status, row.doctor, row.activated_by, row.activated_at) == (
        ACTIVE,
        house.omar.provider,
        house.omar,
        TEN,
    )
    assert (newest.status, newest.history_user, newest.history_date) == (ACTIVE, house.omar, TEN)


def test_doctor_takes_what_is_billed_after_and_nobodys(house):
    _visit, free = house.start(house.service(timing=BillTiming.AFTER))

    activate(free, by=house.omar, at=TEN)

    row = Consultation.objects.get()
    assert (row.status, row.doctor, row.activated_at) == (ACTIVE, house.omar.provider, NINE)


def test_nobody_begins_what_is_not_paid(house):
    house.hold_places()
    _visit, held = house.start(house.service())

    with pytest.raises(ConsultationRefused) as refused:
        activate(held, by=house.sara)

    assert (codes(refused), str(refused.value)) == ([RefusalCode.UNPAID], "Not paid: 150.00 SAR. Ask the cashier.")
    assert Consultation.objects.get().status == PENDING


def test_what_its_own_invoice_does_not_pay_for_is_not_begun_though_the_visit_is_paid(house):
    house.hold_places()
    visit, held = house.start(house.service())
    number = held.line.invoice.number
    Invoice.objects.update(status=PaymentStatus.VOID, voided_at=NINE)
    Visit.objects.update(payment_status=PaymentStatus.PAID)

    with pytest.raises(ConsultationRefused, match=f"Invoice {number} for it is void. Ask the front desk for a new"):
        activate(held, by=house.sara)

    assert not can_access(held, house.sara)
    assert open_after_payment(visit, by=house.desk) == []


def test_what_was_given_back_keeps_the_doctor_out(house):
    visit, _none = house.start(house.service())
    house.pay(visit)
    refund(Payment.objects.get(), amount=Payment.objects.get().amount, by=house.cashier, reason="Went home", at=TEN)

    with pytest.raises(ConsultationRefused, match=r"Not paid: 150\.00 SAR"):
        activate(Consultation.objects.get(), by=house.sara)


def test_everything_in_the_way_is_said_at_once(house):
    house.hold_places()
    _visit, held = house.start(house.service())

    with pytest.raises(ConsultationRefused) as refused:
        activate(held, by=house.nora)

    assert str(refused.value) == (
        "Not paid: 150.00 SAR. Ask the cashier. Nora does not work in Olaya. Choose the queue of your own clinic."
    )


@pytest.mark.parametrize(
    ("status", "who", "sentence"),
    [
        (ACTIVE, "sara", "Sara has been seeing Huda since 7 Jan 2030, 09:00. Take the next in the queue."),
        (ACTIVE, "omar", "Sara has been seeing Huda since 7 Jan 2030, 09:00. Take the next in the queue."),
        (
            CLOSED, "sara",
            "The consultation of Huda was closed on 7 Jan 2030, 09:00 and stays as it is. Write an addendum.",
        ),
        (PENDING, "omar", "Huda is the patient of Sara. Take the next in the queue."),
        (PENDING, "chief", "Only a doctor can do this. Log in as a doctor of the clinic."),
    ],
)  # fmt: skip
def test_what_has_begun_or_is_another_doctors_is_not_begun(house, status, who, sentence):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    with pytest.raises(ConsultationRefused) as refused:
        activate(row, by=getattr(house, who))

    assert str(refused.value) == sentence
    assert Consultation.objects.get().status == status


def test_table_itself_begins_nothing_that_is_not_paid(house):
    house.hold_places()
    _visit, held = house.start(house.service())

    with pytest.raises(IntegrityError, match="consultation_begins_when_paid"), transaction.atomic():
        Consultation.objects.filter(pk=held.pk).update(status=ACTIVE, activated_at=NINE)


def test_failure_while_opening_leaves_no_payment_either(house, monkeypatch):
    visit, _none = house.start(house.service(doctor=house.sara))
    with monkeypatch.context() as patch:
        patch.setattr(Consultation, "record", lambda *_args, **_kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            house.pay(visit)

    assert (Payment.objects.count(), Consultation.objects.count()) == (0, 0)
    assert Visit.objects.get().payment_status == PaymentStatus.UNPAID
