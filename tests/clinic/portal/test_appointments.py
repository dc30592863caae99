"""The page of an appointment: a signed link, in the patient's language, on which only a POST acts."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from clinic.enums import AppointmentStatus, MessageKind
from clinic.messaging import tokens
from clinic.messaging.links import SALT, address_of, appointment_of, token_of
from clinic.models import Appointment, Message
from clinic.scheduling import booking
from clinic.waitlist.links import SALT as OFFER_SALT
from tests.clinic.portal.conftest import everything, text_of
from tests.clinic.scheduling.conftest import walk
from tests.factories import NINE, make_organisation

pytestmark = pytest.mark.any_engine

S = AppointmentStatus
PAGES = ("appointment", "appointment_cancel", "appointment_move", "appointment_calendar", "appointment_file")
ACTIONS = ('value="confirm"', "Another time", "Cancel…")


def test_link_is_short_and_opens_the_appointment(desk):
    address = address_of(desk.booked)

    assert address == f"{settings.SITE_URL}/a/{token_of(desk.booked)}/"
    assert len(token_of(desk.booked)) == 35
    assert appointment_of(token_of(desk.booked)) == desk.booked


def test_message_of_the_booking_carries_the_link(desk):
    body = Message.objects.get(kind=MessageKind.BOOKED).body

    assert address_of(desk.booked) in body.split()


def test_page_says_who_when_where_with_whom_and_nothing_clinical(desk):
    shown = desk.opened()

    for words in ("Huda, you have an appointment", "Monday 7 January 2030", "9:00 AM", "Olaya", "12 Olaya Street"):
        assert words in shown
    assert "Sara" in shown
    assert 'href="tel:+966112223344"' in shown
    assert "Speech" not in shown
    assert "Al-Salem" not in shown
    assert "<script" not in shown
    assert len(shown) < 10_000


def test_arabic_patient_gets_an_arabic_page_from_right_to_left(desk):
    desk.change(desk.patient, language="ar")

    assert '<html lang="ar" dir="rtl">' in desk.opened()


def test_same_link_shows_the_new_time_after_a_move(desk):
    link = desk.path()
    booking.move(desk.booked, starts_at=NINE + timedelta(hours=1), by=desk.user)

    assert desk.path() == link
    assert "your appointment has a new time" in desk.opened()
    assert "10:00 AM" in desk.opened()


@pytest.mark.parametrize("name", PAGES)
def test_opening_a_page_changes_nothing_however_often(desk, name):
    before = everything()

    for _time in range(3):
        desk.phone.get(desk.path(name), {"do": "confirm", "cost": "0:0", "sequence": 0})
    desk.phone.head(desk.path(name))
    desk.phone.options(desk.path(name))

    assert everything() == before


def test_confirming_is_written_into_the_history_as_the_patients(desk):
    shown = desk.tapped(do="confirm")

    assert "Huda, we expect you" in shown
    assert 'value="confirm"' not in shown
    assert desk.now().status == S.CONFIRMED
    assert str(desk.now().history.first().history_user) == "By itself or by link"


def test_confirming_twice_is_confirming_once(desk):
    first, second = desk.tapped(do="confirm"), desk.tapped(do="confirm")

    assert first == second
    assert desk.now().history.filter(status=S.CONFIRMED).count() == 1


def test_nobody_confirms_a_time_that_the_page_did_not_show(desk):
    booking.move(desk.booked, starts_at=NINE + timedelta(hours=1), by=desk.user)

    shown = desk.tapped(do="confirm", status=409)

    assert "has changed since you opened this page" in shown
    assert "10:00 AM" in shown
    assert desk.now().status == S.RESCHEDULED


@pytest.mark.parametrize("sequence", ["", "x", "-1", "²", "9" * 5000])
def test_form_without_a_sequence_confirms_nothing(desk, sequence):
    desk.tapped(do="confirm", sequence=sequence, status=409)

    assert desk.now().status == S.SCHEDULED


def test_unknown_step_changes_nothing(desk):
    before = everything()

    assert desk.phone.post(desk.path(), {"do": "delete"}).status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    ("status", "minutes", "words"),
    [
        (S.ARRIVED, -10, "Huda, we know that you are here"),
        (S.IN_PROGRESS, 5, "Huda, we know that you are here"),
        (S.CONFIRMED, 5, "Huda, your appointment has begun"),
        (S.CANCELLED_BY_CLINIC, -60, "The clinic had to cancel it."),
        (S.CANCELLED_BY_PATIENT, -60, "Huda, this appointment is cancelled"),
    ],
)
def test_page_says_how_it_stands_and_offers_only_what_makes_sense(desk, when, status, minutes, words):
    Appointment.objects.filter(pk=desk.booked.pk).update(status=status)
    when(NINE + timedelta(minutes=minutes))

    shown = desk.opened()

    assert words in shown
    assert "tel:+966112223344" in shown
    assert not [action for action in ACTIONS if action in shown]


@pytest.mark.parametrize(
    ("status", "minutes", "words"),
    [
        (S.COMPLETED, 20, "This appointment has taken place"),
        (S.SCHEDULED, 30, "This appointment is over"),
        (S.IN_PROGRESS, 30, "This appointment is over"),
        (S.NO_SHOW, 10, "If you have missed it, call us"),
        (S.CANCELLED_BY_PATIENT, 30, "This appointment is over"),
    ],
)
def test_after_it_is_over_the_page_says_nothing_of_the_patient(desk, when, status, minutes, words):
    Appointment.objects.filter(pk=desk.booked.pk).update(status=status, video_link="https://meet.example/secret")
    when(NINE + timedelta(minutes=minutes))

    shown = desk.opened()

    assert words in shown
    assert "tel:+966112223344" in shown
    for words in ("Huda", "Sara", "9:00", "January", "meet.example", "<form"):
        assert words not in shown


@pytest.mark.parametrize("status", [S.COMPLETED, S.NO_SHOW, S.CANCELLED_BY_CLINIC, S.ARRIVED])
def test_link_does_nothing_to_what_is_no_longer_open(desk, status):
    walk(desk, desk.booked, "check_in", at=NINE)
    Appointment.objects.filter(pk=desk.booked.pk).update(status=status)
    before = everything()

    desk.tapped(do="confirm")
    desk.tapped(do="undo")
    desk.cancelled()
    desk.moved(NINE + timedelta(hours=1))

    assert everything() == before


def test_video_appointment_is_joined_from_a_quarter_of_an_hour_before_until_it_ends(desk, when):
    Appointment.objects.filter(pk=desk.booked.pk).update(kind="virtual", video_link="https://meet.example/room")

    when(NINE - timedelta(minutes=16))
    assert "meet.example" not in desk.opened()
    assert "join by video, from 8:45 AM" in desk.opened()
    assert "12 Olaya Street" not in desk.opened()

    when(NINE - timedelta(minutes=15))
    assert 'href="https://meet.example/room" rel="noopener noreferrer"' in desk.opened()
    when(NINE + timedelta(minutes=29))
    assert "meet.example" in desk.opened()
    when(NINE + timedelta(minutes=30))
    assert "meet.example" not in desk.opened()


def forged_tokens():
    unknown = UUID(int=0)
    return {
        "no token": "nonsense",
        "no ascii": "ل" * 35,
        "too long": tokens.token_of(unknown, salt=SALT) + "A",
        "signed for offers": tokens.token_of(unknown, salt=OFFER_SALT),
        "signed, but nobody's": tokens.token_of(unknown, salt=SALT),
    }


@pytest.mark.parametrize("token", forged_tokens().values(), ids=forged_tokens())
def test_forged_link_opens_a_page_that_helps_and_does_nothing(desk, token):
    before = everything()

    for path in (
        f"/a/{token}/",
        f"/a/{token}/cancel/",
        f"/a/{token}/move/",
        f"/a/{token}/calendar/",
        f"/a/{token}/appointment.ics",
    ):
        for reply in (desk.phone.get(path), desk.phone.head(path)):
            assert reply.status_code == 404
    reply = desk.phone.post(f"/a/{token}/", {"do": "confirm"})

    assert "This link does not work" in text_of(reply)
    assert everything() == before


def test_no_character_of_a_link_can_be_another(desk):
    token = token_of(desk.booked)

    for place, was in enumerate(token):
        for other in "AZaz09-_":
            assert other == was or appointment_of(token[:place] + other + token[place + 1 :]) is None


def test_id_alone_makes_no_link(desk):
    """The id stands in every calendar that has the appointment."""
    other = tokens.token_of(desk.booked.public_id, salt=OFFER_SALT)

    assert other[:21] == token_of(desk.booked)[:21]
    assert appointment_of(other) is None


def test_links_of_before_work_after_the_key_was_changed(desk, settings):
    token = token_of(desk.booked)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]

    assert appointment_of(token) == desk.booked
    settings.SECRET_KEY_FALLBACKS = []
    assert appointment_of(token) is None


def test_time_that_is_only_held_has_no_link(desk):
    Appointment.objects.filter(pk=desk.booked.pk).update(status="held", held_until=NINE)

    assert appointment_of(token_of(desk.booked)) is None


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_kept_by_nobody_and_told_to_nobody(desk, name):
    reply = desk.phone.get(desk.path(name))

    assert "no-store" in reply["Cache-Control"]
    assert reply["Referrer-Policy"] == "same-origin"
    assert reply["X-Robots-Tag"] == "noindex, nofollow"
    assert set(reply.cookies) <= {"csrftoken"}


@pytest.mark.parametrize("name", PAGES[:4])
def test_post_from_another_site_is_refused(desk, name):
    before = everything()

    reply = Client(enforce_csrf_checks=True).post(desk.path(name), {"do": "confirm"})

    assert reply.status_code == 403
    assert "Open the link once more from the message" in text_of(reply)
    assert everything() == before


def test_staff_whose_form_is_refused_read_the_usual_words(client, db):
    reply = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "mona"})

    assert reply.status_code == 403
    assert "CSRF" in text_of(reply)


def test_names_are_shown_as_text_and_turn_nothing_round(desk):
    desk.change(desk.patient, name_en="<b>Huda</b>")
    desk.change(desk.provider, name_en="\N{RIGHT-TO-LEFT OVERRIDE}<script>alert(1)</script>")

    shown = desk.phone.get(desk.path()).content.decode()

    assert "<bdi>&lt;b&gt;Huda&lt;/b&gt;</bdi>, you have" in shown
    assert "<bdi>\N{RIGHT-TO-LEFT OVERRIDE}&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in shown


def test_history_speaks_the_language_of_the_staff(desk):
    desk.change(desk.patient, language="ar")

    desk.tapped(do="confirm")

    assert desk.now().history.first().history_user.first_name == "By itself or by link"


def test_other_organisations_do_not_hear_of_it(desk):
    cedar = make_organisation("Cedar")

    desk.tapped(do="confirm")

    assert desk.now().history.first().history_user.organisation == desk.organisation
    assert not cedar.users.exists()
