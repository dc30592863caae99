"""The page on which a patient answers an offer: a signed link, in the patient's language, that only a POST acts on."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clinic.enums import MessageKind
from clinic.messaging import tokens
from clinic.messaging.links import address_of as address_of_appointment
from clinic.models import Appointment, HeldSlot, Message, Offer, WaitlistEntry
from clinic.scheduling import booking
from clinic.waitlist import services
from clinic.waitlist.links import SALT, address_of, token_of
from tests.clinic.waitlist.conftest import LATER, WaitingDesk, asked, offer_to
from tests.factories import BEFORE, NINE

SOON = BEFORE + timedelta(minutes=5)


@pytest.fixture
def desk(db):
    return WaitingDesk()


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def phone():
    return Client(enforce_csrf_checks=False)


def english(entry):
    entry.patient.language = "en"
    entry.patient.save()
    return entry


@pytest.fixture
def offer(desk):
    """Nine o'clock, offered to Amal, who reads English, and to Badr, who reads Arabic."""
    amal, _badr = desk.line("Amal", "Badr")
    english(amal)
    return offer_to(desk.offer(), "Amal")


def address(offer):
    return reverse("offer", args=[token_of(offer)])


def page(phone, offer, status=200) -> str:
    answer = phone.get(address(offer))
    assert answer.status_code == status
    return answer.content.decode()


def answer(phone, offer, value="accept"):
    return phone.post(address(offer), {"answer": value}, follow=True).content.decode()


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Offer, HeldSlot, WaitlistEntry, Appointment)]


def test_the_link_of_the_message_opens_the_offer_in_the_patients_language(phone, offer):
    body = Message.objects.get(kind=MessageKind.WAITLIST_OFFER, patient__name_en="Amal").body
    link = body[body.index(settings.SITE_URL) :].split()[0]

    shown = phone.get(link.removeprefix(settings.SITE_URL)).content.decode()

    assert link == address_of(offer)
    assert '<html lang="en" dir="ltr">' in shown
    assert "<bdi>Amal</bdi>, a time has become free" in shown
    assert "Monday 7 January 2030" in shown
    assert "9:00 AM" in shown
    assert "It is kept until 3:30 AM, for 25 more minutes. Others have been asked too" in shown


def test_who_alone_is_asked_reads_of_no_others(phone, desk):
    offer = offer_to(desk.offer(entries=[english(desk.waits("Amal"))]), "Amal")
    body = Message.objects.get(kind=MessageKind.WAITLIST_OFFER).body

    assert "Others have been asked" not in page(phone, offer)
    assert "It is kept for you until 3:30 AM: http" in body


def test_an_arabic_patient_gets_an_arabic_page_from_right_to_left(phone, desk, offer):
    shown = page(phone, offer_to(offer.slot, "Badr"))

    assert '<html lang="ar" dir="rtl">' in shown


def test_the_page_names_no_service_and_no_provider_and_is_light(phone, offer):
    shown = page(phone, offer)

    assert "Speech" not in shown
    assert "Sara" not in shown
    assert "<script" not in shown
    assert "/static/" not in shown
    assert len(shown) < 10_000


def test_opening_the_link_changes_nothing_however_often(phone, offer):
    before = everything()

    for _time in range(3):
        page(phone, offer)
    phone.get(address(offer), {"answer": "accept"})
    phone.head(address(offer))

    assert everything() == before


def test_accepting_books_the_time(phone, offer):
    shown = answer(phone, offer)

    appointment = Appointment.objects.get()
    assert (appointment.starts_at, appointment.patient.name_en) == (NINE, "Amal")
    assert str(appointment.booked_by) == "By itself or by link"
    assert not appointment.booked_by.is_active
    assert "It is yours" in shown
    assert f'href="{address_of_appointment(appointment)}"' in shown


