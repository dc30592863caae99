"""What the first page says beside the board: tomorrow, the next free times, and what needs doing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER
from clinic.enums import AppointmentStatus, LeaveStatus
from clinic.packages.services import assign
from tests.admin_ext.world import buy
from tests.factories import (
    MONDAY,
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_leave,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_week,
)

HTMX = {"HX-Request": "true"}
TOMORROW = NINE + timedelta(days=1)


@pytest.fixture
def olaya(db, today_at_nine):
    return make_clinic(make_organisation(), "Olaya")


@pytest.fixture
def desk(olaya, sign_in):
    return sign_in(olaya.organisation, FRONT_DESK)


def cards(client, **query):
    return {card.icon: card for card in client.get(reverse("admin:index"), query).context["cards"]}


def test_leave_to_decide_on_names_its_first_and_its_last_day_in_the_clinics_time(ours, sign_in, today_at_nine):
    first, end = datetime(2030, 2, 3, tzinfo=RIYADH), datetime(2030, 2, 6, tzinfo=RIYADH)
    make_leave(ours.provider, first, end, status=LeaveStatus.ASKED)

    page = sign_in(ours.organisation, MANAGER).get(reverse("admin:index")).content.decode()

    assert "3 Feb" in page
    assert "Tue 5 Feb" in page
    assert "2 Feb" not in page.replace("12 Feb", "")


def test_tomorrow_is_counted_by_clinic_and_leads_to_its_calendar_and_its_print(olaya, desk):
    provider, rawdah = make_provider(olaya), make_clinic(olaya.organisation, "Rawdah")
    service, patients = make_service(provider), [make_patient(olaya.organisation, f"P{n}") for n in range(3)]
    confirmed = AppointmentStatus.CONFIRMED
    make_appointment(patients[0], service, provider, olaya, TOMORROW, status=confirmed)
    make_appointment(patients[1], service, provider, olaya, TOMORROW + timedelta(hours=1))
    make_appointment(patients[2], service, provider, olaya, TOMORROW, status=AppointmentStatus.CANCELLED_BY_CLINIC)
    make_appointment(patients[2], service, provider, rawdah, TOMORROW + timedelta(hours=4), status=confirmed)

    card = cards(desk)["calendar_month"]

    assert card.title == "Tomorrow (3)"
    assert card.link == f"{reverse('admin:calendar')}?day=2030-01-08"
    assert card.also == [("Print", f"{reverse('admin:calendar_print')}?day=2030-01-08")]
    assert [(line.what, line.small, line.end) for line in card.lines] == [
        ("<bdi>Olaya</bdi>", "1 not confirmed", "2 appointments"),
        ("<bdi>Rawdah</bdi>", "all confirmed", "1 appointment"),
    ]
    assert cards(desk, clinic=rawdah.pk)["calendar_month"].link.endswith(f"day=2030-01-08&clinic={rawdah.pk}")


def test_tomorrow_without_appointments_says_where_there_is_room(desk):
    card = cards(desk)["calendar_month"]

    assert (card.title, card.lines, card.also) == ("Tomorrow (0)", [], [])
    assert "next free times" in card.empty


def test_package_that_expires_soon_stands_on_one_card_and_unbooked_sessions_of_others_on_the_other(olaya, desk):
    service = make_service(make_provider(olaya))
    package = make_package((service, 10), validity_days=90)
    soon, later = make_patient(olaya.organisation, "Soon"), make_patient(olaya.organisation, "Later")
    buy(package, soon, desk.user, expires_on=MONDAY + timedelta(days=10))
    assign(package, later, by=desk.user, on=MONDAY)

    found = cards(desk)

    assert [line.what for line in found["hourglass_bottom"].lines] == ["<bdi>Soon</bdi>"]
    assert [line.what for line in found["event_note"].lines] == ["<bdi>Later</bdi>"]
    assert found["event_note"].lines[0].end == "10 to book"


def test_next_free_time_of_each_service_can_be_booked_by_a_click(olaya, desk):
    rawdah = make_clinic(olaya.organisation, "Rawdah")
    sara, reem = make_provider(olaya, name="Sara"), make_provider(rawdah, name="Reem")
    make_week(sara, olaya)
    make_week(reem, rawdah, valid_from=date(2030, 1, 8))
    speech = make_service(sara, reem)
    make_appointment(make_patient(olaya.organisation), speech, sara, olaya, NINE)

    page = desk.get(reverse("admin:next_free"), headers=HTMX)

    ((service, (first, second)),) = page.context["rows"]
    assert service == speech
    assert (first.day, first.free.first.clinic, first.free.first.starts_at) == (
        "Today",
        olaya,
        NINE + timedelta(minutes=30),
    )
    assert (second.day, second.free.first.clinic) == ("Tue", rawdah)
    assert f"service={speech.pk}&clinic={olaya.pk}&provider={sara.pk}&starts_at=2030-01-07T09%3A30%3A00%2B03%3A00" in (
        first.book_address
    )


def test_service_without_a_free_time_says_so(olaya, desk):
    make_service(make_provider(olaya))
    make_service(make_provider(make_clinic(olaya.organisation, "Rawdah")), name="Only in Rawdah")

    page = desk.get(reverse("admin:next_free"), {"clinic": olaya.pk}, headers=HTMX).text
    assert "Only in Rawdah" not in page
    assert "nothing free" in page


def test_next_free_times_never_show_a_row_of_theirs(ours, theirs, sign_in, a_week_before):
    client = sign_in(ours.organisation, FRONT_DESK)

    page = client.get(reverse("admin:next_free"), {"clinic": theirs.clinic.pk}, headers=HTMX).text

    assert "Ours service" in page
    assert "Theirs" not in page


@pytest.mark.parametrize("n", [1, 3])
def test_first_page_costs_the_same_number_of_queries_for_any_number_of_rows(n, olaya, desk, django_assert_num_queries):
    service = make_service(make_provider(olaya))
    package = make_package((service, 10), validity_days=20)
    for number in range(n):
        patient = make_patient(olaya.organisation, f"Patient {number}")
        assign(package, patient, by=desk.user, on=MONDAY)
        provider = make_provider(olaya)
        make_appointment(patient, service, provider, olaya, NINE)
        make_appointment(patient, service, provider, olaya, TOMORROW)

    with django_assert_num_queries(24):
        assert desk.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("n", [1, 3])
def test_next_free_times_cost_the_same_number_of_queries_for_any_number_of_services(
    n, olaya, desk, django_assert_num_queries
):
    for _ in range(n):
        provider = make_provider(olaya)
        make_week(provider, olaya)
        make_service(provider)

    with django_assert_num_queries(11):
        assert desk.get(reverse("admin:next_free"), headers=HTMX).status_code == 200


def test_who_may_not_book_is_offered_no_free_times(olaya, sign_in):
    cashier = sign_in(olaya.organisation, CASHIER)

    assert reverse("admin:next_free") not in cashier.get(reverse("admin:index")).text
    assert cashier.get(reverse("admin:next_free")).status_code == 403


def test_moment_just_before_midnight_still_belongs_to_today(olaya, desk):
    at = datetime(2030, 1, 7, 20, 59, tzinfo=UTC)
    provider = make_provider(olaya)
    make_appointment(make_patient(olaya.organisation), make_service(provider), provider, olaya, at)

    assert cards(desk)["calendar_month"].title == "Tomorrow (0)"
