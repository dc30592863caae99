"""Moving an appointment by the dialog: proposed times, any other time, refusals, and two people at once."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from admin_ext.roles import FRONT_DESK, MANAGER, PROVIDER
from clinic.enums import AppointmentStatus as Status
from clinic.enums import ProposalReason
from clinic.scheduling import booking
from tests.admin_ext.toasts import toast_of
from tests.factories import MONDAY, NINE, make_appointment, make_patient, make_provider, make_week

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}
TEN = NINE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def a_week_before(a_week_before):
    pass


@pytest.fixture
def desk(ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


@pytest.fixture
def manager(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)
    client.user.first_name = "Nada"
    client.user.save()
    return client


@pytest.fixture
def row(ours):
    """Huda's appointment on Monday at nine, with a second provider who gives the service every day."""
    ours.room.services.clear()
    other = make_provider(ours.clinic, name="Lama")
    ours.service.providers.add(other)
    make_week(other, ours.clinic, start=time(9), end=time(12))
    booking.cancel(ours.appointment, by=ours.user)
    return make_appointment(make_patient(ours.organisation, "Huda"), ours.service, ours.provider, ours.clinic, NINE)


def address(appointment):
    return reverse("admin:appointment_move", args=[appointment.pk])


def move(client, appointment, starts_at=TEN, headers=HTMX, **values):
    asked = {"starts_at": starts_at.isoformat(), "version": appointment.calendar_sequence, **values}
    return client.post(address(appointment), asked, headers=headers)


def test_dialog_proposes_five_times_and_says_why(desk, row):
    page = desk.get(address(row), headers=HTMX).text

    assert page.count('class="proposal"') == 5
    assert "Same provider and clinic, nearest time" in page
    assert "Same time, another provider" in page


def test_proposal_chosen_moves_the_appointment_with_one_click(ours, desk, row):
    offered = desk.get(address(row), headers=HTMX).context["view"].proposals()
    proposal = next(one for one in offered if ProposalReason.SAME_PROVIDER in one.reasons)
    slot = f"{proposal.slot.starts_at.isoformat()} {proposal.slot.provider.pk} {proposal.slot.clinic.pk}"

    answer = desk.post(address(row), {"slot": slot, "version": 0}, headers=HTMX)

    assert answer.status_code == 204
    row.refresh_from_db()
    assert (row.status, row.starts_at) == (Status.RESCHEDULED, NINE + timedelta(minutes=30))
    assert toast_of(answer)["text"] == "Huda: moved to Mon 7 Jan 09:30, Ours provider."


def test_another_provider_and_time_may_be_chosen(ours, desk, row):
    lama = ours.service.providers.get(name_en="Lama")

    move(desk, row, TEN, provider=lama.pk, clinic=ours.clinic.pk)

    row.refresh_from_db()
    assert (row.provider, row.starts_at, row.moves) == (lama, TEN, 1)


def test_another_time_lists_the_free_ones_of_a_day(desk, row):
    wednesday = MONDAY + timedelta(days=2)

    page = desk.get(address(row), {"day": wednesday.isoformat()}, headers={**HTMX, "HX-Target": "move-times"}).text

    assert 'id="move-times"' in page
    assert "<bdi>Lama</bdi>" in page
    assert page.count("slot-button") == 6
    assert 'class="proposal"' not in page


def test_its_own_time_is_not_offered(desk, row):
    page = desk.get(address(row), {"day": MONDAY.isoformat()}, headers=HTMX)

    own = f"{row.starts_at.isoformat()} {row.provider_id} {row.clinic_id}"
    assert own not in page.text
    assert all(proposal.slot.starts_at != NINE or proposal.slot.provider != row.provider
               for proposal in page.context["view"].proposals())  # fmt: skip


def test_day_without_a_free_time_says_so_and_offers_the_next(desk, row, ours):
    for hours in ours.service.providers.get(name_en="Lama").workinghours.exclude(weekday=1):
        hours.delete()

    page = desk.get(address(row), {"day": (MONDAY + timedelta(days=2)).isoformat()}, headers=HTMX).text

    assert "slot-button" not in page
    assert "First free:" in page


def test_time_that_has_been_taken_is_refused_in_words_with_new_times(ours, desk, row):
    make_appointment(make_patient(ours.organisation, "Quick"), ours.service, ours.provider, ours.clinic, TEN)

    answer = move(desk, row, TEN)

    assert "This time is not free." in answer.text
    assert answer.text.count('class="proposal"') == 5
    row.refresh_from_db()
    assert row.starts_at == NINE


