"""The steps of a consultation from its list: they lead into the room, or say why not."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from clinic.enums import RefusalCode
from clinic.models import RefusedAttempt
from tests.admin_ext.rooms import ACTIVE, CLOSED, PENDING, Doctor, colleague, now_in_table


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    return Doctor(sign_in)


def press(doctor, button, row):
    address = reverse(f"admin:clinic_consultation_{button}", args=[row.pk])
    return doctor.client.post(address, {"_form_submitted": "on"})


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_begin_takes_the_patient_and_leads_into_the_room(reem):
    row = reem.waits()

    answer = press(reem, "begin", row)

    assert answer.url == reverse("admin:consultation", args=[row.pk])
    assert (now_in_table(row).status, now_in_table(row).doctor) == (ACTIVE, reem.provider)


def test_begin_says_what_is_not_paid_and_the_attempt_is_noted_with_its_door(reem):
    row = reem.not_paid()

    answer = press(reem, "begin", row)

    assert "Not paid: 150.00 SAR. Ask the cashier." in said(answer)
    assert now_in_table(row).status == PENDING
    attempt = RefusedAttempt.objects.get()
    assert (attempt.by, attempt.door, attempt.code) == (reem.user, "clinic_consultation_begin POST", RefusalCode.UNPAID)


def test_close_says_whose_the_consultation_is(reem, sign_in):
    row = colleague(sign_in, reem).mine()

    answer = press(reem, "close", row)

    assert "is the patient of Reem" in said(answer)
    assert now_in_table(row).status == ACTIVE


def test_close_ends_an_own_one_and_a_second_time_says_that_it_is_over(reem):
    row = reem.mine()

    press(reem, "close", row)

    assert now_in_table(row).status == CLOSED
    assert "stays as it is" in said(press(reem, "close", row))
