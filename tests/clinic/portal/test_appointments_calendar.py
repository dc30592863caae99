"""What a patient's own calendar gets: the appointment as a file, or all of them at an address that a tap makes."""

import pytest

from clinic.calendars import feeds
from clinic.enums import AppointmentStatus
from clinic.models import Appointment, CalendarFeed
from tests.clinic.portal.conftest import SOON, everything
from tests.factories import NINE

pytestmark = pytest.mark.any_engine


def test_file_is_there_as_long_as_the_appointment_stands(desk):
    reply = desk.phone.get(desk.path("appointment_file"))

    assert reply["Content-Type"] == "text/calendar; charset=utf-8"
    assert reply["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert f"UID:{desk.booked.public_id}" in reply.content.decode()
    desk.cancelled()
    assert desk.phone.get(desk.path("appointment_file")).status_code == 302


def test_address_is_made_by_a_tap_and_shown_from_then_on(desk):
    assert "webcal:" not in desk.opened("appointment_calendar")

    shown = desk.tapped("appointment_calendar", do="make")

    feed = CalendarFeed.objects.get()
    assert (feed.patient, feed.organisation) == (desk.patient, desk.organisation)
    assert feeds.address_of(feed) in shown
    assert f'href="webcal:{feeds.address_of(feed).partition(":")[2]}"' in shown
    assert feeds.address_of(feed) in desk.opened("appointment_calendar")


def test_making_the_address_twice_makes_one(desk):
    first, second = (desk.tapped("appointment_calendar", do="make") for _time in range(2))

    assert first == second
    assert CalendarFeed.objects.count() == 1


def test_new_address_kills_the_old_one_and_a_second_tap_does_not_kill_the_new(desk, when):
    desk.tapped("appointment_calendar", do="make")
    old, since = CalendarFeed.objects.get(), str(int(SOON.timestamp()))
    when(NINE.replace(hour=7))

    first, second = (desk.tapped("appointment_calendar", do="renew", since=since) for _time in range(2))

    assert first == second
    assert feeds.feed_at(old.secret) is None
    assert feeds.address_of(CalendarFeed.objects.get()) in first


@pytest.mark.parametrize("status", [AppointmentStatus.COMPLETED, AppointmentStatus.CANCELLED_BY_CLINIC])
def test_link_that_is_over_gives_no_address_away(desk, status):
    feed = feeds.feed_of(desk.patient, by=desk.user)
    Appointment.objects.filter(pk=desk.booked.pk).update(status=status)
    before = everything()

    for shown in (
        desk.phone.get(desk.path("appointment_calendar"), follow=True).content.decode(),
        desk.tapped("appointment_calendar", do="renew", since=str(int(feed.renewed_at.timestamp()))),
    ):
        assert feed.secret not in shown
    assert everything() == before


def test_unknown_step_makes_nothing(desk):
    assert desk.phone.post(desk.path("appointment_calendar"), {"do": "delete"}).status_code == 404
    assert not CalendarFeed.objects.exists()
