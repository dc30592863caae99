"""The flow board of today: who stands in which column, what a card says, and what one click does."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.enums import AppointmentKind, AppointmentStatus, ChargeKind, NoShowConsequence
from clinic.models import Charge, Policy
from clinic.scheduling import booking
from clinic.scheduling.attendance import policy_of
from tests.factories import (
    NINE,
    RIYADH,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
)

MINUTE = timedelta(minutes=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(db, today_at_nine, sign_in):
    organisation = make_organisation()
    clinic = make_clinic(organisation, "Olaya")
    return Desk(sign_in(organisation, FRONT_DESK), clinic, make_provider(clinic, name="Sara"))


class Desk:
    def __init__(self, client, clinic, provider):
        self.client, self.clinic, self.provider = client, clinic, provider
        self.service = make_service(provider, price=280)

    def booked(self, name, starts_at=NINE, status=AppointmentStatus.SCHEDULED, **fields):
        patient = fields.pop("patient", None) or make_patient(self.clinic.organisation, name)
        parts = {"service": self.service, "provider": self.provider, "clinic": self.clinic, **fields}
        lanes = {"lane": 0 if status in ("completed", "no_show") else patient.pk % 30000}
        return make_appointment(patient, starts_at=starts_at, status=status, **{**lanes, **parts})

    def board(self, client=None, **query):
        return (client or self.client).get(reverse("admin:index"), query).context["board"]

    def columns(self, **query):
        columns = self.board(**query).columns
        return {column.key: [card.row.patient.name_en for card in column.cards] for column in columns}

    def card(self, row, **query):
        cards = [card for column in self.board(**query).columns for card in column.cards]
        return next(card for card in cards if card.row == row)

    def ask(self, **query):
        return self.client.get(reverse("admin:board"), query, headers=HTMX)


def test_everybody_of_today_stands_in_the_column_of_their_status(desk):
    status = AppointmentStatus
    for name, one in [
        ("Scheduled", status.SCHEDULED), ("Confirmed", status.CONFIRMED), ("Arrived", status.ARRIVED),
        ("In room", status.IN_PROGRESS), ("Done", status.COMPLETED), ("Missed", status.NO_SHOW),
        ("Cancelled", status.CANCELLED_BY_PATIENT),
    ]:  # fmt: skip
        desk.booked(name, status=one)
    desk.booked("Tomorrow", NINE + timedelta(days=1))
    desk.booked("Yesterday", NINE - timedelta(days=1))

    assert desk.columns() == {
        "expected": ["Scheduled", "Confirmed"], "arrived": ["Arrived"], "in-room": ["In room"], "done": ["Done"],
        "no-show": ["Missed"], "cancelled": ["Cancelled"],
    }  # fmt: skip


def test_who_is_still_here_after_midnight_stays_in_the_column_marked_with_the_day(desk):
    status, yesterday = AppointmentStatus, NINE - timedelta(days=1)
    running = desk.booked("Running", yesterday, status.IN_PROGRESS)
    desk.booked("Waiting", yesterday, status.ARRIVED)
    desk.booked("Never came", yesterday, status.CONFIRMED)
    desk.booked("Long done", yesterday, status.COMPLETED)
    desk.booked("Forgotten for two days", yesterday - timedelta(days=1), status.IN_PROGRESS)
    today = desk.booked("Of today", status=status.IN_PROGRESS)

    shown = {key: names for key, names in desk.columns().items() if names}
    assert shown == {"arrived": ["Waiting"], "in-room": ["Running", "Of today"]}
    assert (desk.card(running).earlier_day, desk.card(today).earlier_day) == ("Sun 6 Jan", "")
    assert "Sun 6 Jan" in desk.ask().content.decode()


def test_expected_stand_by_time_and_waiting_by_arrival(desk):
    desk.booked("Eleven", NINE + 120 * MINUTE)
    desk.booked("Ten", NINE + 60 * MINUTE)
    desk.booked("Came second", NINE - MINUTE, AppointmentStatus.ARRIVED, arrived_at=NINE - 5 * MINUTE)
    desk.booked("Came first", NINE, AppointmentStatus.ARRIVED, arrived_at=NINE - 9 * MINUTE)

    columns = desk.columns()
    assert columns["expected"] == ["Ten", "Eleven"]
    assert columns["arrived"] == ["Came first", "Came second"]


def test_who_is_late_is_marked_and_can_be_a_no_show(desk):
    late, due = desk.booked("Late", NINE - 12 * MINUTE), desk.booked("Due", NINE)

    page = desk.client.get(reverse("admin:index")).text
    assert "late 12 min" in page
    assert desk.card(late).is_late
    assert not desk.card(due).is_late
    assert [button.verb for button in desk.card(late).buttons] == ["check_in", "mark_no_show", "confirm"]


def test_no_show_says_what_it_costs_before_the_click(desk):
    policy = policy_of(desk.clinic.organisation_id)
    policy.no_show_fee = Decimal(100)
    policy.record(by=None)
    row = desk.booked("Huda", NINE - 30 * MINUTE)

    fee = "\N{LEFT-TO-RIGHT ISOLATE}100.00 SAR\N{POP DIRECTIONAL ISOLATE}"
    costs = {button.verb: button.more for button in desk.card(row).buttons}

    assert costs == {"check_in": "", "confirm": "", "mark_no_show": f"No-show: fee {fee}."}
    assert 'aria-description="No-show: fee ' in desk.ask().text


def test_who_waits_is_shown_with_the_time_of_arrival_and_the_minutes_since(desk):
    row = desk.booked("Huda", status=AppointmentStatus.ARRIVED, arrived_at=NINE - 14 * MINUTE)

    card = desk.card(row)
    assert card.ticking.text == "14 min"
    assert [button.verb for button in card.buttons] == ["start"]
    assert "08:46" in desk.client.get(reverse("admin:index")).text


def test_one_click_takes_the_step_and_its_answer_tells_the_board_to_look_again(desk):
    row = desk.booked("Huda")
    (arrive, *_) = desk.card(row).buttons

    answer = desk.client.post(arrive.address, headers=HTMX)

    assert answer.status_code == 204
    assert "appointment-changed" in answer["HX-Trigger"]
    assert desk.columns()["arrived"] == ["Huda"]


def test_step_from_an_old_board_does_not_overwrite_a_newer_one(desk):
    row = desk.booked("Huda", NINE - 30 * MINUTE)
    missed = next(button for button in desk.card(row).buttons if button.verb == "mark_no_show")
    desk.client.post(desk.card(row).buttons[0].address, headers=HTMX)

    answer = desk.client.post(missed.address, headers=HTMX)

    assert '"tags": "error"' in answer["HX-Trigger"]
    assert desk.columns()["arrived"] == ["Huda"]


def test_marks_say_what_to_know_before_the_patient_stands_at_the_desk(desk):
    known = make_patient(desk.clinic.organisation, "Known")
    missed = desk.booked("", NINE - timedelta(days=9), AppointmentStatus.NO_SHOW, patient=known)
    desk.booked("", NINE - timedelta(days=8), AppointmentStatus.COMPLETED, patient=known)
    Charge.objects.create(
        organisation=known.organisation, patient=known, appointment=missed, kind=ChargeKind.NO_SHOW, amount=50,
        raised_at=NINE - timedelta(days=9),
    )  # fmt: skip
    owing = desk.booked("", patient=known)
    first = desk.booked("First", kind=AppointmentKind.VIRTUAL, video_link="https://video.example.com/a")

    owes, package = desk.card(owing).marks
    assert "50.00 SAR" in owes.text
    assert f"patient__id__exact={known.pk}" in owes.link
    assert package.text == "No package"
    assert [mark.text for mark in desk.card(first).marks] == ["No package", "First visit", "Virtual"]


def test_what_is_owed_is_not_for_who_may_not_see_charges(desk, sign_in):
    row = desk.booked("Huda")
    Charge.objects.create(
        organisation=row.organisation, patient=row.patient, appointment=row, kind=ChargeKind.NO_SHOW, amount=50,
        raised_at=NINE,
    )  # fmt: skip

    page = sign_in(desk.clinic.organisation, PROVIDER).get(reverse("admin:board"), headers=HTMX).text

    assert "First visit" in page
    assert "Owes" not in page


def test_patient_who_often_did_not_come_must_confirm_until_that_is_done(desk):
    Policy.objects.update(no_show_limit=2, no_show_consequence=NoShowConsequence.MUST_CONFIRM)
    huda = make_patient(desk.clinic.organisation, "Huda")
    for days in (5, 9):
        desk.booked("", NINE - timedelta(days=days), AppointmentStatus.NO_SHOW, patient=huda)
    row = desk.booked("", NINE + 60 * MINUTE, patient=huda)

    assert desk.card(row).marks[0].text == "Must confirm"
    confirm = next(button for button in desk.card(row).buttons if button.verb == "confirm")
    desk.client.post(confirm.address, headers=HTMX)
    assert desk.card(row).marks[0].text == "2 no-shows in 90 days"


def test_address_remembers_which_clinics_and_provider_the_board_shows(desk):
    rawdah = make_clinic(desk.clinic.organisation, "Rawdah")
    reem = make_provider(rawdah, name="Reem")
    desk.booked("Here")
    desk.booked("There", clinic=rawdah, provider=reem)

    assert desk.columns(clinic=rawdah.pk)["expected"] == ["There"]
    assert desk.columns(provider=desk.provider.pk)["expected"] == ["Here"]
    assert desk.columns(clinic=[rawdah.pk, desk.clinic.pk])["expected"] == ["Here", "There"]
    asks_on = desk.board(clinic=rawdah.pk, provider=reem.pk).address
    assert asks_on == f"{reverse('admin:board')}?clinic={rawdah.pk}&provider={reem.pk}"


def test_board_that_has_not_changed_is_not_sent_again(desk):
    row = desk.booked("Huda", NINE + 60 * MINUTE)
    version = desk.board().version

    assert desk.ask(version=version).status_code == 204
    desk.client.post(desk.card(row).buttons[0].address, headers=HTMX)
    assert desk.ask(version=version).status_code == 200


def test_board_that_only_grew_older_is_sent_again_when_somebody_becomes_late(desk):
    desk.booked("Huda", NINE + 10 * MINUTE)
    version = desk.board().version

    with time_machine.travel(NINE + 9 * MINUTE, tick=False):
        assert desk.ask(version=version).status_code == 204
    with time_machine.travel(NINE + 11 * MINUTE, tick=False):
        assert "late 1 min" in desk.ask(version=version).text


def test_day_of_a_clinic_is_that_of_its_own_clock(desk, sign_in):
    auckland = make_clinic(desk.clinic.organisation, "Auckland", time_zone="Pacific/Auckland")
    provider = make_provider(auckland)
    desk.booked("There tonight", datetime(2030, 1, 7, 23, 30, tzinfo=auckland.zone), clinic=auckland, provider=provider)
    desk.booked("There last night", datetime(2030, 1, 6, 23, tzinfo=auckland.zone), clinic=auckland, provider=provider)
    desk.booked("Here at midnight", datetime(2030, 1, 7, tzinfo=RIYADH))

    assert desk.columns()["expected"] == ["Here at midnight", "There tonight"]


def test_board_of_who_may_only_look_has_no_buttons(desk, sign_in):
    row = desk.booked("Huda", NINE - 30 * MINUTE)
    cashier = sign_in(desk.clinic.organisation, CASHIER)

    board = desk.board(client=cashier)

    (card,) = board.columns[0].cards
    assert (card.row, card.buttons, card.undo) == (row, [], None)


def test_undo_of_a_waived_no_show_takes_back_the_waiver(desk, sign_in):
    manager = sign_in(desk.clinic.organisation, MANAGER)
    row = desk.booked("Huda", NINE - 30 * MINUTE, AppointmentStatus.NO_SHOW)
    booking.waive(row, by=manager.user, reason="Was ill")
    (card,) = next(column for column in desk.board(client=manager).columns if column.key == "no-show").cards

    manager.post(card.undo.address, headers=HTMX)

    row.refresh_from_db()
    assert (row.status, row.waived_at) == (AppointmentStatus.NO_SHOW, None)


def test_name_with_a_script_in_it_is_shown_as_text(desk):
    desk.booked("<script>alert(1)</script>", overbook_reason='"><script>alert(2)</script>')

    page = desk.client.get(reverse("admin:index")).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_board_never_shows_a_row_of_theirs(ours, theirs, sign_in, today_at_nine):
    client = sign_in(ours.organisation, FRONT_DESK)
    query = {"clinic": theirs.clinic.pk, "provider": theirs.provider.pk}

    for page in ("admin:index", "admin:board"):
        shown = client.get(reverse(page), query, headers=HTMX if page == "admin:board" else {}).text
        assert "Ours patient" in shown
        assert "Theirs" not in shown


@pytest.mark.parametrize("n", [1, 3, 30])
def test_board_costs_the_same_number_of_queries_for_any_number_of_patients(n, desk, django_assert_num_queries):
    for number in range(n):
        desk.booked(f"Patient {number}", NINE + number * MINUTE, lane=number)

    with django_assert_num_queries(17):
        assert desk.ask().status_code == 200
