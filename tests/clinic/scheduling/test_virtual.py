"""A virtual appointment takes place in a room of its own, which is an address."""

import re

import pytest

from clinic.enums import AppointmentKind, RefusalCode
from clinic.errors import BookingRefused
from clinic.messaging.links import address_of
from clinic.models import Message, Policy
from clinic.scheduling import booking
from clinic.scheduling.video import rooms_are_made_by_a_function
from tests.clinic.scheduling.conftest import codes, monday
from tests.factories import BEFORE, make_patient, make_room


def virtual(desk, starts_at=None, **options):
    return desk.book(starts_at or monday(9), kind=AppointmentKind.VIRTUAL, **options)


@pytest.mark.parametrize("base", ["https://video.example/noor", "https://video.example/noor/"])
def test_virtual_appointment_has_a_room_that_nobody_can_guess(desk, base):
    desk.policy(video_base_url=base)

    links = {virtual(desk, monday(9)).video_link, virtual(desk, monday(10)).video_link}

    assert len(links) == 2
    assert all(re.fullmatch(r"https://video\.example/noor/[0-9a-f]{32}", link) for link in links)


def test_organisation_without_a_policy_of_its_own_has_the_usual_rooms(desk):
    Policy.objects.all().delete()

    assert virtual(desk).video_link.startswith("https://meet.jit.si/")


def test_other_appointments_have_no_link(desk):
    assert desk.book().video_link == ""


def test_virtual_appointment_keeps_its_room_when_it_moves(desk):
    appointment = virtual(desk)

    moved = booking.move(appointment, starts_at=monday(10), by=desk.user, at=BEFORE)

    moved.refresh_from_db()
    assert moved.video_link == appointment.video_link


def rooms_of_another_house(appointment) -> str:
    return f"https://other.example/{appointment.public_id}"


def test_rooms_can_be_those_of_another_house(desk, settings):
    settings.VIDEO_ROOMS = f"{__name__}.rooms_of_another_house"

    appointment = virtual(desk)

    assert appointment.video_link == f"https://other.example/{appointment.public_id}"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("clinic.scheduling.video.private_room", []),
        ("no.such.house", ["clinic.E002"]),
        ("clinic.scheduling.video.nothing", ["clinic.E002"]),
        ("nonsense", ["clinic.E002"]),
    ],
)
def test_rooms_that_nobody_makes_are_found_before_one_is_booked(settings, path, found):
    settings.VIDEO_ROOMS = path

    assert [error.id for error in rooms_are_made_by_a_function()] == found


def test_virtual_appointment_takes_no_room_and_needs_none(desk):
    room = make_room(desk.clinic, desk.service)
    desk.appointment(monday(9), room=room, provider=desk.provider, lane=5)
    desk.change(desk.hours, capacity=9)

    appointment = virtual(desk)

    assert (appointment.room, appointment.room_place) == (None, 0)
    assert desk.why_not(monday(9), kind=AppointmentKind.VIRTUAL) == []
    assert [reason.code for reason in desk.why_not(monday(9))] == [RefusalCode.ROOM]


def test_virtual_appointment_moves_without_a_room_and_comes_back_without_one(desk):
    desk.change(desk.hours, capacity=9)
    room = make_room(desk.clinic, desk.service)
    desk.appointment(monday(10), room=room)
    moved = booking.move(virtual(desk), starts_at=monday(10), by=desk.user, at=BEFORE)
    booking.cancel(moved, by=desk.user, at=BEFORE)

    undone = booking.undo_status(moved, by=desk.user, at=BEFORE)

    assert (undone.starts_at, undone.room) == (monday(10), None)


def test_virtual_appointment_in_a_room_is_refused(desk, nothing_written):
    room = make_room(desk.clinic, desk.service)
    nothing_written()

    with pytest.raises(BookingRefused, match="A virtual appointment takes no room") as refused:
        virtual(desk, room=room)

    assert set(codes(refused)) == {RefusalCode.ROOM}


@pytest.mark.parametrize(("language", "words"), [("en", "\nJoin online: "), ("ar", "\nللانضمام عبر الإنترنت: ")])
def test_patient_is_told_where_to_join(desk, language, words):
    patient = make_patient(desk.organisation, language=language, email="huda@example.org", preferred_channel="email")

    appointment = virtual(desk, patient=patient)

    assert words + appointment.video_link in Message.objects.get().body


@pytest.mark.parametrize(
    ("language", "words"), [("en", "To join, confirm or change it: "), ("ar", "انضمام أو تغيير: ")]
)
def test_an_sms_leads_to_the_page_where_to_join(desk, language, words):
    appointment = virtual(desk, patient=make_patient(desk.organisation, language=language))

    assert words + address_of(appointment) in Message.objects.get().body
