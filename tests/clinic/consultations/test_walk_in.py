"""The walk-in: the service of the catalogue decides what happens."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from clinic.billing.services import issue_invoice, line_for
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, RefusalCode, VisitStatus, WorkflowType
from clinic.errors import ConsultationRefused, InvalidEntry
from clinic.models import Clinic, Consultation, Invoice, Visit
from tests.clinic.consultations.house import Outpatients
from tests.factories import NINE, make_appointment, make_consultation, make_patient

KEY = UUID("00000000-0000-4000-8000-000000000001")
DAY = timedelta(days=1)


def test_billed_before_there_is_a_visit_and_an_invoice_and_no_consultation(house):
    visit, consultation = house.start(house.service(), complaint="Cough")

    invoice = Invoice.objects.get()
    assert consultation is None
    assert (visit.status, visit.payment_status, visit.complaint) == (VisitStatus.OPEN, PaymentStatus.UNPAID, "Cough")
    assert (visit.opened_by, visit.opened_at, visit.history.get().history_user) == (house.desk, NINE, house.desk)
    assert (invoice.visit, invoice.lines.get().amount, invoice.status) == (visit, Decimal("150.00"), "unpaid")
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("doctor", ["sara", None])
def test_billed_after_the_consultation_is_active_at_once_and_the_invoice_is_paid_later(house, doctor):
    service = house.service(timing=BillTiming.AFTER, doctor=doctor and house.sara)

    visit, consultation = house.start(service, complaint="Cough")

    assert consultation.status == ConsultationStatus.ACTIVE
    assert consultation.doctor == (doctor and house.sara.provider)
    assert (consultation.activated_at, consultation.requested_by, consultation.complaint) == (NINE, house.desk, "Cough")
    assert (visit.payment_status, consultation.line.invoice.visit) == (PaymentStatus.UNPAID, visit)


@pytest.mark.parametrize(
    ("timing", "doctor", "status"),
    [
        (BillTiming.BEFORE, "sara", ConsultationStatus.ACTIVE),
        (BillTiming.BEFORE, None, ConsultationStatus.PENDING),
        (BillTiming.AFTER, "sara", ConsultationStatus.ACTIVE),
        (BillTiming.AFTER, None, ConsultationStatus.ACTIVE),
    ],
)
def test_what_costs_nothing_is_opened_at_once(house, timing, doctor, status):
    service = house.service(timing=timing, doctor=doctor and house.sara, price=Decimal(0))

    visit, consultation = house.start(service)

    assert (consultation.status, consultation.bill_timing) == (status, timing)
    assert (visit.payment_status, visit.status) == (PaymentStatus.PAID, VisitStatus.OPEN)
    assert Consultation.objects.get() == consultation


@pytest.mark.parametrize("doctor", ["sara", None])
def test_organisation_may_hold_a_place_in_the_queue_before_payment(house, doctor):
    house.hold_places()

    _visit, consultation = house.start(house.service(doctor=doctor and house.sara))

    assert (consultation.status, consultation.activated_at) == (ConsultationStatus.PENDING, None)
    assert consultation.doctor == (doctor and house.sara.provider)


def test_organisation_without_a_policy_of_its_own_has_the_usual_one(house):
    house.organisation.policy.delete()

    _visit, consultation = house.start(house.service())

    assert consultation is None
    assert Invoice.objects.get().status == PaymentStatus.UNPAID


def test_patient_who_is_here_already_gets_a_further_consultation_in_the_same_visit(house):
    first, one = house.start(house.service(timing=BillTiming.AFTER), complaint="Cough")

    second, two = house.start(house.service(timing=BillTiming.AFTER), complaint="Back pain")
    third, three = house.start(house.service(timing=BillTiming.AFTER), complaint="Cough")

    assert first == second == third
    assert {one, two, three} == set(first.consultations.all())
    assert third.complaint == "Cough\nBack pain"
    assert (two.complaint, three.complaint) == ("Back pain", "Cough")


def test_visit_in_another_clinic_is_another_visit(house):
    service = house.service(timing=BillTiming.AFTER)
    service.clinics.add(house.other_clinic)

    here, _one = house.start(service)
    there, _two = house.start(service, clinic=house.other_clinic)

    assert (here.clinic, there.clinic) == (house.clinic, house.other_clinic)


def test_visit_of_yesterday_in_which_nobody_waits_is_closed_and_a_new_one_begins(house):
    yesterday = house.visit(opened_at=NINE - DAY)
    make_consultation(yesterday, house.service(), house.sara.provider, ConsultationStatus.CLOSED)

    today, _none = house.start(house.service())

    yesterday.refresh_from_db()
    assert today != yesterday
    assert (yesterday.status, yesterday.closed_by) == (VisitStatus.CLOSED, house.desk)


def test_visit_of_yesterday_in_which_a_consultation_goes_on_is_the_same_visit(house):
    yesterday = house.visit(opened_at=NINE - DAY)
    make_consultation(yesterday, house.service(), house.sara.provider)

    assert house.start(house.service())[0] == yesterday


def test_visit_of_this_morning_in_which_nobody_waits_is_the_same_visit(house):
    morning = house.visit(opened_at=NINE - timedelta(hours=2))

    assert house.start(house.service())[0] == morning


def test_visit_that_somebody_closes_while_we_wait_for_its_lock_is_left_and_a_new_one_begins(house):
    seen = house.visit()

    def close_what_was_found(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if 'FROM "clinic_visit"' in sql:
            Visit.objects.filter(pk=seen.pk, status=VisitStatus.OPEN).update(
                status=VisitStatus.CLOSED, closed_at=NINE, closed_by=house.desk
            )
        return answer

    with connection.execute_wrapper(close_what_was_found):
        visit, _none = house.start(house.service())

    assert (visit.status, Invoice.objects.get().visit) == (VisitStatus.OPEN, visit)
    assert visit != seen


def test_appointment_that_brought_the_patient_is_noted_on_the_visit(house):
    appointment = make_appointment(house.patient, house.service(), house.sara.provider, house.clinic)

    visit, _none = house.start(house.service(), appointment=appointment)

    assert visit.appointment == appointment


@pytest.mark.parametrize("timing", BillTiming)
def test_same_form_sent_twice_is_one_walk_in(house, timing):
    service = house.service(timing=timing)

    once, again = house.start(service, request_key=KEY), house.start(service, request_key=KEY)

    assert once == again
    assert (Visit.objects.count(), Invoice.objects.count()) == (1, 1)


def test_same_form_sent_again_gets_what_it_made_whatever_has_become_of_the_service(house):
    service = house.service(timing=BillTiming.AFTER)
    once = house.start(service, request_key=KEY)
    type(service).objects.update(active=False)

    assert house.start(service, request_key=KEY) == once


def test_same_form_for_another_patient_is_refused(house):
    service = house.service()
    house.start(service, request_key=KEY)
    house.patient = make_patient(house.organisation, "Lina")

    with pytest.raises(InvalidEntry, match="sent before, for something else"):
        house.start(service, request_key=KEY)


def test_same_form_for_another_service_is_refused(house):
    house.start(house.service(), request_key=KEY)

    with pytest.raises(InvalidEntry, match="sent before, for something else"):
        house.start(house.service(name="Skin clinic"), request_key=KEY)

    assert Invoice.objects.count() == 1


def test_form_of_the_cashier_is_no_walk_in(house):
    service = house.service()
    issue_invoice(house.patient, [line_for(service)], by=house.cashier, clinic=house.clinic, request_key=KEY, at=NINE)

    with pytest.raises(InvalidEntry, match="sent before, for something else"):
        house.start(service, request_key=KEY)


@pytest.mark.parametrize("trouble", ["inactive", "other clinic", "nobody"])
def test_doctor_who_cannot_see_the_patient_here_is_not_assigned(house, trouble):
    house.hold_places()
    service = house.service(doctor=house.nora if trouble == "other clinic" else house.sara)
    if trouble == "inactive":
        house.sara.provider.active = False
        house.sara.provider.save()
    if trouble == "nobody":
        service.auto_assign_doctor = None
        service.save()

    assert house.start(service)[1].doctor is None


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"active": False}, RefusalCode.INACTIVE, "GP consultation is no longer offered. Choose another service."),
        (
            {"workflow_type": WorkflowType.APPOINTMENT}, RefusalCode.INVALID,
            "GP consultation is not an outpatient consultation. Book an appointment for it.",
        ),
    ],
)  # fmt: skip
def test_service_that_is_no_outpatient_consultation_is_refused_and_nothing_is_written(house, fields, code, sentence):
    service = house.service(**fields)

    with pytest.raises(ConsultationRefused) as refused:
        house.start(service)

    assert ([reason.code for reason in refused.value.reasons], str(refused.value)) == ([code], sentence)
    assert (Visit.objects.count(), Invoice.objects.count(), Consultation.objects.count()) == (0, 0, 0)


def test_catalogue_that_was_changed_meanwhile_counts_as_it_is_now(house):
    service = house.service()
    type(service).objects.filter(pk=service.pk).update(active=False)

    with pytest.raises(ConsultationRefused, match="no longer offered"):
        house.start(service)


def test_clinic_without_the_service_is_refused(house):
    with pytest.raises(ConsultationRefused, match="GP consultation is not offered in Malaz"):
        house.start(house.service(), clinic=house.other_clinic)


def test_clinic_that_is_closed_down_is_refused(house):
    Clinic.objects.filter(pk=house.clinic.pk).update(active=False)

    with pytest.raises(ConsultationRefused, match="Olaya is no longer active"):
        house.start(house.service())


def test_everything_that_is_wrong_is_said_at_once(house):
    house.patient.active = False
    house.patient.save()
    theirs = make_appointment(make_patient(house.organisation), house.service(), house.sara.provider, house.clinic)

    with pytest.raises(ConsultationRefused) as refused:
        house.start(house.service(active=False), appointment=theirs, complaint="x" * 20_001)

    assert [reason.code for reason in refused.value.reasons] == [
        RefusalCode.INACTIVE, RefusalCode.INACTIVE, RefusalCode.WRONG_PATIENT, RefusalCode.INVALID,
    ]  # fmt: skip


def test_service_of_another_organisation_is_not_there(house):
    theirs = Outpatients().service()

    with pytest.raises(type(theirs).DoesNotExist):
        house.start(theirs)
