"""The steps of an appointment by button: who may, what is said, and what a click too many does."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from admin_ext.front_desk.steps import next_steps
from admin_ext.roles import CASHIER, FRONT_DESK, PROVIDER
from clinic.enums import AppointmentStatus as Status
from clinic.scheduling import booking
from tests.admin_ext.toasts import toast_of
from tests.factories import NINE, make_appointment, make_patient, make_provider, make_user

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nine_o_clock(today_at_nine):
    pass


@pytest.fixture
def desk(ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


@pytest.fixture
def provider(ours, sign_in):
    """The provider of our appointment, signed in."""
    client = sign_in(ours.organisation, PROVIDER)
    ours.provider.user = client.user
    ours.provider.record("user", by=ours.user)
    return client


def take(client, appointment, verb, headers=HTMX, **values):
    return client.post(reverse("admin:appointment_step", args=[appointment.pk, verb]), values, headers=headers)


def status_of(appointment) -> str:
    appointment.refresh_from_db()
    return appointment.status


def test_step_is_taken_and_said_with_the_way_back(ours, desk):
    answer = take(desk, ours.appointment, "check_in")

    assert answer.status_code == 204
    assert status_of(ours.appointment) == Status.ARRIVED
    toast = toast_of(answer)
    assert (toast["text"], toast["tags"]) == ("Ours patient: arrived at 09:00.", "success")
    assert (
        toast["undo"]
        == reverse("admin:appointment_step", args=[ours.appointment.pk, "undo_status"]) + "?status=arrived"
    )
    assert json.loads(answer.headers["HX-Trigger"])["appointment-changed"] == {"id": ours.appointment.pk}


def test_undo_of_the_toast_takes_the_step_back(ours, desk):
    undo = toast_of(take(desk, ours.appointment, "check_in"))["undo"]

    answer = desk.post(undo, headers=HTMX)

    assert status_of(ours.appointment) == Status.SCHEDULED
    assert toast_of(answer)["text"] == "Ours patient: Scheduled again."
    assert toast_of(answer)["undo"] == ""


def test_without_htmx_the_appointments_page_says_what_was_done(ours, desk):
    answer = desk.post(reverse("admin:appointment_step", args=[ours.appointment.pk, "check_in"]), follow=True)

    assert answer.redirect_chain == [(reverse("admin:appointment", args=[ours.appointment.pk]), 302)]
    assert "Ours patient: arrived at 09:00." in answer.text


def test_step_clicked_twice_is_one_change(ours, desk):
    take(desk, ours.appointment, "check_in", status="scheduled")
    changes = ours.appointment.history.count()

    again = take(desk, ours.appointment, "check_in", status="scheduled")

    assert toast_of(again)["text"] == "Ours patient: arrived at 09:00."
    assert ours.appointment.history.count() == changes


def test_undo_clicked_twice_takes_one_step_back(ours, desk):
    booking.confirm(ours.appointment, by=ours.user)
    undo = toast_of(take(desk, ours.appointment, "check_in"))["undo"]
    desk.post(undo, headers=HTMX)

    again = desk.post(undo, headers=HTMX)

    assert status_of(ours.appointment) == Status.CONFIRMED
    assert toast_of(again)["tags"] == "error"


def test_undo_never_takes_back_what_somebody_else_has_done_since(ours, desk):
    undo = toast_of(take(desk, ours.appointment, "check_in"))["undo"]
    booking.start(ours.appointment, by=ours.user)

    answer = desk.post(undo, headers=HTMX)

    assert status_of(ours.appointment) == Status.IN_PROGRESS
    assert toast_of(answer)["text"] == (
        "Meanwhile the appointment of Ours patient is: In progress (Ours first Ours last, 7 Jan 2030, 09:00)."
        " Look at it again before you go on."
    )


def test_no_show_says_what_it_costs(ours, desk):
    ours.charge.delete()
    ours.policy.no_show_fee = 100
    ours.policy.record(by=ours.user)

    answer = take(desk, ours.appointment, "mark_no_show")

    fee = "\N{LEFT-TO-RIGHT ISOLATE}100.00 SAR\N{POP DIRECTIONAL ISOLATE}"
    assert toast_of(answer)["text"] == f"Ours patient: marked as a no-show. Session 1 is used. Fee: {fee}."


@pytest.mark.parametrize(
    ("uses_session", "fee", "words"),
    [
        (True, 100, "No-show: uses session 1, fee 100.00 SAR."),
        (True, 0, "No-show: uses session 1, no fee."),
        (False, 100, "No-show: fee 100.00 SAR, session 1 is free again."),
        (False, 0, "No-show: costs nothing, session 1 is free again."),
    ],
)
def test_card_says_what_a_no_show_costs_before_the_click(ours, desk, uses_session, fee, words):
    ours.charge.delete()
    ours.policy.no_show_uses_session, ours.policy.no_show_fee = uses_session, fee
    ours.policy.record(by=ours.user)

    page = desk.get(reverse("admin:appointment", args=[ours.appointment.pk]), headers=HTMX).text

    words = words.replace("100.00 SAR", "\N{LEFT-TO-RIGHT ISOLATE}100.00 SAR\N{POP DIRECTIONAL ISOLATE}")
    assert f'<p id="no-show-cost" class="quiet-text">{words}</p>' in page


def test_refused_step_is_said_in_words(ours, desk):
    answer = take(desk, ours.appointment, "start")

    assert answer.status_code == 204
    assert toast_of(answer)["tags"] == "error"
    assert toast_of(answer)["text"].startswith("The appointment of Ours patient is Scheduled.")
    assert status_of(ours.appointment) == Status.SCHEDULED


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("start", Status.ARRIVED, Status.IN_PROGRESS),
        ("complete", Status.ARRIVED, Status.COMPLETED),
        ("mark_no_show", Status.SCHEDULED, Status.NO_SHOW),
    ],
)
def test_provider_runs_an_own_session(ours, provider, verb, before, after):
    if before == Status.ARRIVED:
        booking.check_in(ours.appointment, by=ours.user)

    take(provider, ours.appointment, verb)

    assert status_of(ours.appointment) == after


@pytest.mark.parametrize("verb", ["confirm", "check_in"])
def test_provider_leaves_the_desk_its_steps(ours, provider, verb):
    answer = take(provider, ours.appointment, verb)

    assert toast_of(answer)["text"] == "Your role does not allow this. Ask the front desk."
    assert status_of(ours.appointment) == Status.SCHEDULED


def test_provider_takes_back_an_own_step_and_not_the_desks(ours, provider):
    booking.check_in(ours.appointment, by=ours.user)
    take(provider, ours.appointment, "undo_status")
    assert status_of(ours.appointment) == Status.ARRIVED

    take(provider, ours.appointment, "start")
    take(provider, ours.appointment, "undo_status")

    assert status_of(ours.appointment) == Status.ARRIVED


def test_provider_does_not_run_the_session_of_a_colleague(ours, provider):
    colleague = make_provider(ours.clinic)
    ours.service.providers.add(colleague)
    patient = make_patient(ours.organisation)
    other = make_appointment(patient, ours.service, colleague, ours.clinic, NINE, status=Status.ARRIVED)

    answer = take(provider, other, "start")

    assert "Only its own provider or the front desk may." in toast_of(answer)["text"]
    assert status_of(other) == Status.ARRIVED


def test_cashier_takes_no_step(ours, sign_in):
    answer = take(sign_in(ours.organisation, CASHIER), ours.appointment, "check_in")

    assert answer.status_code == 403
    assert status_of(ours.appointment) == Status.SCHEDULED


@pytest.mark.parametrize("verb", ["confirm", "check_in", "mark_no_show", "undo_status"])
def test_appointment_of_another_organisation_is_not_found(theirs, desk, verb):
    answer = take(desk, theirs.appointment, verb)

    assert answer.status_code == 404
    assert status_of(theirs.appointment) == Status.SCHEDULED


def test_verb_that_is_no_step_is_not_found(ours, desk):
    assert take(desk, ours.appointment, "cancel").status_code == 404


def test_step_is_not_taken_by_looking(ours, desk):
    assert desk.get(reverse("admin:appointment_step", args=[ours.appointment.pk, "check_in"])).status_code == 405
    assert status_of(ours.appointment) == Status.SCHEDULED


@pytest.mark.parametrize(
    ("at", "verbs"),
    [
        (NINE - timedelta(days=1), ["confirm"]),
        (NINE - timedelta(minutes=10), ["check_in", "confirm"]),
        (NINE + timedelta(minutes=10), ["check_in", "mark_no_show", "confirm"]),
    ],
    ids=["the day before", "before it begins", "when it should have begun"],
)
def test_steps_offered_depend_on_the_hour(ours, desk, at, verbs):
    steps = next_steps(desk.user, ours.appointment, at=at)

    assert [step.verb for step in steps] == verbs


def test_who_may_not_change_gets_no_steps(ours):
    assert next_steps(make_user(ours.organisation), ours.appointment) == []