@pytest.mark.parametrize(
    "starts_at", ["", "tomorrow", "2030-01-07T10:00:00", "2030-13-01T10:00:00+00:00", "0001-01-01T00:00:00+00:00"]
)
def test_what_is_no_time_is_refused_in_words(desk, row, starts_at):
    answer = desk.post(address(row), {"starts_at": starts_at, "version": 0}, headers=HTMX)

    assert "This is not a time. Choose one of those shown." in answer.text
    row.refresh_from_db()
    assert row.moves == 0


def test_two_people_move_at_once_and_the_second_sees_what_the_first_did(desk, manager, row):
    move(manager, row, TEN)

    answer = move(desk, row, NINE + timedelta(hours=2))

    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#modal-content"
    assert "Nada Ours last moved" not in answer.text
    assert "Nada moved the appointment of Huda" in answer.text
    assert "It is now" in answer.text
    assert "You chose" in answer.text
    assert "Move it to my time anyway" in answer.text
    row.refresh_from_db()
    assert row.starts_at == TEN


def test_moving_it_anyway_is_a_new_decision(desk, manager, row):
    move(manager, row, TEN)
    conflict = move(desk, row, NINE + timedelta(hours=2))

    desk.post(
        address(row),
        {"slot": conflict.context["wanted"].value, "version": conflict.context["appointment"].calendar_sequence},
        headers=HTMX,
    )

    row.refresh_from_db()
    assert (row.starts_at, row.moves) == (NINE + timedelta(hours=2), 2)


def test_appointment_cancelled_meanwhile_is_not_moved_and_offers_no_times(ours, desk, row):
    booking.cancel(row, by=ours.user)

    answer = move(desk, row, TEN)

    assert "cancelled the appointment of Huda" in answer.text
    assert "Move it to my time anyway" not in answer.text
    assert 'class="proposal"' not in answer.text


def test_double_click_moves_once(desk, row):
    move(desk, row, TEN)
    again = move(desk, row, TEN)

    row.refresh_from_db()
    assert row.moves == 1
    assert "moved the appointment of Huda" in again.text


def test_undo_of_the_toast_brings_it_back(desk, row):
    undo = toast_of(move(desk, row, TEN))["undo"]

    answer = desk.post(undo, headers=HTMX)

    row.refresh_from_db()
    assert row.starts_at == NINE
    assert toast_of(answer)["text"] == "Huda: back to Mon 7 Jan 09:00, Ours provider."
    assert toast_of(answer)["undo"] == ""


def test_undo_never_takes_back_what_somebody_else_has_moved_since(desk, manager, row):
    undo = toast_of(move(desk, row, TEN))["undo"]
    row.refresh_from_db()
    move(manager, row, NINE + timedelta(hours=2))

    answer = desk.post(undo, headers=HTMX)

    assert "Nada moved the appointment of Huda" in answer.text
    row.refresh_from_db()
    assert row.starts_at == NINE + timedelta(hours=2)


def test_without_htmx_a_page_asks_and_the_appointments_page_answers(desk, row):
    asked = desk.get(address(row), {"day": MONDAY.isoformat()})
    done = move(desk, row, TEN, headers={})

    assert "<title>" in asked.text
    assert done.url == reverse("admin:appointment", args=[row.pk])


def test_provider_does_not_move_by_address(ours, row, sign_in):
    client = sign_in(ours.organisation, PROVIDER)
    ours.provider.user = client.user
    ours.provider.record("user", by=ours.user)

    assert client.get(address(row), headers=HTMX).status_code == 403
    assert move(client, row).status_code == 403
    row.refresh_from_db()
    assert row.starts_at == NINE


def test_rows_of_another_organisation_are_not_found(theirs, desk, row):
    foreign = {"provider": theirs.provider.pk, "clinic": theirs.clinic.pk}

    assert desk.get(address(theirs.appointment), headers=HTMX).status_code == 404
    assert move(desk, theirs.appointment).status_code == 404
    assert move(desk, row, provider=foreign["provider"]).status_code == 404
    assert move(desk, row, clinic=foreign["clinic"]).status_code == 404
    assert desk.get(f"{address(row)}?{urlencode({'provider': foreign['provider']})}", headers=HTMX).status_code == 404
    theirs.appointment.refresh_from_db()
    assert theirs.appointment.starts_at == NINE


def test_dialog_asks_as_many_queries_for_three_providers_as_for_one(ours, desk, row):
    with CaptureQueriesContext(connection) as few:
        desk.get(address(row), {"day": MONDAY.isoformat()}, headers=HTMX)
    for name in ("Reem", "Hala"):
        provider = make_provider(ours.clinic, name=name)
        ours.service.providers.add(provider)
        make_week(provider, ours.clinic)

    with CaptureQueriesContext(connection) as many:
        desk.get(address(row), {"day": MONDAY.isoformat()}, headers=HTMX)

    assert len(many) == len(few)
