"""Outpatient services in the catalogue: what their fields mean, and the doctor whom everybody goes to."""

import pytest
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR
from clinic.consultations.services import start_gopd
from clinic.enums import BillTiming, WorkflowType
from tests.admin_ext.booking import words
from tests.admin_ext.forms import posted_values
from tests.factories import make_clinic, make_patient, make_provider


@pytest.fixture
def administrator(ours, sign_in):
    return sign_in(ours.organisation, ADMINISTRATOR)


def save(client, service, **changes):
    address = reverse("admin:clinic_service_change", args=[service.pk])
    return client.post(address, {**posted_values(client.get(address)), **changes})


def test_fields_of_outpatients_say_what_they_do(administrator, ours):
    shown = words(administrator.get(reverse("admin:clinic_service_change", args=[ours.service.pk])).content.decode())

    assert "For an outpatient consultation patients walk in; all others are booked." in shown
    assert "Before: the doctor can begin when it is paid. After: the doctor begins." in shown
    assert "Empty: any doctor of the clinic takes them." in shown


def test_service_becomes_an_outpatient_consultation_of_one_doctor(administrator, ours):
    gopd = {"workflow_type": WorkflowType.GOPD_CONSULT, "bill_timing": BillTiming.BEFORE}

    answer = save(administrator, ours.service, **gopd, auto_assign_doctor=ours.provider.pk)

    assert answer.status_code == 302
    ours.service.refresh_from_db()
    assert (ours.service.workflow_type, ours.service.bill_timing) == ("gopd_consult", "before")
    assert ours.service.auto_assign_doctor == ours.provider


def test_doctor_who_works_elsewhere_is_refused_with_the_clinics_that_miss(administrator, ours):
    jeddah, madinah = make_clinic(ours.organisation, "Jeddah"), make_clinic(ours.organisation, "Madinah")
    visitor = make_provider(ours.clinic, name="Dr Khalid")
    clinics = [ours.clinic.pk, jeddah.pk, madinah.pk]

    answer = save(administrator, ours.service, clinics=clinics, auto_assign_doctor=visitor.pk)

    assert answer.context["adminform"].form.errors["auto_assign_doctor"] == [
        "Dr Khalid does not work in Jeddah or Madinah. Choose a doctor of all its clinics, or none."
    ]
    ours.service.refresh_from_db()
    assert ours.service.auto_assign_doctor is None


def test_workflow_of_what_a_patient_waits_for_is_not_changed(administrator, ours):
    ours.service.workflow_type, ours.service.bill_timing = WorkflowType.GOPD_CONSULT, BillTiming.BEFORE
    ours.service.save()
    ours.service.clinics.add(ours.clinic)
    start_gopd(make_patient(ours.organisation, "Omar"), ours.service, by=ours.user, clinic=ours.clinic)

    answer = save(administrator, ours.service, workflow_type=WorkflowType.APPOINTMENT)

    assert answer.context["adminform"].form.errors["workflow_type"] == [
        "A patient in an open visit waits for this service. Change the workflow when these visits are over, or add a "
        "new service."
    ]
    ours.service.refresh_from_db()
    assert ours.service.workflow_type == WorkflowType.GOPD_CONSULT
    assert save(administrator, ours.service, name_en="Evening clinic").status_code == 302
