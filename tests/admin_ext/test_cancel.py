"""Calling an appointment off by the dialog: what it costs is said before, and the way back afterwards."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, PROVIDER
from clinic.enums import AppointmentStatus as Status
from clinic.scheduling import booking
from tests.admin_ext.toasts import toast_of
from tests.factories import NINE, make_appointment, make_patient

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}
LATE, IN_TIME = NINE - timedelta(hours=2), NINE - timedelta(days=2)


@pytest.fixture
def desk(ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


@pytest.fixture
def strict(ours):
    """A late cancellation costs the session and 50."""
    ours.charge.delete()
    ours.policy.late_cancellation_uses_session, ours.policy.late_cancellation_fee = True, Decimal(50)
    ours.policy.record(by=ours.user)


def address(appointment):
    return reverse("admin:appointment_cancel", args=[appointment.pk])


@contextmanager
def signed_in(client, at):
    """At that moment, with a session that has begun then."""
    with time_machine.travel(at, tick=False):
        client.force_login(client.user)
        yield


def ask(client, appointment, at=LATE):
    with signed_in(client, at):
        return client.get(address(appointment), headers=HTMX).text


def cancel(client, appointment, at=LATE, headers=HTMX, **values):
    asked = {"reason": "Patient asked", "by_patient": "1", "version": appointment.calendar_sequence, **values}
    with signed_in(client, at):
        return client.post(address(appointment), asked, headers=headers)


def test_dialog_says_what_a_late_cancellation_costs_before_the_click(ours, desk, strict):
    page = ask(desk, ours.appointment)

    fee = "\N{LEFT-TO-RIGHT ISOLATE}50.00 SAR\N{POP DIRECTIONAL ISOLATE}"
    assert f"Late: uses session 1, fee {fee}." in page
    assert "Costs nothing, session 1 is free again." in page
    assert 'value="Patient asked"' in page


def test_dialog_says_that_a_late_cancellation_leaves_the_session(ours, desk, strict):
    ours.policy.late_cancellation_uses_session = False
    ours.policy.record(by=ours.user)

    page = ask(desk, ours.appointment)

    fee = "\N{LEFT-TO-RIGHT ISOLATE}50.00 SAR\N{POP DIRECTIONAL ISOLATE}"
    assert f"Late: fee {fee}, session 1 is free again." in page


def test_cancellation_in_time_costs_nothing(ours, desk, strict):
    page = ask(desk, ours.appointment, at=IN_TIME)

    assert "Late" not in page
    assert page.count("Costs nothing, session 1 is free again.") == 2


def test_what_was_said_is_what_it_costs(ours, desk, strict):
    answer = cancel(desk, ours.appointment)

    assert answer.status_code == 204
    ours.appointment.refresh_from_db()
    assert (ours.appointment.status, ours.appointment.cancellation_reason) == (
        Status.CANCELLED_BY_PATIENT, "Patient asked",
    )  # fmt: skip
    assert (ours.appointment.session_used, ours.appointment.charge.amount) == (True, 50)
    assert toast_of(answer)["text"] == (
        "Ours patient: Cancelled by patient. Session 1 is used."
        " Fee: \N{LEFT-TO-RIGHT ISOLATE}50.00 SAR\N{POP DIRECTIONAL ISOLATE}."
    )


def test_the_clinics_own_cancellation_costs_nobody_anything(ours, desk, strict):
    cancel(desk, ours.appointment, by_patient="", reason="The clinic had to cancel")

    ours.appointment.refresh_from_db()
    assert ours.appointment.status == Status.CANCELLED_BY_CLINIC
    assert not ours.appointment.session_used
    assert not hasattr(ours.appointment, "charge")


def test_undo_of_the_toast_brings_it_back(ours, desk):
    undo = toast_of(cancel(desk, ours.appointment))["undo"]

    with signed_in(desk, LATE):
        desk.post(undo, headers=HTMX)

    ours.appointment.refresh_from_db()
    assert ours.appointment.status == Status.SCHEDULED


def test_appointment_moved_meanwhile_is_cancelled_only_after_another_look(ours, desk):
    single = make_appointment(
        make_patient(ours.organisation, "Huda"), ours.service, ours.provider, ours.clinic, NINE + timedelta(hours=1)
    )
    seen = single.calendar_sequence
    booking.move(single, starts_at=NINE + timedelta(hours=2), by=ours.user, at=IN_TIME)

    refused = cancel(desk, single, version=seen, reason="Has the flu")

    assert "moved the appointment of Huda" in refused.text
    assert "Cancel it all the same" in refused.text
    assert 'value="Has the flu"' in refused.text
    single.refresh_from_db()
    assert single.status == Status.RESCHEDULED

    cancel(desk, single)

    single.refresh_from_db()
    assert single.status == Status.CANCELLED_BY_PATIENT


def test_double_click_cancels_once(ours, desk, strict):
    version = ours.appointment.calendar_sequence
    cancel(desk, ours.appointment, version=version)
    again = cancel(desk, ours.appointment, version=version)

    assert "cancelled the appointment of Ours patient" in again.text
    ours.appointment.refresh_from_db()
    assert ours.appointment.calendar_sequence == version + 1


def test_what_can_no_longer_be_cancelled_says_why(ours, desk):
    booking.check_in(ours.appointment, by=ours.user, at=NINE)
    booking.start(ours.appointment, by=ours.user, at=NINE)

    page = ask(desk, ours.appointment, at=NINE)

    assert "This appointment can no longer be cancelled: In progress." in page
    assert 'class="button-main"' not in page


def test_reason_that_is_too_long_is_kept_and_refused(ours, desk):
    answer = cancel(desk, ours.appointment, reason="x" * 251)

    assert "The reason is longer than 250 letters. Write it shorter." in answer.text
    assert "x" * 251 in answer.text
    ours.appointment.refresh_from_db()
    assert ours.appointment.status == Status.SCHEDULED


def test_provider_does_not_cancel_by_address(ours, sign_in):
    client = sign_in(ours.organisation, PROVIDER)

    assert cancel(client, ours.appointment).status_code == 403
    ours.appointment.refresh_from_db()
    assert ours.appointment.status == Status.SCHEDULED


def test_appointment_of_another_organisation_is_not_found(theirs, desk):
    assert cancel(desk, theirs.appointment).status_code == 404
    theirs.appointment.refresh_from_db()
    assert theirs.appointment.status == Status.SCHEDULED
