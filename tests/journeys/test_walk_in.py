"""Letting in by hand: what a patient complains of stays with that patient, and with nobody else."""

import pytest
from django.contrib.auth.models import Group

from admin_ext.roles import FRONT_DESK
from clinic.enums import WorkflowType
from clinic.models import Visit
from tests.browser import settled
from tests.factories import make_clinic, make_organisation, make_patient, make_provider, make_service, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPLAINT = "#walk-in-complaint"


@pytest.fixture
def reception(page, sign_in):
    """The walk-in page, where Huda and Omar can be let in for a consultation."""
    organisation = make_organisation(time_zone="UTC")
    person = make_user(organisation, "mona", first_name="Mona", is_staff=True)
    person.groups.set(Group.objects.filter(name=FRONT_DESK))
    doctor = make_provider(make_clinic(organisation, "Olaya", time_zone="UTC"))
    make_service(doctor, name="Consultation", workflow_type=WorkflowType.GOPD_CONSULT)
    for name in ("Huda", "Omar"):
        make_patient(organisation, name)
    sign_in(person)
    page.goto("/admin/walk-in/")
    return page


def choose(page, name):
    page.fill("#book-q", name)
    page.click(f".found-patient:has-text('{name}')")
    page.wait_for_selector(".book-patient")
    settled(page)


def test_complaint_stays_when_the_patient_is_chosen_after_it_and_goes_with_the_patient(reception):
    reception.fill(COMPLAINT, "Cough since Friday")

    choose(reception, "Huda")
    kept = reception.input_value(COMPLAINT)
    reception.click(".book-patient button")
    reception.wait_for_selector("#book-q")
    settled(reception)

    assert kept == "Cough since Friday"
    assert reception.input_value(COMPLAINT) == ""


def test_going_back_after_letting_in_shows_no_complaint(reception):
    choose(reception, "Huda")
    reception.fill(COMPLAINT, "Cough since Friday")
    reception.click("#walk-in-button")
    reception.wait_for_url("**/visits/**")

    reception.go_back()
    reception.wait_for_selector(COMPLAINT)

    assert Visit.objects.get().complaint == "Cough since Friday"
    assert reception.input_value(COMPLAINT) == ""
