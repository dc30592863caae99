"""Many at once at the doctors' door: one has the patient, one payment opens, one visit begins, no word is lost."""

import pytest

from clinic.billing.selectors import balance_of
from clinic.consultations.services import start_gopd
from clinic.enums import BillTiming, ConsultationStatus
from clinic.models import Consultation, Invoice, Patient, Payment, RefusedAttempt, Visit
from tests.clinic.consultations.house import Outpatients
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, make_consultation, make_patient

pytestmark = pytest.mark.concurrency

KEY = "00000000-0000-4000-8000-000000000001"
ROUNDS = 5


@pytest.fixture
def house(transactional_db):
    return Outpatients()


def doctors(house, number) -> list:
    return [house.doctor(f"Doctor {n}") for n in range(number)]


@pytest.mark.parametrize(("timing", "number"), [(BillTiming.BEFORE, 50), (BillTiming.AFTER, 8)])
def test_doctors_take_the_same_patient_and_one_has_the_patient(house, timing, number):
    visit, _row = house.start(house.service(timing=timing), at=BEFORE)
    house.pay(visit, at=BEFORE)
    waiting = Consultation.objects.get()

    outcomes = race(
        "consultation_racers.take", [{"consultation": waiting.pk, "by": user.pk} for user in doctors(house, number)]
    )

    row = Consultation.objects.get()
    assert tally(outcomes) == {"won": 1, "ConsultationRefused": number - 1}
    assert [outcome.result for outcome in outcomes if outcome.result] == [row.doctor.name_en]
    assert (row.status, row.history.filter(doctor__isnull=False).count()) == (ConsultationStatus.ACTIVE, 1)
    assert RefusedAttempt.objects.count() == number - 1
    assert all(f"{row.doctor} has been seeing Huda" in outcome.text for outcome in outcomes if outcome.error)


def test_without_the_rules_several_doctors_believe_that_they_have_the_patient(house):
    waiting = make_consultation(house.visit(), house.service(), None, ConsultationStatus.PENDING)
    takers = [user.pk for user in doctors(house, 50)]

    for _round in range(ROUNDS):  # a busy machine may run them one after the other, and then the first wins alone
        waiting.delete()
        waiting = make_consultation(waiting.visit, waiting.service, None, ConsultationStatus.PENDING)
        entries = [{"consultation": waiting.pk, "by": taker} for taker in takers]
        outcomes = race("consultation_racers.look_and_take", entries)
        if (believers := sum(outcome.result is True for outcome in outcomes)) > 1:
            break

    assert believers > 1


def test_eight_parts_of_the_money_at_once_open_it_with_the_last(house):
    house.start(house.service(doctor=house.sara), at=BEFORE)
    invoice = Invoice.objects.get()
    entry = {"invoice": invoice.pk, "amount": "18.75", "by": house.cashier.pk}

    outcomes = race("money_racers.pay", [entry] * 8)

    assert tally(outcomes) == {"won": 8}
    assert (Payment.objects.count(), balance_of(invoice).left) == (8, 0)
    assert Consultation.objects.get().status == ConsultationStatus.ACTIVE


def test_payments_of_two_services_at_once_open_both(house):
    for doctor in (house.sara, house.omar):
        start_gopd(house.patient, house.service(doctor=doctor), by=house.desk, clinic=house.clinic, at=BEFORE)
    entries = [{"invoice": row.pk, "amount": "150.00", "by": house.cashier.pk} for row in Invoice.objects.all()]

    outcomes = race("money_racers.pay", entries)

    assert tally(outcomes) == {"won": 2}
    assert Consultation.objects.filter(status=ConsultationStatus.ACTIVE).count() == 2


@pytest.mark.parametrize("key", [KEY, None], ids=["same form", "forms of their own"])
def test_eight_desks_let_the_same_patient_in_and_there_is_one_visit(house, key):
    entry = {"patient": house.patient.pk, "service": house.service().pk, "clinic": house.clinic.pk, "by": house.desk.pk}

    outcomes = race("consultation_racers.walk_in", [{**entry, "request_key": key}] * 8)

    assert tally(outcomes) == {"won": 8}
    assert {outcome.result for outcome in outcomes} == {Visit.objects.get().pk}
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ([1] if key else list(range(1, 9)))


def test_form_of_a_new_patient_sent_eight_times_at_once_opens_one_file(house):
    entry = {"name": "Lina", "service": house.service().pk, "clinic": house.clinic.pk, "by": house.desk.pk}

    outcomes = race("consultation_racers.walk_in_new", [{**entry, "request_key": KEY}] * 8)

    assert tally(outcomes) == {"won": 8}
    assert {outcome.result for outcome in outcomes} == {Visit.objects.get().pk}
    assert Patient.objects.filter(name_en="Lina").count() == 1


def test_patients_who_walk_in_together_get_numbers_without_a_gap(house):
    service = house.service()
    people = [make_patient(house.organisation, f"Patient {n}") for n in range(8)]
    shared = {"service": service.pk, "clinic": house.clinic.pk, "by": house.desk.pk}

    outcomes = race("consultation_racers.walk_in", [{"patient": patient.pk, **shared} for patient in people])

    assert tally(outcomes) == {"won": 8}
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_tabs_that_write_at_once_lose_no_word(house):
    row = make_consultation(house.visit(), house.service(), house.sara.provider)
    entry = {"consultation": row.pk, "by": house.sara.pk, "version": 0}

    outcomes = race("consultation_racers.write", [{**entry, "words": {"plan": f"Tab {n}"}} for n in range(8)])

    row.refresh_from_db()
    assert tally(outcomes) == {"won": 1, "ChangedMeanwhile": 7}
    assert row.version == 1
    assert row.plan in {f"Tab {n}" for n in range(8)}
    assert row.history.filter(plan=row.plan).count() == 1


def test_doctors_who_write_at_once_into_what_nobody_has_hear_who_has_it(house):
    row = make_consultation(house.visit(), house.service())
    entries = [
        {"consultation": row.pk, "by": user.pk, "version": 0, "words": {"plan": user.first_name}}
        for user in doctors(house, 8)
    ]

    outcomes = race("consultation_racers.write", entries)

    row.refresh_from_db()
    assert tally(outcomes) == {"won": 1, "ConsultationRefused": 7}
    assert (row.version, row.plan) == (1, row.doctor.user.first_name)
    assert {outcome.text for outcome in outcomes if outcome.error} == {
        f"Huda is the patient of {row.doctor}. Take the next in the queue."
    }
