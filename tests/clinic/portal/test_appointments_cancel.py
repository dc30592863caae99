"""Cancelling by the link: what it costs is said before the tap, and nothing else is taken."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.models import Appointment, Charge, Message
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from tests.clinic.portal.conftest import DAY_BEFORE, LATE, SOON, everything
from tests.factories import NINE

pytestmark = pytest.mark.any_engine

S = AppointmentStatus


@pytest.fixture
def on_package(desk):
    """The appointment is the first of ten sessions; cancelling late takes one and costs 50.00."""
    desk.policy(late_cancellation_uses_session=True, late_cancellation_fee=Decimal("50.00"))
    booking.cancel(desk.booked, by=desk.user, tell=False)
    purchase = desk.purchase()
    desk.booked = desk.book(purchase=purchase)
    return purchase


def test_first_page_says_until_when_cancelling_is_free_and_what_it_costs_then(desk, on_package):
    shown = desk.opened()

    assert "Cancelling costs nothing until Sunday 6 January, 9:00 AM." in shown
    assert "After that it uses a session of your package and costs 50.00 SAR." in shown


def test_cancelling_in_good_time_costs_nothing_and_says_so_before(desk, on_package, when):
    when(DAY_BEFORE)
    assert "Cancelling costs nothing." in desk.opened("appointment_cancel")

    shown = desk.cancelled("0:0")

    row = desk.now()
    assert "Huda, this appointment is cancelled" in shown
    assert "You need not do anything else" in shown
    assert (row.status, row.cancelled_late, row.session_used) == (S.CANCELLED_BY_PATIENT, False, False)
    assert balance_of(on_package).free == 10
    assert not Charge.objects.exists()


def test_cancelling_late_costs_what_was_shown_before_the_tap(desk, on_package, when):
    when(LATE)
    for name in ("appointment", "appointment_cancel"):
        assert "If you cancel now, a session of your package is used and you pay 50.00 SAR." in desk.opened(name)
    assert "it could be cancelled free of charge until Sunday 6 January, 9:00 AM" in desk.opened("appointment_cancel")

    shown = desk.cancelled("1:50.00")

    row = desk.now()
    assert "a session of your package has been used" in shown
    assert "As it was cancelled late, you pay 50.00 SAR at the clinic." in shown
    assert "You need not do anything else" not in shown
    assert (row.status, row.cancelled_late, row.session_used) == (S.CANCELLED_BY_PATIENT, True, True)
    assert Charge.objects.get().amount == Decimal("50.00")


@pytest.mark.parametrize(
    ("uses_session", "fee", "words"),
    [
        (True, 0, "If you cancel now, a session of your package is used."),
        (False, 20, "If you cancel now, you pay 20.00 SAR."),
        (False, 0, "Cancelling costs nothing."),
    ],
)
def test_page_names_only_what_the_policy_takes(desk, on_package, when, uses_session, fee, words):
    desk.policy(late_cancellation_uses_session=uses_session, late_cancellation_fee=fee)
    when(LATE)

    assert words in desk.opened("appointment_cancel")
    assert words in desk.opened()


def test_single_appointment_loses_no_session(desk, when):
    desk.policy(late_cancellation_uses_session=True)
    when(LATE)

    assert "Cancelling costs nothing." in desk.opened("appointment_cancel")


def test_form_of_good_time_cancels_nothing_when_it_has_become_late(desk, on_package, when):
    when(DAY_BEFORE)
    desk.opened("appointment_cancel")
    before = everything()
    when(LATE)

    shown = desk.cancelled("0:0", status=409)

    assert "What it costs has changed since you opened this page. Nothing has been cancelled." in shown
    assert "you pay 50.00 SAR" in shown
    assert everything() == before


def test_form_that_names_no_cost_cancels_nothing(desk):
    desk.tapped("appointment_cancel", status=409)

    assert desk.now().status == S.SCHEDULED


def test_form_for_another_time_cancels_nothing(desk):
    booking.move(desk.booked, starts_at=NINE + timedelta(hours=1), by=desk.user)

    shown = desk.cancelled(status=409)

    assert "has changed since you opened this page" in shown
    assert desk.now().status == S.RESCHEDULED


def test_cancelling_twice_is_cancelling_once(desk, on_package, when):
    when(LATE)

    first, second = desk.cancelled("1:50.00"), desk.cancelled("1:50.00")

    assert first == second
    assert Charge.objects.count() == 1
    assert desk.now().history.filter(status=S.CANCELLED_BY_PATIENT).count() == 1
    assert Message.objects.filter(kind=MessageKind.CANCELLED).count() == 1


def test_history_says_that_it_was_the_patient_by_link(desk):
    desk.cancelled()

    row = desk.now()
    assert (str(row.cancelled_by), row.cancellation_reason) == ("By itself or by link", "By the patient, by link")
    assert row.history.first().history_change_reason == "By the patient, by link"


def test_time_is_free_for_others_at_once(desk, omar):
    desk.cancelled()

    assert desk.book(patient=omar).starts_at == NINE


def test_cancellation_is_taken_back_within_three_minutes(desk, on_package, when):
    when(LATE)
    assert "Keep the appointment after all" in desk.cancelled("1:50.00")

    when(LATE + timedelta(minutes=2))
    shown = desk.tapped(do="undo")

    assert "Huda, you have an appointment" in shown
    assert desk.now().status == S.SCHEDULED
    assert not Charge.objects.filter(status="open").exists()
    assert balance_of(on_package).used == 0
    told = Message.objects.filter(kind=MessageKind.CANCELLED).values_list("status", flat=True)
    assert list(told) == [MessageStatus.CANCELLED]


def test_after_three_minutes_the_cancellation_stands(desk, when):
    desk.cancelled()
    when(SOON + timedelta(minutes=3))

    assert "Keep the appointment" not in desk.opened()
    desk.tapped(do="undo")

    assert desk.now().status == S.CANCELLED_BY_PATIENT


def test_taking_back_twice_is_taking_back_once(desk):
    desk.cancelled()

    first, second = desk.tapped(do="undo"), desk.tapped(do="undo")

    assert first == second
    assert desk.now().status == S.SCHEDULED


def test_time_that_somebody_else_has_by_now_is_not_taken_back(desk, omar):
    desk.cancelled()
    desk.book(patient=omar)

    shown = desk.tapped(do="undo", status=409)

    assert "The time has been given to somebody else meanwhile" in shown
    assert desk.now().status == S.CANCELLED_BY_PATIENT
    assert "Omar" not in shown


@pytest.mark.parametrize("by_patient", [True, False])
def test_patient_takes_back_no_cancellation_of_the_staff(desk, by_patient):
    booking.cancel(desk.booked, by=desk.user, by_patient=by_patient)

    assert "Keep the appointment" not in desk.opened()
    desk.tapped(do="undo")

    assert desk.now().status != S.SCHEDULED


def test_question_leads_to_the_first_page_once_there_is_nothing_to_cancel(desk):
    Appointment.objects.filter(pk=desk.booked.pk).update(status=S.ARRIVED)

    assert desk.phone.get(desk.path("appointment_cancel")).headers["Location"] == desk.path()
