"""Booking somebody who has no file yet, and the same form sent twice."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from clinic.models import Appointment, Patient
from tests.admin_ext.booking import TEN, open_booking_desk, part, slot_value, take_ten, words

pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def desk(ours, sign_in):
    return open_booking_desk(ours, sign_in)


def test_search_for_nobody_offers_a_new_patient_with_the_name_typed(desk):
    page = desk.ask(q="Zed <b>", pick=1).text

    assert 'name="name" value="Zed &lt;b&gt;"' in page


def test_number_that_nobody_has_becomes_the_phone_of_the_new_patient(desk):
    page = desk.ask(new=1, q="055 999 8877").text

    assert 'name="name" value=""' in page
    assert 'name="phone" value="055 999 8877"' in page


def test_patient_who_has_a_file_gets_no_second_one(ours, desk):
    desk.book(new=1, name="Zed", phone="0509998877")

    assert desk.booked().patient == ours.patient
    assert not Patient.objects.filter(name_en="Zed").exists()


def test_new_patient_and_appointment_come_to_be_together(ours, desk):
    desk.book(patient=None, new=1, name="Zed", phone="0509998877", what=ours.service.pk)

    patient = Patient.objects.get(name_en="Zed")
    assert (patient.organisation, patient.phone.as_e164) == (ours.organisation, "+966509998877")
    assert desk.booked().patient == patient


def test_undo_says_that_the_file_of_the_new_patient_stays(ours, desk):
    desk.book(patient=None, new=1, name="Zed", phone="0509998877", what=ours.service.pk)
    address = reverse("admin:undo_booking", args=[desk.booked().pk])

    answer = desk.client.post(address, headers=part("body"))

    number = Patient.objects.get(name_en="Zed").file_number
    assert f"The booking of Zed is taken back. Their file {number} stays." in answer["HX-Trigger"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"phone": "12"}, "“12” is not a phone number."), ({"slot": None}, "Choose a time.")],
)
def test_new_patient_who_cannot_be_booked_is_not_registered_and_the_input_stays(ours, desk, changes, sentence):
    form = {"patient": None, "new": 1, "name": "Zed", "phone": "0509998877", "what": ours.service.pk, **changes}

    page = desk.book(**form).text

    assert sentence in words(page)
    assert 'name="name" value="Zed"' in page
    assert not Patient.objects.filter(name_en="Zed").exists()


def test_new_patient_at_a_slot_taken_meanwhile_is_not_registered(ours, desk):
    take_ten(ours)

    page = desk.book(patient=None, new=1, name="Zed", phone="0509998877", what=ours.service.pk).text

    assert "This time is not free." in words(page)
    assert not Patient.objects.filter(name_en="Zed").exists()


def test_known_phone_shows_whose_it_is_in_this_organisation_alone(ours, theirs, desk):
    hint = desk.ask(part("book-duplicates"), new=1, phone="050 123 4567").text

    assert "Ours patient" in hint
    assert "Theirs" not in hint
    assert f'name="patient" value="{ours.patient.pk}"' in hint


def test_known_phone_is_a_question_once_and_then_a_decision(ours, desk):
    form = {"patient": None, "new": 1, "name": "Zed", "phone": "0501234567", "what": ours.service.pk}

    asked = desk.book(**form).text
    assert "This phone is known already." in words(asked)
    assert 'name="known_phone" value="0501234567"' in asked
    assert desk.booked() is None

    desk.book(**form, known_phone="0501234567")
    assert desk.booked().patient.name_en == "Zed"


# The same form twice


def test_form_sent_twice_books_once(desk):
    key = uuid4()

    answers = [desk.book(request_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert Appointment.objects.filter(request_key=key).count() == 1


def test_form_of_a_new_patient_sent_twice_registers_and_books_once(ours, desk):
    form = {"patient": None, "new": 1, "name": "Zed", "phone": "", "what": ours.service.pk, "request_key": uuid4()}

    answers = [desk.book(**form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert Patient.objects.filter(name_en="Zed").count() == 1


def test_form_sent_again_for_another_time_asks_first(ours, desk):
    key = uuid4()
    desk.book(request_key=key)
    later = slot_value(ours.provider, ours.clinic, TEN + timedelta(hours=2))

    page = desk.book(request_key=key, slot=later).text

    assert "This form has already booked Mon 7 Jan 10:00." in words(page)
    assert str(key) not in page
    assert Appointment.objects.filter(patient=ours.patient).count() == 2
