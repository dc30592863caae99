"""Booking one appointment: what is suggested, what is booked, what is refused and how it is said."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER
from clinic.enums import AppointmentKind, AppointmentStatus, MessageStatus
from clinic.models import Appointment, Message
from tests.admin_ext.booking import TEN, chosen, open_booking_desk, part, slot_value, words
from tests.admin_ext.world import buy
from tests.factories import (
    NINE,
    make_appointment,
    make_hours,
    make_package,
    make_patient,
    make_provider,
    make_service,
)

pytestmark = pytest.mark.usefixtures("a_week_before")


@pytest.fixture
def desk(ours, sign_in):
    return open_booking_desk(ours, sign_in)


# What is suggested


def test_page_without_a_patient_asks_for_one_and_lists_what_can_be_booked(ours, desk):
    page = words(desk.ask().text)

    assert "Name, phone or file number" in page
    assert "Ours service" in page
    assert "Ours patient" not in page


@pytest.mark.parametrize("term", ["ours pat", "OursF", "0501234567"])
def test_search_shows_the_end_of_the_phone_and_what_is_left(ours, theirs, desk, term):
    found = words(desk.ask(part("book-found"), q=term).text)

    assert "Ours patient" in found
    assert "phone … 4567" in found
    assert "3 of 4 left" in found
    assert "Theirs" not in found


def test_search_does_not_count_a_package_whose_sessions_are_all_booked(ours, desk):
    for hour in (10, 11, 12):
        make_appointment(
            ours.patient, ours.service, ours.provider, ours.clinic, NINE.replace(hour=hour),
            package_purchase=ours.purchase, session_number=hour,
        )  # fmt: skip

    assert "left" not in words(desk.ask(part("book-found"), q="ours").text)


def test_search_shows_ten_patients_at_most(ours, desk):
    for number in range(12):
        make_patient(ours.organisation, f"Noura {number}")

    assert desk.ask(part("book-found"), q="noura").text.count('name="patient"') == 10


def test_first_match_is_taken_with_the_package_that_expires_first(ours, desk):
    sooner = buy(ours.package, ours.patient, ours.user, expires_on=date(2030, 2, 1))

    page = desk.ask(q="ours pat", pick=1).text

    assert f'name="patient" value="{ours.patient.pk}"' in page
    assert chosen(page)["what"] == [f"{ours.service.pk}.{sooner.pk}"]
    assert "4 of 4 left" in words(page)


def test_package_says_what_it_saves_against_a_single_session(ours, desk):
    ours.purchase.price = 400
    ours.purchase.record("price", by=ours.user)

    assert "saves 50.00 SAR against a single session" in words(desk.ask(patient=ours.patient.pk).text)


def test_package_without_a_session_left_is_not_suggested(ours, desk):
    one = buy(make_package((ours.service, 1), name="One"), ours.patient, ours.user, expires_on=date(2030, 1, 20))
    make_appointment(
        ours.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(hours=4), package_purchase=one,
        session_number=1,
    )  # fmt: skip

    assert chosen(desk.ask(patient=ours.patient.pk).text)["what"] == [f"{ours.service.pk}.{ours.purchase.pk}"]


def test_package_that_expires_before_the_slot_is_not_suggested_and_says_why(ours, desk):
    late = NINE + timedelta(days=91)
    page = desk.ask(
        patient=ours.patient.pk, provider=ours.provider.pk, clinic=ours.clinic.pk, starts_at=late.isoformat()
    ).text

    assert f"{ours.service.pk}.{ours.purchase.pk}" not in page
    assert "The last day of this package is" in words(page)


def test_package_that_the_chosen_provider_does_not_give_says_so_with_the_way(ours, desk):
    other = make_provider(ours.clinic, name="Faisal")
    make_service(other)

    page = desk.ask(patient=ours.patient.pk, provider=other.pk, clinic=ours.clinic.pk).text

    assert f"{ours.purchase.package.name} : not with Faisal . Other times…" in words(page)
    assert f'href="{reverse("admin:book")}?patient={ours.patient.pk}"' in page
    assert "not with" not in words(desk.ask(patient=ours.patient.pk, provider=ours.provider.pk).text)


def test_a_chosen_time_asks_for_its_service_alone(ours, desk):
    slot = {"provider": ours.provider.pk, "clinic": ours.clinic.pk, "starts_at": TEN.isoformat()}

    page = words(desk.ask(**slot).text)

    assert "Choose a service for this time." in page
    assert "to see the free times" not in page


def test_patient_without_a_package_gets_the_only_service_of_the_slot(ours, desk):
    patient = make_patient(ours.organisation, "Huda")

    page = desk.ask(
        patient=patient.pk, provider=ours.provider.pk, clinic=ours.clinic.pk, starts_at=TEN.isoformat()
    ).text

    assert chosen(page) == {
        "what": [str(ours.service.pk)],
        "slot": [slot_value(ours.provider, ours.clinic, TEN)],
    }


def test_only_service_of_the_slot_waits_for_the_patient_whose_package_may_pay_for_it(ours, desk):
    slot = {"provider": ours.provider.pk, "clinic": ours.clinic.pk, "starts_at": TEN.isoformat()}

    before, after = desk.ask(**slot).text, desk.ask(patient=ours.patient.pk, **slot).text

    assert "what" not in chosen(before)
    assert chosen(after)["what"] == [f"{ours.service.pk}.{ours.purchase.pk}"]


def test_start_without_a_provider_is_preset_with_somebody_who_is_free_then(ours, desk):
    make_hours(idle := make_provider(ours.clinic, name="Idle"), ours.clinic)
    ours.service.providers.add(idle)

    page = desk.ask(patient=ours.patient.pk, what=ours.service.pk, clinic=ours.clinic.pk, starts_at=TEN.isoformat())

    assert chosen(page.text)["slot"] == [slot_value(idle, ours.clinic, TEN)]


def test_slot_offers_only_what_its_provider_gives_at_its_clinic(ours, desk):
    make_service(make_provider(ours.clinic, name="Lama"), name="Massage")

    preset = desk.ask(provider=ours.provider.pk, clinic=ours.clinic.pk, starts_at=TEN.isoformat()).text

    assert "Ours service" in preset
    assert "Massage" not in preset
    assert "Massage" in desk.ask().text


def test_slot_too_short_for_the_service_says_why_and_offers_the_nearest(ours, desk):
    long = make_service(ours.provider, name="Assessment", minutes=60)
    starts_at = NINE.replace(hour=16, minute=30)

    page = desk.ask(
        patient=ours.patient.pk, what=long.pk, provider=ours.provider.pk, clinic=ours.clinic.pk,
        starts_at=starts_at.isoformat(),
    ).text  # fmt: skip

    assert "Ours provider works at Ours clinic on Monday 7 January 2030: 09:00–17:00." in words(page)
    assert "Book 16:00 , Ours provider" in words(page)


def test_slot_for_several_says_how_many_places_are_free(ours, desk):
    ours.hours.capacity = 3
    ours.hours.record("capacity", by=ours.user)
    ours.room.capacity = 3
    ours.room.record("capacity", by=ours.user)

    page = words(desk.ask(patient=ours.patient.pk, **{"from": "2030-01-07"}).text)

    assert "09:30 3 places" in page


def test_package_of_the_catalogue_is_named_with_what_it_saves(ours, desk):
    make_package((ours.service, 10), name="Ten", price=1000)

    page = words(desk.ask(patient=ours.patient.pk, what=ours.service.pk).text)

    assert "Ten : 50.00 SAR less a session." in page


def test_list_of_appointments_opens_the_dialog_for_those_who_may_book(ours, desk, sign_in):
    address, opener = f"{reverse('admin:clinic_appointment_changelist')}?day=today", f'hx-get="{reverse("admin:book")}"'

    assert opener in desk.client.get(address).text
    assert opener not in sign_in(ours.organisation, CASHIER).get(address).text


def test_chosen_time_shows_its_end_and_its_room(ours, desk):
    shown = words(desk.ask(part("book-chosen"), **desk.form()).text)

    assert "Mon 7 Jan 10:00–10:30 Ours provider · Ours clinic · Ours room" in shown


def test_follow_up_presets_patient_service_provider_and_kind(ours, desk):
    page = desk.ask(follow_up_of=ours.appointment.pk).text

    assert f'name="patient" value="{ours.patient.pk}"' in page
    assert chosen(page)["what"] == [f"{ours.service.pk}.{ours.purchase.pk}"]
    assert f'value="{ours.provider.pk}" selected' in page
    assert 'value="follow_up" selected' in page


# What is booked


def test_booking_takes_a_session_and_says_so_with_undo(ours, desk):
    answer = desk.book(reason="Stutters")

    row = desk.booked()
    assert (row.patient, row.service, row.provider, row.clinic) == (
        ours.patient, ours.service, ours.provider, ours.clinic
    )  # fmt: skip
    assert (row.starts_at, row.package_purchase, row.session_number) == (TEN, ours.purchase, 2)
    assert (row.kind, row.reason) == (AppointmentKind.THERAPY_SESSION, "Stutters")
    assert answer.status_code == 204
    assert "Booked: Ours patient, Mon 7 Jan 10:00, Ours provider." in answer["HX-Trigger"]
    assert reverse("admin:undo_booking", args=[row.pk]) in answer["HX-Trigger"]


def test_booking_from_the_page_leads_to_the_appointment(ours, desk):
    answer = desk.book(headers={}, as_page=1)

    assert answer["Location"] == reverse("admin:appointment", args=[desk.booked().pk])


def test_booking_without_a_package_takes_no_session(ours, desk):
    desk.book(what=ours.service.pk)

    assert desk.booked().package_purchase is None


def test_booking_names_what_it_was_asked_for_by_single_fields_too(ours, desk):
    desk.book(
        what=None, slot=None, service=ours.service.pk, provider=ours.provider.pk, clinic=ours.clinic.pk,
        starts_at=TEN.isoformat(),
    )  # fmt: skip

    row = desk.booked()
    assert (row.service, row.starts_at, row.package_purchase) == (ours.service, TEN, None)


def test_undo_cancels_and_the_patient_hears_nothing(ours, desk):
    desk.book()
    row = desk.booked()

    answer = desk.client.post(reverse("admin:undo_booking", args=[row.pk]), headers=part("body"))

    row.refresh_from_db()
    assert row.status == AppointmentStatus.CANCELLED_BY_CLINIC
    assert set(Message.objects.filter(appointment=row).values_list("status", flat=True)) == {MessageStatus.CANCELLED}
    assert 'The booking of Ours patient is taken back."' in answer["HX-Trigger"]


# What is refused


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"patient": None}, "Choose a patient first."),
        ({"what": None}, "Choose a service or a package."),
        ({"slot": None}, "Choose a time."),
        ({"slot": "1~2~never"}, "Choose a time."),
        ({"slot": "1~1~9999-12-31T23:59:59+00:00"}, "Choose a time."),
        ({"patient": None, "new": 1, "name": " "}, "Write the name of the new patient."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_booked(ours, desk, changes, sentence):
    page = desk.book(reason="kept", **changes).text

    assert sentence in words(page)
    assert 'value="kept"' in page
    assert desk.booked() is None


def test_slot_taken_meanwhile_keeps_the_input_and_offers_three_others_to_book_at_once(ours, desk):
    make_appointment(make_patient(ours.organisation, "Quick"), ours.service, ours.provider, ours.clinic, TEN)

    page = desk.book(reason="kept").text

    assert "This time is not free." in words(page)
    assert page.count('class="button-plain" name="slot"') == 3
    assert 'value="kept"' in page
    assert chosen(page)["what"] == [f"{ours.service.pk}.{ours.purchase.pk}"]
    assert Appointment.objects.filter(starts_at=TEN, patient=ours.patient).count() == 0


def test_day_without_a_slot_says_why(ours, desk):
    make_provider(ours.clinic, name="Idle").services.add(ours.service)

    page = words(desk.ask(patient=ours.patient.pk, **{"from": "2030-01-07"}).text)

    assert "Wed 9 Jan No working hours: Idle and Ours provider." in page


def test_names_are_escaped(ours, desk):
    bad = "<script>alert(1)</script>"
    patient = make_patient(ours.organisation, bad)
    ours.provider.name_en = ours.service.name_en = bad
    ours.provider.record("name_en", by=ours.user)
    ours.service.record("name_en", by=ours.user)

    pages = [
        desk.ask(patient=patient.pk), desk.ask({}, patient=patient.pk), desk.ask(q="script", pick=""),
        desk.ask(part("book-found"), q=bad), desk.ask(new=1, name=bad), desk.book(patient=patient.pk, slot=None),
    ]  # fmt: skip

    assert not [page for page in pages if "<script>alert" in page.text]
