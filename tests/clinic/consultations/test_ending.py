"""How it ends: closed for ever, added to, followed up; and the visit with it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.consultations.services import (
    activate,
    add_addendum,
    ask_cashier,
    close,
    close_visit,
    note_follow_up,
    write,
)
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, VisitStatus, WorkflowType
from clinic.errors import ChangedMeanwhile, ConsultationRefused, InvalidEntry
from clinic.models import Addendum, Consultation, FollowUp, Invoice, Visit
from tests.factories import NINE, make_appointment, make_consultation, make_patient

PENDING, ACTIVE, CLOSED = ConsultationStatus
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def active(house):
    return make_consultation(house.visit(), house.service(), house.sara.provider)


@pytest.fixture
def closed(house):
    return make_consultation(house.visit(), house.service(), house.sara.provider, CLOSED)


def test_doctor_closes_and_the_history_keeps_it(house, active):
    write(active, {"plan": "Rest"}, by=house.sara, expected_version=0, at=NINE)

    close(active, by=house.sara, expected_version=1, at=TEN)

    row, newest = Consultation.objects.get(), active.history.first()
    assert (row.status, row.closed_by, row.closed_at, row.plan) == (CLOSED, house.sara, TEN, "Rest")
    assert (newest.status, newest.plan, newest.history_user, newest.history_date) == (CLOSED, "Rest", house.sara, TEN)


def test_closing_what_was_written_by_others_meanwhile_is_refused(house, active):
    write(active, {"plan": "Rest"}, by=house.sara, expected_version=0, at=NINE)

    with pytest.raises(ChangedMeanwhile, match="sara has written other words"):
        close(active, by=house.sara, expected_version=0)

    assert Consultation.objects.get().status == ACTIVE


@pytest.mark.parametrize(
    ("status", "who", "sentence"),
    [
        (ACTIVE, "omar", "Huda is the patient of Sara"),
        (ACTIVE, "chief", "Only a doctor can do this"),
        (PENDING, "sara", "has not begun"),
        (CLOSED, "sara", "stays as it is. Write an addendum"),
    ],
)
def test_only_its_doctor_closes_what_is_active(house, status, who, sentence):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    with pytest.raises(ConsultationRefused, match=sentence):
        close(row, by=getattr(house, who))

    assert Consultation.objects.get().status == status


@pytest.mark.parametrize("change", [{"plan": "Run"}, {"status": ACTIVE}, {"doctor": None}, {"version": 7}])
def test_table_itself_changes_nothing_that_is_closed(closed, change):
    with pytest.raises(IntegrityError, match="closed_consultation_is_final"), transaction.atomic():
        Consultation.objects.filter(pk=closed.pk).update(**change)
    with pytest.raises(IntegrityError, match="closed_consultation_is_final"), transaction.atomic():
        Consultation.objects.filter(pk=closed.pk).delete()


def test_addendum_is_added_and_the_consultation_stays_as_it_is(house, closed):
    before = Consultation.objects.values().get()

    add_addendum(closed, text=" The culture came back clear. ", by=house.sara, at=TEN)

    row = Addendum.objects.get()
    assert (row.text, row.written_by, row.written_at) == ("The culture came back clear.", house.sara, TEN)
    assert Consultation.objects.values().get() == before


def test_addendum_sent_twice_is_one(house, closed):
    for _ in range(2):
        add_addendum(closed, text="All clear", by=house.sara)

    assert Addendum.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "who", "text", "error", "sentence"),
    [
        (ACTIVE, "sara", "More", ConsultationRefused, "is not closed. Write into the consultation itself"),
        (CLOSED, "omar", "More", ConsultationRefused, "Huda is the patient of Sara"),
        (CLOSED, "chief", "More", ConsultationRefused, "Only a doctor"),
        (CLOSED, "sara", " \n", InvalidEntry, "says nothing"),
        (CLOSED, "sara", "x" * 20_001, InvalidEntry, "longer than 20000 letters"),
    ],
)
def test_addendum_that_cannot_be_is_refused(house, status, who, text, error, sentence):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    with pytest.raises(error, match=sentence):
        add_addendum(row, text=text, by=getattr(house, who))

    assert not Addendum.objects.exists()


def test_follow_up_of_a_closed_consultation_is_noted_once(house, closed):
    appointment = make_appointment(house.patient, closed.service, house.sara.provider, house.clinic)

    once, again = (note_follow_up(closed, appointment, by=house.desk) for _ in range(2))

    assert once == again == FollowUp.objects.get()
    assert list(closed.follow_ups.values_list("appointment", flat=True)) == [appointment.pk]


def test_appointment_of_another_patient_is_no_follow_up(house, closed):
    lina = make_patient(house.organisation, "Lina")
    appointment = make_appointment(lina, closed.service, house.sara.provider, house.clinic)

    with pytest.raises(ConsultationRefused, match="another patient's, not one of Huda"):
        note_follow_up(closed, appointment, by=house.desk)

    assert not FollowUp.objects.exists()


def test_appointment_follows_one_consultation_only(house, closed):
    other = make_consultation(closed.visit, closed.service, house.sara.provider)
    appointment = make_appointment(house.patient, closed.service, house.sara.provider, house.clinic)
    note_follow_up(closed, appointment, by=house.desk)

    with pytest.raises(ConsultationRefused, match="the follow-up of another consultation"):
        note_follow_up(other, appointment, by=house.desk)


def test_visit_ends_with_its_last_consultation_once_everything_is_paid(house):
    visit, _none = house.start(house.service(doctor=house.sara))
    house.start(house.service(doctor=house.omar))
    house.pay(visit)
    first, second = Consultation.objects.order_by("pk")

    close(first, by=house.sara, at=TEN)
    assert Visit.objects.get().status == VisitStatus.OPEN

    close(second, by=house.omar, at=TEN)
    visit.refresh_from_db()
    assert (visit.status, visit.closed_by, visit.closed_at) == (VisitStatus.CLOSED, house.omar, TEN)


def test_visit_that_still_owes_something_ends_with_the_payment(house):
    visit, row = house.start(house.service(timing=BillTiming.AFTER, doctor=house.sara))
    close(row, by=house.sara)
    assert Visit.objects.get().status == VisitStatus.OPEN

    house.pay(visit, at=TEN)

    assert (visit.status, visit.closed_by, visit.payment_status) == ("closed", house.cashier, PaymentStatus.PAID)


def test_visit_is_closed_by_hand_while_something_is_owed_for_what_was_held(house):
    visit, row = house.start(house.service(timing=BillTiming.AFTER, doctor=house.sara))
    close(row, by=house.sara)

    close_visit(visit, by=house.desk, at=TEN)

    visit.refresh_from_db()
    assert (visit.status, visit.closed_by, visit.payment_status) == ("closed", house.desk, PaymentStatus.UNPAID)
    house.pay(visit)
    assert visit.payment_status == PaymentStatus.PAID


def test_visit_in_which_somebody_waits_is_not_closed(house):
    visit, _row = house.start(house.service(timing=BillTiming.AFTER, doctor=house.sara))
    house.start(house.service(name="Skin clinic"))
    number = Invoice.objects.latest("pk").number

    with pytest.raises(ConsultationRefused) as refused:
        close_visit(visit, by=house.desk)

    assert [str(reason) for reason in refused.value.reasons] == [
        "The doctor has not closed the consultation yet: GP consultation. Ask Sara to close it, or a manager to hand "
        "it over.",
        f"Skin clinic on invoice {number} has not been held. Give back what was paid and void the invoice, or let it "
        "be held.",
    ]


def test_place_in_the_queue_stays_one_when_the_catalogue_changes_its_service(house):
    house.hold_places()
    service = house.service(name="Skin clinic", doctor=house.omar)
    visit, held = house.start(service)
    made = make_consultation(visit, house.service(), house.sara.provider)
    service.workflow_type = WorkflowType.APPOINTMENT
    service.save()

    house.pay(visit)
    close(made, by=house.sara, expected_version=0, at=TEN)

    held.refresh_from_db()
    visit.refresh_from_db()
    assert (held.status, held.doctor, visit.status) == (ACTIVE, house.omar.provider, VisitStatus.OPEN)


def test_visit_with_a_consultation_that_has_not_begun_is_not_closed(house):
    visit = house.visit()
    make_consultation(visit, house.service(), house.sara.provider, PENDING)

    with pytest.raises(ConsultationRefused, match=r"GP consultation\. A doctor has to take it\."):
        close_visit(visit, by=house.desk)


def test_closed_visit_is_not_closed_again(house):
    visit = house.visit(status=VisitStatus.CLOSED, closed_at=NINE)

    with pytest.raises(ConsultationRefused, match=r"was closed on 7 Jan 2030, 09:00\. Start a new"):
        close_visit(visit, by=house.desk)


def test_visit_sent_to_the_cashier_stands_in_front_until_it_is_paid(house):
    visit, _none = house.start(house.service())

    ask_cashier(visit, by=house.sara, at=NINE)
    ask_cashier(visit, by=house.omar, at=TEN)

    visit.refresh_from_db()
    assert (visit.cashier_asked_by, visit.cashier_asked_at) == (house.sara, NINE)
    assert visit.history.count() == 2
    house.pay(visit)
    assert (visit.cashier_asked_by, visit.cashier_asked_at) == (None, None)


def test_visit_that_is_paid_is_not_sent_to_the_cashier(house):
    visit = house.visit(payment_status=PaymentStatus.PAID)

    with pytest.raises(ConsultationRefused, match="Everything in the visit of Huda is paid"):
        ask_cashier(visit, by=house.sara)


def test_doctor_closes_what_was_given_back_after_it_had_begun(house):
    visit, _none = house.start(house.service())
    house.pay(visit)
    row = activate(Consultation.objects.get(), by=house.sara)
    Visit.objects.update(payment_status=PaymentStatus.UNPAID)

    close(row, by=house.sara)

    assert Consultation.objects.get().status == CLOSED
    assert Visit.objects.get().status == VisitStatus.OPEN
