"""Booking a follow-up out of the consultation room, in the desk's own dialog and with a doctor's own rights."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import FRONT_DESK
from clinic.enums import AppointmentKind, AppointmentStatus
from clinic.models import Appointment, FollowUp
from tests.admin_ext.rooms import HTMX, Doctor, colleague
from tests.factories import NINE, make_patient, make_service, make_week

A_WEEK = timedelta(days=7)


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    doctor = Doctor(sign_in)
    make_week(doctor.provider, doctor.clinic)
    return doctor


def form(row, doctor, **changed) -> dict:
    slot = f"{doctor.provider.pk}~{doctor.clinic.pk}~{(NINE + A_WEEK).isoformat()}"
    sent = {"patient": row.patient_id, "what": f"{row.service_id}.", "slot": slot, "consultation": row.pk}
    return {**sent, "kind": AppointmentKind.FOLLOW_UP, **changed}


def test_dialog_knows_patient_doctor_and_service(reem):
    row = reem.mine()

    asked = reem.client.get(reverse("admin:follow_up", args=[row.pk]), headers=HTMX, follow=True)

    question = asked.context["asked"]
    assert (question.patient, question.provider, question.service) == (row.patient, reem.provider, reem.service)
    assert question.kind == AppointmentKind.FOLLOW_UP
    assert "New follow-up" in asked.text


def test_dialog_does_not_propose_walking_in_to_a_doctor_who_gives_something_else(reem):
    make_service(reem.provider, name="Review")

    asked = reem.client.get(reverse("admin:follow_up", args=[reem.mine().pk]), headers=HTMX, follow=True)

    assert asked.context["asked"].service is None
    assert "Review" in asked.text


def test_booking_is_noted_as_the_consultations_follow_up_and_shown_in_the_room(reem):
    row = reem.mine()

    answer = reem.post("book", **form(row, reem))

    booked = Appointment.objects.get()
    assert (booked.patient, booked.provider, booked.starts_at) == (row.patient, reem.provider, NINE + A_WEEK)
    assert FollowUp.objects.get().consultation == row
    assert f'href="{reverse("admin:appointment", args=[booked.pk])}"' in reem.ask("consultation", row.pk).text
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    reem.client.post(undo, headers=HTMX)
    assert Appointment.objects.get().status == AppointmentStatus.CANCELLED_BY_CLINIC


def test_closed_consultation_can_still_get_a_follow_up(reem):
    row = reem.closed()

    reem.post("book", **form(row, reem))

    assert FollowUp.objects.get().consultation == row


def test_doctor_books_nothing_without_an_own_consultation(reem, sign_in):
    lama = colleague(sign_in, reem)
    row = lama.mine()

    refused = [reem.post("book", **form(row, reem, consultation=key)) for key in (row.pk, "", "x", 10**30)]

    assert [answer.status_code for answer in refused] == [403, 403, 403, 403]
    assert not Appointment.objects.exists()


def test_doctor_books_for_the_patient_of_the_consultation_alone(reem):
    row, other = reem.mine(), make_patient(reem.organisation, "Noura")

    answer = reem.post("book", **form(row, reem, patient=other.pk))

    assert "another patient" in answer.text
    assert not Appointment.objects.exists()


def test_desk_books_a_doctors_follow_up_too(reem, sign_in):
    row = reem.closed()
    desk = sign_in(reem.organisation, FRONT_DESK)

    desk.post(reverse("admin:book"), form(row, reem), headers=HTMX)

    assert FollowUp.objects.get().appointment.booked_by == desk.user
