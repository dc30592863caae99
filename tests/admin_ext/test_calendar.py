"""The calendar's page: whose columns it shows, what stands in them, and what may be done."""

import re
from datetime import date, time, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import AppointmentKind, AppointmentStatus
from clinic.scheduling import slots_for
from tests.factories import (
    MONDAY,
    NINE,
    make_appointment,
    make_clinic,
    make_hours,
    make_leave,
    make_organisation,
    make_patient,
    make_provider,
    make_room,
    make_service,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_week_before")]

HTMX = {"HX-Request": "true", "HX-Target": "diary"}
QUERIES = 14  # six of them are the person's, two the lists of the filters
ON = {"day": "2030-01-07"}
SLOT = re.compile(r'<button type="button" class="diary-slot".*?</button>', re.DOTALL)
CARD = re.compile(r'<button type="button" class="diary-entry.*?</button>', re.DOTALL)


@pytest.fixture
def clinic():
    return make_clinic(make_organisation())


@pytest.fixture
def sara(clinic):
    provider = make_provider(clinic, name="Dr Sara", specialty="Speech")
    make_hours(provider, clinic, start=time(9), end=time(11))
    return provider


@pytest.fixture
def service(sara):
    return make_service(sara)


@pytest.fixture
def desk(clinic, service, sign_in):
    return sign_in(clinic.organisation, FRONT_DESK)


def shown(client, headers=None, **query):
    return client.get(reverse("admin:calendar"), {**ON, **query}, headers=headers)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def cards(response) -> list[str]:
    return [text_of(card) for card in CARD.findall(response.text)]


def labels(response) -> list[str]:
    return re.findall(r'class="diary-slot".*?aria-label="([^"]+)"', response.text)


def heads(response) -> list[str]:
    return [text_of(head) for head in re.findall(r'<div class="diary-name".*?</div>', response.text, re.DOTALL)]


def book_at(clinic, provider, service, start=NINE, name="Huda", **fields):
    return make_appointment(make_patient(clinic.organisation, name), service, provider, clinic, start, **fields)


def test_every_free_start_is_a_button_that_says_who_and_when(desk):
    assert labels(shown(desk)) == [f"Dr Sara, {at}, free" for at in ("09:00", "09:30", "10:00", "10:30")]


def test_button_of_a_slot_opens_the_booking_of_that_slot(desk, clinic, sara, service):
    address = unescape(re.search(r'class="diary-slot".*?hx-get="([^"]+)"', shown(desk).text)[1])

    asked = parse_qs(urlsplit(address).query)
    first = slots_for(service, first_day=MONDAY, last_day=MONDAY)[0]
    assert urlsplit(address).path == reverse("admin:book")
    assert asked == {
        "clinic": [str(clinic.pk)], "provider": [str(sara.pk)], "starts_at": [first.starts_at.isoformat()]
    }  # fmt: skip


def test_card_says_who_when_what_and_how_it_stands(desk, clinic, sara, service):
    appointment = book_at(clinic, sara, service, status=AppointmentStatus.CONFIRMED)

    response = shown(desk)

    (card,) = cards(response)
    assert card.startswith("Huda 09:00 –09:30 Confirmed")
    assert "Speech therapy" in card
    assert f'hx-get="{reverse("admin:appointment", args=[appointment.pk])}"' in response.text
    assert 'class="diary-entry status-teal' in response.text


def test_cancelled_and_no_shows_stand_aside_until_they_are_asked_for(desk, clinic, sara, service):
    book_at(clinic, sara, service, status=AppointmentStatus.CANCELLED_BY_PATIENT)
    book_at(clinic, sara, service, status=AppointmentStatus.NO_SHOW, name="Nora")

    hidden, asked = shown(desk), shown(desk, cancelled=1)

    assert cards(hidden) == []
    assert "(2)" in hidden.text
    assert [card.split()[0] for card in cards(asked)] == ["Huda", "Nora"]
    assert heads(asked) == ["Dr Sara Speech · Olaya 0 booked"]


def test_overbooked_and_emergency_are_said_and_counted(desk, clinic, sara, service):
    book_at(clinic, sara, service)
    book_at(clinic, sara, service, name="Extra", lane=1, overbook_reason="Came from far away")
    book_at(clinic, sara, service, name="Omar", lane=2, overbook_reason="Pain", kind=AppointmentKind.EMERGENCY)

    response = shown(desk)

    assert heads(response) == ["Dr Sara Speech · Olaya 3 booked 1 overbooked 1 emergency"]
    assert "Overbooked" in cards(response)[1]
    assert "Emergency" not in cards(response)[1]
    assert "Emergency" in cards(response)[2]
    assert "Overbooked" not in cards(response)[2]


def test_emergency_is_marked_at_any_length_while_it_stands(desk, clinic, sara, service):
    book_at(clinic, sara, service, kind=AppointmentKind.EMERGENCY)

    assert "is-emergency" in shown(desk).text
    sara.appointments.update(status=AppointmentStatus.CANCELLED_BY_PATIENT)
    assert "is-emergency" not in shown(desk, cancelled=1).text


def test_overlapping_cards_stand_side_by_side(desk, clinic, sara, service):
    for lane, name in enumerate(("Huda", "Nora")):
        book_at(clinic, sara, service, name=name, lane=lane)

    places = re.findall(r"--lane: (\d); --lanes: (\d)", "".join(CARD.findall(shown(desk).text)))

    assert places == [("0", "2"), ("1", "2")]


def test_group_says_how_many_of_its_places_are_free(desk, clinic):
    provider = make_provider(clinic, name="Lama")
    make_hours(provider, clinic, start=time(9), end=time(10), slot_minutes=60, capacity=4)
    group = make_service(provider, minutes=60, capacity=4)
    for lane, name in enumerate(("Huda", "Nora")):
        book_at(clinic, provider, group, name=name, lane=lane)

    response = shown(desk, provider=provider.pk)

    assert labels(response) == ["Lama, 09:00, 2 of 4 free"]
    assert len(cards(response)) == 2


def test_signs_say_what_the_desk_has_to_know(desk, clinic, sara, service):
    book_at(clinic, sara, service, video_link="https://meet.example/x", kind=AppointmentKind.VIRTUAL)

    (card,) = cards(shown(desk))

    assert "Video" in card
    assert "First visit" in card


def test_buffers_of_an_appointment_are_part_of_its_height(desk, clinic, sara):
    cleaned = make_service(sara, minutes=30, buffer_before=timedelta(minutes=5), buffer_after=timedelta(minutes=10))
    book_at(clinic, sara, cleaned, NINE + timedelta(minutes=30))

    (card,) = CARD.findall(shown(desk).text)

    assert "--top: 25.0; --height: 45.0" in card
    assert "--before: 5.0; --after: 10.0" in card


def test_leave_is_named_and_a_provider_without_hours_is_not_shown(desk, clinic, sara):
    make_provider(clinic, name="At home")
    make_leave(sara, NINE, NINE + timedelta(hours=1))

    response = shown(desk)

    assert len(heads(response)) == 1
    assert "On leave" in response.text


def test_day_on_which_nobody_works_says_so(desk):
    response = shown(desk, day="2030-01-08")

    assert "Nobody works here on this day" in response.text


def test_organisation_without_a_clinic_is_told_to_begin_with_one(sign_in):
    client = sign_in(make_organisation("New"), FRONT_DESK)

    assert "There is no clinic yet" in shown(client).text


@pytest.mark.parametrize("text", ["yesterday", "2030-13-45", "0001-01-01", "9999-12-31", ""])
def test_unknown_day_is_today(desk, text):
    assert "Tuesday 1 January 2030" in shown(desk, day=text).text


def test_filters_narrow_the_columns_and_stay_in_the_addresses(desk, clinic):
    rawdah = make_clinic(clinic.organisation, "Rawdah")
    for name, place, field in (("Lama", clinic, "Physio"), ("Reem", rawdah, "Speech")):
        provider = make_provider(place, name=name, specialty=field)
        make_service(provider)
        make_hours(provider, place)

    assert heads(shown(desk)) == [
        "Dr Sara Speech · Olaya 0 booked", "Lama Physio · Olaya 0 booked", "Reem Speech · Rawdah 0 booked"
    ]  # fmt: skip
    assert heads(shown(desk, clinic=rawdah.pk)) == ["Reem Speech 0 booked"]
    assert heads(shown(desk, specialty="Physio")) == ["Lama Physio · Olaya 0 booked"]
    assert f"?day=2030-01-08&amp;clinic={rawdah.pk}" in shown(desk, clinic=rawdah.pk).text


def test_appointment_at_another_clinic_is_shown_with_its_name(desk, clinic, sara, service):
    rawdah = make_clinic(clinic.organisation, "Rawdah")
    sara.clinics.add(rawdah)
    book_at(rawdah, sara, service, NINE)

    (card,) = cards(shown(desk, clinic=clinic.pk))

    assert card.endswith("Rawdah")


def test_clinics_in_several_zones_are_shown_one_at_a_time_with_their_clock(desk, clinic, sara):
    cairo = make_clinic(clinic.organisation, "Cairo", time_zone="Africa/Cairo")
    provider = make_provider(cairo, name="Nile")
    make_service(provider)
    make_hours(provider, cairo, start=time(9), end=time(10))

    response = shown(desk, clinic=cairo.pk)

    assert labels(response) == ["Nile, 09:00, free", "Nile, 09:30, free"]
    assert '<p class="diary-zone" data-zone="Africa/Cairo" >' in response.text
    assert "All clinics" not in response.text
    assert [head.split(" 0 ")[0] for head in heads(shown(desk))] == ["Dr Sara Speech"]


def test_week_shows_seven_days_of_one_provider_from_the_first_day_of_the_week(desk, sara):
    response = shown(desk, view="week", provider=sara.pk)

    assert [head[:9] for head in heads(response)] == [
        "Sun 6 Jan", "Mon 7 Jan", "Tue 8 Jan", "Wed 9 Jan", "Thu 10 Ja", "Fri 11 Ja", "Sat 12 Ja"
    ]  # fmt: skip
    assert labels(response)[0] == "Mon 7 Jan, 09:00, free"


def test_week_keeps_ten_oclock_on_one_line_when_the_clocks_change(clinic, sign_in):
    berlin = make_clinic(clinic.organisation, "Berlin", time_zone="Europe/Berlin")
    provider = make_provider(berlin, name="Spree")
    service = make_service(provider)
    for day in (6, 7):
        make_hours(provider, berlin, weekday=day, start=time(9), end=time(11))
    client = sign_in(clinic.organisation, FRONT_DESK)
    for day in (date(2030, 3, 30), date(2030, 3, 31)):
        starts_at = next(slot.starts_at for slot in slots_for(service, first_day=day, last_day=day))
        book_at(berlin, provider, service, starts_at, name=f"{day}")

    response = shown(client, day="2030-03-31", view="week", provider=provider.pk, clinic=berlin.pk)
    sunday = shown(client, day="2030-03-31", provider=provider.pk, clinic=berlin.pk)

    assert [card.split()[1] for card in cards(sunday)] == ["09:00"]
    assert "Sun 31 Mar, 09:30, free" in labels(response)


def test_rooms_have_columns_too(desk, clinic, sara, service):
    room = make_room(clinic, service, name="Blue room")
    book_at(clinic, sara, service, room=room)

    response = shown(desk, by="room")

    assert heads(response) == ["Blue room Olaya 1 booked"]
    assert cards(response)[0].endswith("Speech therapy · Dr Sara")
    assert labels(response)[0] == "Blue room, 09:30, free"


def test_room_shows_everybody_in_it_whatever_else_was_asked(desk, clinic, sara, service):
    room = make_room(clinic, service, name="Blue room")
    book_at(clinic, sara, service, room=room)

    assert len(cards(shown(desk, by="room", specialty="Physio"))) == 1


def test_week_of_a_clinic_without_providers_is_empty(sign_in):
    organisation = make_organisation("New")
    make_clinic(organisation)

    response = shown(sign_in(organisation, FRONT_DESK), view="week")

    assert "Nobody works here" in response.text


def test_who_may_not_book_sees_neither_buttons_nor_handles(clinic, sara, service, sign_in):
    book_at(clinic, sara, service)

    for role in (CASHIER, PROVIDER):
        response = shown(sign_in(clinic.organisation, role))
        assert (len(cards(response)), labels(response)) == (1, [])
        assert "data-move=" not in response.text


def test_only_what_can_still_be_moved_has_a_handle(desk, clinic, sara, service):
    fixed = book_at(clinic, sara, service, status=AppointmentStatus.COMPLETED)
    loose = book_at(clinic, sara, service, NINE + timedelta(minutes=30), name="Nora")

    response = shown(desk)

    assert reverse("admin:appointment_move", args=[loose.pk]) in response.text
    assert reverse("admin:appointment_move", args=[fixed.pk]) not in response.text


def test_unchanged_board_answers_nothing_and_a_changed_one_itself(desk, clinic, sara, service):
    version = re.search(r'name="version" value="(\w+)"', shown(desk).text)[1]
    assert shown(desk, HTMX, version=version).status_code == 204

    book_at(clinic, sara, service)
    changed = shown(desk, HTMX, version=version)

    assert changed.status_code == 200
    assert len(cards(changed)) == 1
    assert "<html" not in changed.text


def test_script_in_a_name_is_only_text(desk, clinic, sara, service):
    book_at(clinic, sara, service, name="<script>alert(1)</script>")
    sara.name_en = '"><img src=x onerror=alert(1)>'
    sara.save()

    response = shown(desk)

    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text


def test_rows_of_another_organisation_are_neither_shown_nor_found(desk, ours, theirs):
    response = shown(desk, cancelled=1)

    assert "Theirs" not in response.text
    for name, row in (("clinic", theirs.clinic), ("provider", theirs.provider)):
        assert shown(desk, **{name: row.pk}).status_code == 404
    assert shown(desk, clinic="x").status_code == 404


@pytest.mark.parametrize(("providers", "rows"), [(1, 1), (15, 30)])
def test_day_costs_the_same_number_of_queries_whatever_the_rows(
    desk, clinic, service, django_assert_num_queries, providers, rows
):
    everyone = [make_provider(clinic, name=f"Provider {n}") for n in range(providers)]
    service.providers.add(*everyone)
    for provider in everyone:
        make_hours(provider, clinic)
    for n in range(rows):
        start = NINE + timedelta(minutes=30 * (n // providers))
        book_at(clinic, everyone[n % providers], service, start, name=f"Patient {n}")

    with django_assert_num_queries(QUERIES):
        response = shown(desk)

    assert len(cards(response)) == rows
