"""A booked series on the screens: which one it is, and a change of several that shows exactly which."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from admin_ext.roles import FRONT_DESK
from clinic.enums import OperationKind
from clinic.models import Appointment, Operation
from clinic.scheduling.booking import cancel
from clinic.scheduling.series.words import series_words
from tests.admin_ext.repeating import HOUR, HTMX, WEEK, SeriesDesk, attribute, form_of, states
from tests.admin_ext.toasts import toast_of
from tests.factories import NINE, make_patient


@pytest.fixture
def desk(a_week_before, ours, sign_in):
    return SeriesDesk(ours, sign_in(ours.organisation, FRONT_DESK))


@pytest.fixture
def booked(desk):
    """A series of three, every Monday at ten."""
    desk.send(desk.ask())
    return desk.booked()


def dialog(desk, verb, row, scope, **query):
    address = reverse(f"admin:appointment_series_{verb}", args=[row.pk])
    return desk.client.get(address, {"scope": scope, **query}, headers=HTMX)


def decide(desk, verb, row, page, **changes):
    """Post a dialog as it is shown, as the user who only presses its button."""
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        if attribute(tag, "type") != "radio" or re.search(r"\bchecked\b", tag):
            sent.setdefault(attribute(tag, "name"), []).append(attribute(tag, "value"))
    address = reverse(f"admin:appointment_series_{verb}", args=[row.pk])
    return desk.client.post(address, {**sent, **changes}, headers=HTMX)


def test_an_appointment_says_which_one_of_its_series_it_is(desk, booked):
    page = desk.client.get(reverse("admin:appointment", args=[booked[1].pk])).text

    assert "2 of 3 in a series" in page
    assert reverse("admin:series", args=[booked[1].series_id]) in page


@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_the_dialog_of_one_appointment_asks_for_how_much_of_the_series(desk, booked, verb):
    asked = {
        place: re.findall(r'class="scope"[^>]*>([^<]+)', page.text)
        for place, page in enumerate(
            desk.client.get(reverse(f"admin:appointment_{verb}", args=[row.pk]), headers=HTMX) for row in booked
        )
    }

    this, following, everything = "This appointment", "This and the following", "All that have not been held"
    assert [[name.strip() for name in asked[place]] for place in asked] == [
        [this, following], [this, following, everything], [this, everything],
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_an_appointment_without_a_series_is_asked_nothing_of_the_kind(desk, verb):
    page = desk.client.get(reverse(f"admin:appointment_{verb}", args=[desk.first.pk]), headers=HTMX)

    assert 'class="scope"' not in page.text


def test_cancelling_the_following_shows_exactly_which_and_cancels_those(desk, booked):
    page = dialog(desk, "cancel", booked[1], "following")

    answer = decide(desk, "cancel", booked[1], page)

    assert re.findall(r'name="seen" value="(\d+)-0"', page.text) == [str(row.pk) for row in booked[1:]]
    assert "Cancel 2 appointments" in page.text
    assert [row.status for row in desk.booked()] == ["scheduled", "cancelled_by_patient", "cancelled_by_patient"]
    toast, operation = toast_of(answer), Operation.objects.get(kind=OperationKind.SERIES_CANCELLED)
    assert toast["text"] == "Huda: 2 appointments are cancelled."
    assert toast["undo"] == reverse("admin:undo_operation", args=[operation.public_id])
    assert toast["more"] == reverse("admin:operation", args=[operation.public_id])
    assert operation.reason == "Patient asked"


def test_a_dialog_whose_dates_have_changed_meanwhile_shows_them_again_and_changes_nothing(desk, booked):
    page = dialog(desk, "cancel", booked[0], "all")
    cancel(booked[2], by=desk.ours.user)

    answer = decide(desk, "cancel", booked[0], page)

    assert "somebody has changed appointments of this series" in answer.text
    assert re.findall(r'name="seen" value="(\d+)-0"', answer.text) == [str(row.pk) for row in booked[:2]]
    assert [row.status for row in desk.booked()][:2] == ["scheduled", "scheduled"]


def test_moving_shows_where_each_one_goes_and_moves_those_that_fit(desk, booked):
    desk.book(NINE + 3 * HOUR + 2 * WEEK, patient=make_patient(desk.ours.organisation, "Omar"))
    moved = {"day": "2030-01-14", "start": "12:00", "provider": ""}

    page = dialog(desk, "move", booked[0], "all", **moved)
    answer = decide(desk, "move", booked[0], page, **moved)

    assert "Move 2 appointments" in page.text
    assert "1 stays as it is." in page.text
    assert [row.starts_at for row in desk.booked()] == [
        NINE + 3 * HOUR + WEEK, NINE + HOUR + 2 * WEEK, NINE + 3 * HOUR + 3 * WEEK,
    ]  # fmt: skip
    assert toast_of(answer)["text"] == "Huda: 2 appointments are moved."


def test_a_move_to_where_it_is_shows_nothing_to_move(desk, booked):
    page = dialog(desk, "move", booked[0], "all")

    assert "Choose another day, time or provider" in page.text
    assert 'name="seen"' not in page.text


@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_nobody_opens_or_changes_a_series_of_others(desk, theirs, verb):
    address = reverse(f"admin:appointment_series_{verb}", args=[theirs.appointment.pk])

    assert desk.client.get(address, {"scope": "all"}).status_code == 404
    assert desk.client.post(address, {"scope": "all", "seen": f"{theirs.appointment.pk}-0"}).status_code == 404
    assert desk.client.get(reverse("admin:series", args=[theirs.series.pk])).status_code == 404


def test_a_scope_that_there_is_not_is_not_found(desk, booked):
    assert dialog(desk, "cancel", booked[0], "everything").status_code == 404


def test_the_page_of_a_series_says_its_rule_and_what_became_of_each(desk, booked):
    cancel(booked[2], by=desk.ours.user)

    page = desk.client.get(reverse("admin:series", args=[booked[0].series_id]))

    assert "Every week on Monday at 10:00, 3 times" in page.text
    assert states(page) == ["Scheduled", "Scheduled", "Cancelled by clinic"]
    again = f"{reverse('admin:repeat')}?appointment={booked[0].pk}"
    assert again in page.text
    assert form_of(desk.client.get(again).text)["purchase"] == [str(desk.purchase.pk)]


@pytest.mark.parametrize("page", ["series", "appointment_series_cancel", "appointment_series_move"])
def test_pages_of_a_series_ask_as_often_for_one_appointment_as_for_three(desk, booked, page):
    address = reverse(f"admin:{page}", args=[booked[0].series_id if page == "series" else booked[0].pk])
    query = {"scope": "all", "day": "2030-01-14", "start": "11:00"}
    desk.client.get(address, query)
    asked = []

    for rows in (3, 1):
        for row in booked[rows:]:
            cancel(row, by=desk.ours.user)
        Appointment.objects.filter(pk__in=[row.pk for row in booked[rows:]]).update(series=None, series_on=None)
        with CaptureQueriesContext(connection) as queries:
            assert desk.client.get(address, query).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_list_of_series_says_the_rule_and_what_is_still_to_come(desk, booked):
    page = desk.client.get(reverse("admin:clinic_series_changelist")).text

    assert "Every week on Monday at 10:00, 3 times" in page
    assert "3 / 3" in page
    assert reverse("admin:series", args=[booked[0].series_id]) in page


def test_the_rule_is_told_in_arabic(desk, booked):
    with translation.override("ar"):
        assert "الاثنين" in series_words(booked[0].series)


def test_a_move_far_away_is_refused_in_words(desk, booked):
    page = dialog(desk, "move", booked[0], "all", day="9999-12-31", start="10:00")

    assert "This day is too far away." in page.text
