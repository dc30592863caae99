"""Who may look into a consultation: its doctor, and nobody else, whatever their role."""

import pytest

from clinic.consultations.access import accessible, can_write, doctor_of
from clinic.consultations.services import can_access
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus
from clinic.models import Consultation
from tests.clinic.consultations.house import Outpatients
from tests.factories import make_consultation

PENDING, ACTIVE, CLOSED = ConsultationStatus
PAID = {"payment_status": PaymentStatus.PAID}
DOCTORS = ("sara", "omar", "nora")
EVERYBODY = (*DOCTORS, "desk", "cashier", "chief")


def readers(house, row) -> list[str]:
    return [name for name in EVERYBODY if can_access(row, getattr(house, name))]


def writers(house, row) -> list[str]:
    return [name for name in EVERYBODY if can_write(row, getattr(house, name))]


@pytest.mark.parametrize(("status", "may_write"), [(ACTIVE, ["sara"]), (CLOSED, [])])
def test_what_is_a_doctors_is_read_by_that_doctor_alone_and_not_written_once_closed(house, status, may_write):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    assert readers(house, row) == ["sara"]
    assert writers(house, row) == may_write


def test_what_is_nobodys_is_open_to_every_doctor_of_the_clinic(house):
    row = make_consultation(house.visit(), house.service())

    assert readers(house, row) == writers(house, row) == ["sara", "omar"]


@pytest.mark.parametrize("doctor", ["sara", None])
def test_what_waits_for_payment_is_read_by_nobody(house, doctor):
    provider = doctor and house.sara.provider
    row = make_consultation(house.visit(), house.service(), provider, PENDING, bill_timing=BillTiming.BEFORE)

    assert readers(house, row) == []


def test_what_is_paid_and_waits_is_read_by_the_doctors_of_the_clinic_and_written_by_nobody(house):
    row = make_consultation(house.visit(**PAID), house.service(), None, PENDING, bill_timing=BillTiming.BEFORE)

    assert readers(house, row) == ["sara", "omar"]
    assert writers(house, row) == []


def test_doctor_who_left_reads_nothing_any_more(house):
    row = make_consultation(house.visit(), house.service(), house.sara.provider)
    house.sara.is_active = False
    house.sara.save()

    assert readers(house, row) == []


def test_doctor_of_another_organisation_reads_nothing(house):
    row = make_consultation(house.visit(), house.service())
    stranger = Outpatients().sara
    stranger.provider.clinics.add(house.clinic)  # as no form allows

    assert not can_access(row, stranger)


def test_login_without_an_organisation_reads_nothing(house):
    row = make_consultation(house.visit(), house.service(), house.sara.provider)
    house.sara.organisation = None
    house.sara.save()

    assert not can_access(row, house.sara)


def test_accessible_rows_of_a_list_take_one_query(house, django_assert_num_queries):
    mine = make_consultation(house.visit(), house.service(), house.sara.provider)
    make_consultation(mine.visit, house.service(), house.omar.provider)
    doctor = doctor_of(house.sara)

    with django_assert_num_queries(1):
        assert list(accessible(Consultation.objects.all(), doctor)) == [mine]
    assert list(accessible(Consultation.objects.all(), None)) == []
