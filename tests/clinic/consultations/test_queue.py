"""Who waits for a doctor, and what earlier consultations say."""

from datetime import timedelta

import pytest

from clinic.consultations.selectors import (
    IN_THE_ROOM,
    NOT_PAID,
    WAITING,
    earlier_consultations,
    queue_of,
    why_not_begin,
)
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus
from tests.factories import NINE, make_consultation, make_patient, make_visit

PENDING, ACTIVE, CLOSED = ConsultationStatus
MINUTE = timedelta(minutes=1)


def visit_of(house, name, clinic=None, **fields):
    return make_visit(make_patient(house.organisation, name), clinic or house.clinic, **fields)


def test_queue_has_mine_and_what_is_nobodys_the_waiting_first(house):
    service, sara, omar = house.service(), house.sara.provider, house.omar.provider
    before = {"bill_timing": BillTiming.BEFORE}
    unpaid = make_consultation(visit_of(house, "Unpaid"), service, None, PENDING, requested_at=NINE, **before)
    in_room = make_consultation(visit_of(house, "In room"), service, sara, version=3, requested_at=NINE)
    later = make_consultation(visit_of(house, "Later"), service, sara, requested_at=NINE + 2 * MINUTE)
    paid = visit_of(house, "Paid", payment_status=PaymentStatus.PAID)
    first = make_consultation(paid, service, None, PENDING, requested_at=NINE + MINUTE, **before)
    make_consultation(visit_of(house, "Omar's"), service, omar)
    make_consultation(visit_of(house, "Over"), service, sara, CLOSED)
    make_consultation(visit_of(house, "Elsewhere", house.other_clinic), service)

    queue = list(queue_of(sara, [house.clinic, house.other_clinic], at=NINE + 10 * MINUTE))

    assert [(row, row.place, row.cleared) for row in queue] == [
        (first, WAITING, True),
        (later, WAITING, True),
        (in_room, IN_THE_ROOM, True),
        (unpaid, NOT_PAID, False),
    ]
    assert [row.waited for row in queue] == [9 * MINUTE, 8 * MINUTE, 10 * MINUTE, 10 * MINUTE]


def test_queue_offers_what_nobody_has_taken_to_those_who_give_the_service(house):
    sara, omar = house.sara.provider, house.omar.provider
    service = house.service()
    service.providers.set([sara])
    row = make_consultation(visit_of(house, "For a GP"), service)
    omars = make_consultation(visit_of(house, "Omar's own"), service, omar)

    assert list(queue_of(sara, [house.clinic], at=NINE)) == [row]
    assert list(queue_of(omar, [house.clinic], at=NINE)) == [omars]


@pytest.mark.parametrize("absent", ["nobody", "elsewhere", "inactive", "without a login"])
def test_patient_whom_nobody_with_a_queue_could_take_is_offered_to_every_doctor_of_the_clinic(house, absent):
    service, giver = house.service(), house.nora.provider if absent == "elsewhere" else house.sara.provider
    service.providers.set([] if absent == "nobody" else [giver])
    if absent == "inactive":
        giver.active = False
    if absent == "without a login":
        giver.user = None
    giver.save()
    row = make_consultation(visit_of(house, "For anybody"), service)

    assert list(queue_of(house.omar.provider, [house.clinic], at=NINE)) == [row]


def test_queue_asks_once_whatever_its_length(house, django_assert_num_queries):
    for number in range(3):
        make_consultation(visit_of(house, f"Patient {number}"), house.service(), house.sara.provider)

    with django_assert_num_queries(1):
        rows = list(queue_of(house.sara.provider, [house.clinic], at=NINE))
        shown = [(row.patient.name, row.service.name, row.doctor.name, row.visit.payment_status) for row in rows]

    assert len(shown) == 3


def test_nothing_keeps_the_doctor_from_what_is_paid_and_nobodys(house):
    paid = visit_of(house, "Paid", payment_status=PaymentStatus.PAID)
    row = make_consultation(paid, house.service(), None, PENDING, bill_timing=BillTiming.BEFORE)

    assert why_not_begin(row, house.sara) == []
    assert [str(reason) for reason in why_not_begin(row, house.desk)] == [
        "Only a doctor can do this. Log in as a doctor of the clinic."
    ]


def test_earlier_consultations_are_the_patients_closed_ones_newest_first(house):
    visit, service, sara = house.visit(), house.service(), house.sara.provider
    now = make_consultation(visit, service, sara)
    old = make_consultation(visit, service, house.omar.provider, CLOSED)
    older = make_consultation(visit, service, sara, CLOSED)
    make_consultation(visit, service, sara)
    make_consultation(visit_of(house, "Lina"), service, sara, CLOSED)

    assert list(earlier_consultations(now)) == [older, old]
    assert list(earlier_consultations(old)) == [older]