def test_who_comes_second_reads_that_the_place_is_kept(phone, offer):
    english(other := offer_to(offer.slot, "Badr").entry)
    answer(phone, offer)

    shown = answer(phone, offer_to(offer.slot, "Badr"))

    assert "Just taken, you keep your place" in shown
    assert Appointment.objects.count() == 1
    other.refresh_from_db()
    assert other.status == "waiting"


def test_accepting_again_shows_what_is_booked_and_books_nothing(phone, offer):
    answer(phone, offer)

    assert "It is yours" in answer(phone, offer)
    assert "It is yours" in page(phone, offer)
    assert Appointment.objects.count() == 1


def test_a_used_link_does_not_say_that_a_cancelled_appointment_stands(phone, desk, offer):
    answer(phone, offer)
    booking.cancel(Appointment.objects.get(), by=desk.user)

    assert "This appointment is no longer planned" in page(phone, offer)


def test_a_used_link_shows_where_the_appointment_has_been_moved(phone, desk, offer):
    answer(phone, offer)
    booking.move(Appointment.objects.get(), starts_at=NINE + timedelta(hours=1), by=desk.user, at=SOON)

    assert "10:00 AM" in page(phone, offer)


def test_declining_keeps_the_place(phone, offer):
    shown = answer(phone, offer, "decline")

    assert "You keep your place on the waiting list" in shown
    assert asked(offer.slot) == {"Amal": "declined", "Badr": "open"}


def test_after_it_has_run_out_the_page_says_so_and_accepting_books_nothing(phone, offer):
    with time_machine.travel(LATER, tick=False):
        assert "This offer is over" in page(phone, offer)
        assert "This offer is over" in answer(phone, offer)

    assert not Appointment.objects.exists()


def test_a_withdrawn_offer_reads_like_one_that_is_over(phone, desk, offer):
    services.withdraw_offer(offer.slot, by=desk.user, at=SOON)

    assert "This offer is over" in page(phone, offer)
    assert "This offer is over" in answer(phone, offer)


def test_a_time_that_cannot_be_booked_any_more_says_why_and_keeps_the_place(phone, desk, offer):
    offer.entry.patient.active = False
    offer.entry.patient.save()

    reply = phone.post(address(offer), {"answer": "accept"})

    assert reply.status_code == 409
    assert "The file of Amal is closed." in reply.content.decode()
    assert asked(offer.slot) == {"Amal": "open", "Badr": "open"}


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "ل" * 35,
        tokens.token_of(UUID(int=0), salt="another"),
        tokens.token_of(UUID(int=0), salt=SALT),
    ],
)
def test_a_forged_link_opens_nothing(phone, offer, token):
    before = everything()

    for reply in (phone.get(f"/o/{token}/"), phone.post(f"/o/{token}/", {"answer": "accept"})):
        assert reply.status_code == 404
        assert "This link does not work" in reply.content.decode()

    assert everything() == before


def test_the_signature_of_one_offer_opens_no_other(phone, offer):
    other = offer_to(offer.slot, "Badr")
    forged = token_of(other)[:22] + token_of(offer)[22:]

    assert phone.get(f"/o/{forged}/").status_code == 404


def test_an_unknown_answer_changes_nothing(phone, offer):
    before = everything()

    assert phone.post(address(offer), {"answer": "delete"}).status_code == 404
    assert everything() == before


def test_a_post_from_another_site_is_refused(offer):
    assert Client(enforce_csrf_checks=True).post(address(offer), {"answer": "accept"}).status_code == 403
    assert not Appointment.objects.exists()


def test_the_page_is_kept_by_nobody(phone, offer):
    reply = phone.get(address(offer))

    assert "no-store" in reply["Cache-Control"]
    assert reply["Referrer-Policy"] == "same-origin"
    assert reply["X-Robots-Tag"] == "noindex, nofollow"
    assert reply["Content-Language"] == "en"


def test_the_name_of_a_clinic_is_escaped(phone, desk, offer):
    desk.change(desk.clinic, name_en="<script>alert(1)</script>")

    assert "<script>" not in page(phone, offer)
