"""Outpatients on the pages where staff already are: Today, the patient's page and the card of an appointment."""

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.billing.services import waive
from clinic.consultations.services import start_gopd
from clinic.enums import AppointmentStatus, BillTiming, WorkflowType
from tests.admin_ext.booking import words
from tests.factories import make_appointment, make_patient, make_provider, make_service, make_user

pytestmark = pytest.mark.usefixtures("today_at_nine")


@pytest.fixture
def doctor(ours):
    return make_provider(ours.clinic, name="Dr Khalid", user=make_user(ours.organisation))


@pytest.fixture
def paid_first(doctor):
    return make_service(
        doctor, name="GP consultation", workflow_type=WorkflowType.GOPD_CONSULT, bill_timing=BillTiming.BEFORE
    )


@pytest.fixture
def walker(ours):
    return make_patient(ours.organisation, "Noura Saleh")


@pytest.fixture
def visit(ours, walker, paid_first):
    return start_gopd(walker, paid_first, by=ours.user, clinic=ours.clinic, complaint="Secret cough")[0]


def shown_to(client, name, *args) -> str:
    page = words(client.get(reverse(f"admin:{name}", args=args)).content.decode())
    return page.replace("\u2066", "").replace("\u2069", "")


# Today


def test_today_shows_who_is_here_for_what_and_what_comes_next(ours, sign_in, visit):
    shown = shown_to(sign_in(ours.organisation, FRONT_DESK), "index")

    assert "Outpatients here (2)" in shown
    assert "09:00 Noura Saleh GP consultation Unpaid" in shown
    assert "Secret cough" not in shown


def test_today_follows_the_patient_from_the_cashier_to_the_doctor(ours, sign_in, visit):
    desk = sign_in(ours.organisation, FRONT_DESK)
    waive(visit.invoices.get(), by=sign_in(ours.organisation, MANAGER).user, reason="Staff")
    waiting = shown_to(desk, "index")
    row = visit.consultations.get()
    row.status, row.activated_at, row.version = "active", visit.opened_at, 1
    row.save()

    assert "Noura Saleh GP consultation Waits for the doctor" in waiting
    assert "Noura Saleh GP consultation With the doctor" in shown_to(desk, "index")


def test_today_leaves_out_who_has_gone_and_who_is_theirs(ours, theirs, sign_in):
    ours.visit.status, ours.visit.closed_at = "closed", ours.visit.opened_at
    ours.visit.save()

    assert "Outpatients here (0) Walk-in No outpatient is here." in shown_to(
        sign_in(ours.organisation, FRONT_DESK), "index"
    ).replace("directions_walk ", "")


# The patient's page


def test_patient_page_shows_visits_and_what_is_to_be_paid(ours, sign_in, walker, visit):
    shown = shown_to(sign_in(ours.organisation, FRONT_DESK), "patient", walker.pk)

    assert "150.00 SAR to be paid" in shown
    assert "GP consultation Ours clinic Unpaid Open" in shown
    assert "Secret cough" not in shown


def test_cashier_goes_from_the_patient_to_the_payment(ours, sign_in, walker, visit):
    page = sign_in(ours.organisation, CASHIER).get(reverse("admin:patient", args=[walker.pk])).content.decode()

    assert f'href="{reverse("admin:cash_desk")}?patient={walker.pk}"' in page


def test_doctor_sees_the_consultations_of_their_own_and_no_money(ours, sign_in, doctor):
    client = sign_in(ours.organisation, PROVIDER)
    others = shown_to(client, "patient", ours.patient.pk)
    ours.provider.user = client.user
    ours.provider.save()

    own = shown_to(client, "patient", ours.patient.pk)

    assert "Consultations you may read" not in others
    assert "Consultations you may read" in own
    assert "300.00 SAR" not in own
    assert "Ours diagnosis" not in own


@pytest.mark.parametrize("n", [1, 3])
def test_patient_page_asks_the_same_for_more_visits(n, ours, sign_in, walker, paid_first, django_assert_num_queries):
    client = sign_in(ours.organisation, FRONT_DESK)
    for _ in range(n):
        visit, _none = start_gopd(walker, paid_first, by=ours.user, clinic=ours.clinic)
        visit.status, visit.closed_at = "closed", visit.opened_at
        visit.save()
    shown_to(client, "patient", walker.pk)

    with django_assert_num_queries(33):
        shown_to(client, "patient", walker.pk)


# An appointment for the doctor


def test_arrived_outpatient_is_let_in_from_the_appointment(ours, sign_in, walker, paid_first, doctor):
    desk = sign_in(ours.organisation, FRONT_DESK)
    booked = make_appointment(walker, paid_first, doctor, ours.clinic, status=AppointmentStatus.ARRIVED)
    address = f"{reverse('admin:walk_in')}?appointment={booked.pk}"
    before = desk.get(reverse("admin:appointment", args=[booked.pk])).content.decode()
    form = {"patient": walker.pk, "clinic": ours.clinic.pk, "service": paid_first.pk, "appointment": booked.pk}

    desk.post(reverse("admin:walk_in"), form)

    after = desk.get(reverse("admin:appointment", args=[booked.pk])).content.decode()
    assert address in before
    assert address not in after
    assert reverse("admin:visit", args=[walker.visits.get(appointment=booked).pk]) in after


def test_nobody_is_let_in_from_an_appointment_of_another_kind(ours, sign_in):
    ours.appointment.status = AppointmentStatus.ARRIVED
    ours.appointment.save()

    page = sign_in(ours.organisation, FRONT_DESK).get(reverse("admin:appointment", args=[ours.appointment.pk]))

    assert "walk-in/?appointment" not in page.content.decode()
