"""The page and the card of one appointment: what they show to whom, in a fixed number of questions."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.enums import AppointmentKind
from clinic.enums import AppointmentStatus as Status
from clinic.scheduling import booking
from clinic.scheduling.booking.notes import words_version
from tests.admin_ext.toasts import toast_of
from tests.admin_ext.world import make_charge, make_message
from tests.factories import NINE, make_appointment, make_patient, make_user

CARD = {"HX-Request": "true", "HX-Target": "modal-content"}


@pytest.fixture(autouse=True)
def nine_o_clock(today_at_nine):
    pass


@pytest.fixture
def desk(ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


@pytest.fixture
def row(ours):
    """A single appointment, without a charge."""
    patient = make_patient(ours.organisation, "Huda", born_on=date(2020, 5, 1), file_number="F-7")
    return make_appointment(patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(hours=1))


def card_of(client, appointment, headers=CARD):
    return client.get(reverse("admin:appointment", args=[appointment.pk]), headers=headers)


def write(client, appointment, headers=CARD, **values):
    words = {"reason": "", "notes": "", "version": words_version(appointment)}
    return client.post(
        reverse("admin:appointment_notes", args=[appointment.pk]), {**words, **values}, headers=headers
    )  # fmt: skip


def test_card_names_who_what_when_and_where(ours, desk):
    page = card_of(desk, ours.appointment).text

    assert "<bdi>Ours patient</bdi>" in page
    assert 'href="tel:+966501234567"' in page
    assert "OursF" in page
    assert '<span class="nowrap">Mon 7 Jan <bdi dir="ltr">09:00–09:30</bdi></span>' in page
    for name in ("Ours service", "Ours provider", "Ours clinic", "Ours room"):
        assert f"<bdi>{name}</bdi>" in page
    assert '<span class="status status-blue">Scheduled</span>' in page


def test_card_counts_the_session_and_shows_what_is_left(ours, desk):
    page = card_of(desk, ours.appointment).text

    assert "session 1 of 4" in page
    assert "1 reserved" in page
    assert "3 free" in page


def test_time_is_the_clinics_wherever_the_organisation_is(ours, desk, row):
    ours.clinic.time_zone = "Asia/Tokyo"
    ours.clinic.record("time_zone", by=ours.user)

    assert '<bdi dir="ltr">16:00–16:30</bdi>' in card_of(desk, row).text


def test_warnings_say_what_the_patient_owes_and_missed(ours, desk, row):
    for days in (1, 2):
        missed = make_appointment(row.patient, ours.service, ours.provider, ours.clinic, NINE - timedelta(days=days))
        booking.mark_no_show(missed, by=ours.user)
    make_charge(missed, "missed")

    page = card_of(desk, row).text

    assert "2 no-shows in 90 days" in page
    assert "Owes \N{LEFT-TO-RIGHT ISOLATE}50.00 SAR\N{POP DIRECTIONAL ISOLATE}" in page


def test_patient_who_missed_too_often_must_confirm(ours, desk, row):
    ours.policy.no_show_limit, ours.policy.no_show_consequence = 1, "must_confirm"
    ours.policy.record(by=ours.user)
    missed = make_appointment(row.patient, ours.service, ours.provider, ours.clinic, NINE - timedelta(days=1))
    booking.mark_no_show(missed, by=ours.user)

    waiting = card_of(desk, row).text
    booking.confirm(row, by=ours.user)

    assert "Must confirm" in waiting
    assert "Must confirm" not in card_of(desk, row).text


def test_overbooked_appointment_says_why(ours, desk):
    page = card_of(desk, ours.appointment).text

    assert "Overbooked" in page
    assert "Ours overbook" in page


def test_emergency_says_why_and_is_not_overbooked(ours, desk):
    ours.appointment.kind = AppointmentKind.EMERGENCY
    ours.appointment.record("kind", by=ours.user)

    page = card_of(desk, ours.appointment).text

    assert '<span class="status status-red">Emergency</span> <small dir="auto">Ours overbook</small>' in page
    assert "Overbooked" not in page


def test_video_link_is_joined_and_copied(ours, desk, row):
    row.video_link = "https://meet.example.org/room-1"
    row.record("video_link", by=ours.user)

    page = card_of(desk, row).text

    assert 'href="https://meet.example.org/room-1" target="_blank" rel="noopener noreferrer"' in page
    assert 'data-link="https://meet.example.org/room-1"' in page


def test_next_step_is_the_one_filled_button(ours, desk, row):
    page = card_of(desk, row).text

    assert page.count("button-main") == 1
    assert 'id="step-check_in" class="button-main next-step"' in page


def test_completed_appointment_offers_a_follow_up(ours, desk, row):
    booking.check_in(row, by=ours.user)
    booking.complete(row, by=ours.user)

    page = card_of(desk, row).text

    assert page.count("button-main") == 1
    assert f"{reverse('admin:book')}?follow_up_of={row.pk}" in page


def test_provider_gets_the_buttons_of_own_appointments_only(ours, row, sign_in):
    provider = sign_in(ours.organisation, PROVIDER)
    booking.check_in(row, by=ours.user)
    foreign = card_of(provider, row).text
    ours.provider.user = provider.user
    ours.provider.record("user", by=ours.user)

    own = card_of(provider, row).text

    assert 'id="step-start"' in own
    assert 'id="step-undo_status"' not in own
    assert "step-" not in foreign


def test_who_may_only_look_gets_no_buttons(ours, row, sign_in):
    page = card_of(sign_in(ours.organisation, CASHIER), row).text

    assert "<form" not in page
    assert "Move…" not in page


def test_provider_sees_no_money_and_no_messages(ours, desk, sign_in):
    shown, hidden = (card_of(client, ours.appointment).text for client in (desk, sign_in(ours.organisation, PROVIDER)))

    for words in ("Owes", "50.00 SAR", "Appointment booked"):
        assert words in shown
        assert words not in hidden


def test_what_happened_is_told_in_order(ours, desk):
    ours.charge.delete()
    booking.check_in(ours.appointment, by=ours.user)

    page = card_of(desk, ours.appointment).text

    told = page[page.index("What happened") :]
    assert told.index("Booked") < told.index("Arrived")
    assert "Appointment booked · E-mail" in told


def test_asked_again_it_answers_only_the_part_that_changed(ours, desk, row):
    card = card_of(desk, row, {"HX-Request": "true", "HX-Target": "appointment-card"}).text
    page = card_of(desk, row, {"HX-Request": "true", "HX-Target": "appointment-page"}).text

    assert 'role="dialog"' not in card + page
    assert 'id="appointment-card"' in card
    assert "Open as a page" in card
    assert 'id="appointment-page"' in page
    assert "Open as a page" not in page


def test_page_of_its_own_has_the_frame_of_the_admin(desk, row):
    page = card_of(desk, row, headers={}).text

    assert "<title>" in page
    assert 'id="appointment-page"' in page


def test_appointment_of_another_organisation_is_not_found(theirs, desk):
    assert card_of(desk, theirs.appointment).status_code == 404
    assert write(desk, theirs.appointment, notes="Ours now").status_code == 404
    theirs.appointment.refresh_from_db()
    assert theirs.appointment.notes == "Theirs appointment notes"


def test_waiver_needs_the_permission_and_a_reason(ours, desk, row, sign_in):
    ours.policy.no_show_fee = Decimal(100)
    ours.policy.record(by=ours.user)
    manager = sign_in(ours.organisation, MANAGER)
    row.starts_at = row.busy_from = NINE - timedelta(minutes=30)
    row.ends_at = row.busy_until = NINE
    row.record(by=ours.user)
    booking.mark_no_show(row, by=ours.user)
    address = reverse("admin:appointment_step", args=[row.pk, "waive"])

    assert "Waive…" not in card_of(desk, row).text
    assert "Waive…" in card_of(manager, row).text
    refused = [
        client.post(address, {"reason": reason}, headers=CARD).headers["HX-Trigger"]
        for client, reason in ((desk, "Was ill"), (manager, ""))
    ]
    assert "Your role does not allow you to waive this." in refused[0]
    assert "A waiver needs a reason." in refused[1]

    done = toast_of(manager.post(address, {"reason": "Was ill"}, headers=CARD))

    row.refresh_from_db()
    assert (row.waiver_reason, row.charge.status) == ("Was ill", "waived")
    manager.post(done["undo"], headers=CARD)
    manager.post(done["undo"], headers=CARD)
    row.refresh_from_db()
    assert (row.waived_at, row.status) == (None, Status.NO_SHOW)


def test_notes_are_written(desk, row):
    answer = write(desk, row, reason="Stammers", notes="Brings the brother")

    assert toast_of(answer)["text"] == "The notes are saved."
    row.refresh_from_db()
    assert (row.reason, row.notes) == ("Stammers", "Brings the brother")


def test_notes_written_by_somebody_else_meanwhile_are_shown_beside_ones_own(ours, desk, row):
    seen = words_version(row)
    write(desk, row, notes="Theirs: needs a ramp")
    row.refresh_from_db()

    answer = write(desk, row, notes="Mine: parks behind", version=seen)

    assert "has written other words on the appointment of Huda" in answer.text
    assert "Theirs: needs a ramp" in answer.text
    assert "Mine: parks behind" in answer.text
    row.refresh_from_db()
    assert row.notes == "Theirs: needs a ramp"

    write(desk, row, notes="Mine: parks behind", version=answer.context["notes_form"]["version"].value())

    row.refresh_from_db()
    assert row.notes == "Mine: parks behind"


def test_a_step_taken_meanwhile_is_no_reason_to_refuse_notes(ours, desk, row):
    seen = words_version(row)
    booking.check_in(row, by=ours.user)

    write(desk, row, notes="Still true", version=seen)

    row.refresh_from_db()
    assert row.notes == "Still true"


def test_notes_that_are_too_long_are_kept_and_refused(desk, row):
    answer = write(desk, row, reason="x" * 251)

    assert "at most 250 characters" in answer.text
    assert "x" * 251 in answer.text


def test_notes_of_a_completed_session_are_only_read_at_the_desk(ours, desk, row):
    row.status, row.notes = Status.COMPLETED, "Says R"
    row.record(by=ours.user)

    page = card_of(desk, row).text
    answer = write(desk, row, notes="Came late")

    assert "Says R" in page
    assert "only its provider writes the notes" in page
    assert reverse("admin:appointment_notes", args=[row.pk]) not in page
    assert "its notes are the provider" in toast_of(answer)["text"]
    row.refresh_from_db()
    assert row.notes == "Says R"


def test_scripts_in_names_and_notes_are_words(ours, desk, row):
    row.patient.name_en = "<script>alert(1)</script>"
    row.patient.record("name_en", by=ours.user)
    write(desk, row, notes="</textarea><script>alert(2)</script>")

    page = card_of(desk, row).text

    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;/textarea&gt;&lt;script&gt;alert(2)" in page
    assert "<script>alert" not in page


def test_card_asks_as_many_queries_for_much_that_happened_as_for_little(ours, desk):
    with CaptureQueriesContext(connection) as little:
        card_of(desk, ours.appointment)
    for word in ("one", "two"):
        make_message(ours.appointment, word)
        booking.check_in(ours.appointment, by=ours.user)
        booking.undo_status(ours.appointment, by=ours.user)
    make_appointment(
        ours.appointment.patient, ours.service, ours.provider, ours.clinic, NINE + timedelta(days=3),
        package_purchase=ours.purchase, session_number=2,
    )  # fmt: skip
    make_user(ours.organisation)

    with CaptureQueriesContext(connection) as much:
        card_of(desk, ours.appointment)

    assert len(much) == len(little)
