"""The pages of calendars elsewhere: a provider's own are kept, feeds are made, copied and renewed."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, FRONT_DESK, MANAGER, PROVIDER
from clinic.models import BusyCalendar, BusyTime, CalendarFeed
from tests.clinic.calendars.files import calendar
from tests.clinic.calendars.server import Publisher
from tests.factories import make_patient, make_provider

HTMX = {"HX-Request": "true"}
MEETING = "DTSTART:20300108T060000Z\nDTEND:20300108T070000Z"


@pytest.fixture
def publisher(settings):
    settings.TRUSTED_CALENDAR_HOSTS = ["127.0.0.1"]
    with Publisher() as machine:
        machine.body = calendar(MEETING)
        yield machine


@pytest.fixture
def manager(a_week_before, ours, sign_in):
    return sign_in(ours.organisation, MANAGER)


def at(page, row) -> str:
    return reverse(f"admin:{page}", args=[row.pk])


def read(client, page, row) -> str:
    return unescape(client.get(at(page, row)).content.decode())


def add(client, provider, **entered):
    return client.post(at("add_busy_calendar", provider), {"name": "Private", "url": "", **entered}, follow=True)


def test_a_calendar_is_added_by_its_address(manager, ours, publisher):
    page = unescape(add(manager, ours.provider, url=publisher.url).content.decode())

    assert "“Private” is read: busy 1 time in the year ahead." in page
    assert publisher.url not in page
    assert BusyTime.objects.filter(calendar__name="Private", provider=ours.provider).count() == 1


def test_a_calendar_is_added_as_a_file(manager, ours):
    page = add(manager, ours.provider, file=SimpleUploadedFile("private.ics", calendar(MEETING, MEETING)))

    assert "covers until Wed 1 Jan 2031, then it has to be uploaded again" in unescape(page.content.decode())
    assert BusyCalendar.objects.get(name="Private").times.count() == 2


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"url": "https://10.0.0.1/x.ics"}, "The address is inside a private network."),
        ({}, "Give the address of the calendar, or choose its file."),
        ({"file": SimpleUploadedFile("a.ics", b"<html>")}, "This is not a calendar. It must begin with"),
        ({"name": "Ours hospital", "url": "https://10.0.0.1/"}, "The provider has a calendar of this name."),
    ],
)
def test_what_cannot_be_read_is_said_on_the_form(manager, ours, entered, sentence):
    before = BusyCalendar.objects.count()

    page = unescape(add(manager, ours.provider, **entered).content.decode())

    assert sentence in page
    assert BusyCalendar.objects.count() == before


def test_a_calendar_is_read_now_and_removed(manager, ours, publisher):
    add(manager, ours.provider, url=publisher.url)
    row = BusyCalendar.objects.get(name="Private")
    publisher.status = 500

    failed = unescape(manager.post(at("refresh_busy_calendar", row), follow=True).content.decode())
    removed = unescape(manager.post(at("remove_busy_calendar", row), follow=True).content.decode())

    assert "The machine answered 500 instead of a calendar." in failed
    assert "“Private” takes no time any more." in removed
    assert not BusyTime.objects.filter(calendar=row).exists()


@pytest.mark.parametrize("page", ["refresh_busy_calendar", "remove_busy_calendar"])
def test_reading_a_link_changes_no_calendar(manager, ours, page):
    assert manager.get(at(page, ours.calendar)).status_code == 405
    assert BusyCalendar.objects.filter(pk=ours.calendar.pk).exists()


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_of_providers_costs_the_same_whatever_their_number(manager, ours, django_assert_num_queries, n):
    for number in range(n):
        make_provider(ours.clinic, name=f"Provider {number}")
    manager.get(reverse("admin:busy_calendars"))

    with django_assert_num_queries(6):
        page = manager.get(reverse("admin:busy_calendars"))

    assert page.content.decode().count('class="line"') == n + 1


def test_a_provider_keeps_the_own_calendars_and_sees_nobody_elses(a_week_before, ours, sign_in):
    client, colleague = sign_in(ours.organisation, PROVIDER), make_provider(ours.clinic, name="Omar")
    ours.provider.user = client.user
    ours.provider.save()

    own, foreign = (client.get(at("provider_calendars", one)) for one in (ours.provider, colleague))

    assert (own.status_code, foreign.status_code) == (200, 404)
    assert "Omar" not in client.get(reverse("admin:busy_calendars")).content.decode()
    add(client, ours.provider, file=SimpleUploadedFile("a.ics", calendar(MEETING)))
    assert add(client, colleague, file=SimpleUploadedFile("a.ics", calendar(MEETING))).status_code == 404
    assert [row.provider for row in BusyCalendar.objects.filter(name="Private")] == [ours.provider]


@pytest.mark.parametrize("page", ["provider_calendars", "add_busy_calendar", "provider_feed"])
def test_a_provider_of_another_organisation_is_not_found(ours, theirs, sign_in, page):
    client = sign_in(ours.organisation, ADMINISTRATOR)

    assert client.get(at(page, theirs.provider)).status_code == 404
    assert client.post(at(page, theirs.provider), {"name": "x", "renew": 1}).status_code in (404, 405)


@pytest.mark.parametrize("page", ["refresh_busy_calendar", "remove_busy_calendar"])
def test_a_calendar_of_another_organisation_is_not_found(ours, theirs, sign_in, page):
    client = sign_in(ours.organisation, ADMINISTRATOR)

    assert client.post(at(page, theirs.calendar)).status_code == 404
    assert BusyCalendar.objects.filter(pk=theirs.calendar.pk).exists()


def test_a_patients_feed_of_another_organisation_is_neither_shown_nor_renewed(ours, theirs, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)

    answers = client.get(at("patient_feed", theirs.patient)), client.post(at("patient_feed", theirs.patient))

    assert [answer.status_code for answer in answers] == [404, 404]
    assert CalendarFeed.objects.get(pk=theirs.feed.pk).secret == theirs.feed.secret


def test_the_front_desk_makes_a_patients_address_and_hands_it_over(a_week_before, ours, sign_in):
    client, patient = sign_in(ours.organisation, FRONT_DESK), make_patient(ours.organisation, name="Amal")

    before = read(client, "patient_feed", patient)
    client.post(at("patient_feed", patient))
    after = read(client, "patient_feed", patient)

    assert "Make an address" in before
    secret = CalendarFeed.objects.get(patient=patient).secret
    assert f'value="http://localhost:8000/c/{secret}.ics"' in after
    assert "Nobody has read it yet." in after


def test_a_providers_address_is_made_on_the_page_of_the_calendars_which_says_so(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)
    ours.provider.feed.delete()

    answer = client.post(at("provider_feed", ours.provider), follow=True)

    assert answer.redirect_chain == [(at("provider_calendars", ours.provider), 302)]
    assert "The address is made." in answer.content.decode()
    assert CalendarFeed.objects.get(provider=ours.provider).secret in answer.content.decode()


def test_looking_at_the_page_of_a_feed_makes_none(ours, sign_in):
    patient = make_patient(ours.organisation, name="Amal")

    read(sign_in(ours.organisation, FRONT_DESK), "patient_feed", patient)

    assert not CalendarFeed.objects.filter(patient=patient).exists()


@pytest.mark.parametrize("page", ["patient_feed", "provider_feed"])
def test_a_renewed_address_replaces_the_old_one(ours, sign_in, page):
    client = sign_in(ours.organisation, MANAGER)
    person = ours.patient if page == "patient_feed" else ours.provider
    old = person.feed.secret

    client.post(at(page, person), {"renew": "1"})

    new = CalendarFeed.objects.get(pk=person.feed.pk).secret
    assert new != old
    assert new in read(client, page, person)
    assert old not in read(client, page, person)


def test_a_second_click_on_make_does_not_renew(ours, sign_in):
    sign_in(ours.organisation, MANAGER).post(at("patient_feed", ours.patient))

    assert CalendarFeed.objects.get(pk=ours.feed.pk).secret == ours.feed.secret


def test_in_a_dialog_the_answer_is_the_dialog_again(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    answer = client.post(at("patient_feed", ours.patient), {"renew": "1"}, headers=HTMX).content.decode()

    assert answer.lstrip().startswith("<section")
    assert CalendarFeed.objects.get(pk=ours.feed.pk).secret in answer


def test_renewing_in_a_dialog_says_so_there_and_on_no_other_page(ours, sign_in):
    client, done = sign_in(ours.organisation, MANAGER), "The calendar has a new address."

    answer = client.post(at("patient_feed", ours.patient), {"renew": "1"}, headers=HTMX).content.decode()

    assert f'role="status">{done}' in answer
    assert done not in read(client, "patient", ours.patient)


def test_renewing_on_the_page_says_so_on_the_page(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    answer = client.post(at("patient_feed", ours.patient), {"renew": "1"}, follow=True).content.decode()

    assert "The calendar has a new address." in answer


def test_the_patients_page_opens_the_feed_for_those_who_may_hand_it_over(ours, sign_in):
    link = at("patient_feed", ours.patient)

    assert link in read(sign_in(ours.organisation, FRONT_DESK), "patient", ours.patient)
    assert link not in read(sign_in(ours.organisation, PROVIDER), "patient", ours.patient)
