"""A patient taps many times at once, on one telephone or on several: what was asked for happens once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.enums import AppointmentStatus, MessageKind
from clinic.messaging.links import token_of
from clinic.models import Appointment, Charge, Message, Policy, User
from clinic.scheduling import booking
from tests.concurrency.race import race
from tests.factories import BEFORE, NINE

pytestmark = pytest.mark.concurrency

TAPS = 8
TEN, ELEVEN = NINE + timedelta(hours=1), NINE + timedelta(hours=2)


@pytest.fixture
def desk(clinic):
    return clinic()


@pytest.fixture
def booked(desk):
    patient = desk.patients(1)[0]
    return booking.book(
        patient=patient, service=desk.service, provider=desk.providers[0], clinic=desk.clinic, starts_at=NINE,
        by=desk.user, at=BEFORE,
    )  # fmt: skip


def taps(appointment, page, **values) -> list[dict]:
    return [{"appointment": appointment.pk, "page": page, "values": {"sequence": 0, **values}}] * TAPS


def answers(entries) -> dict[str, int]:
    results = [outcome.result or outcome.error for outcome in race("link_racers.tap", entries)]
    return {result: results.count(result) for result in results}


def home(appointment) -> str:
    return f"302 {reverse('appointment', args=[token_of(appointment)])}"


def test_eight_taps_on_confirm_are_one_confirmation(booked):
    assert answers(taps(booked, "appointment", do="confirm")) == {home(booked): TAPS}

    assert booked.history.filter(status=AppointmentStatus.CONFIRMED).count() == 1
    assert User.objects.filter(username__startswith="automatic@").count() == 1


def test_eight_taps_on_cancel_are_one_cancellation_and_one_fee(booked):
    Policy.objects.update(cancellation_window=timedelta(days=10), late_cancellation_fee=50)

    assert answers(taps(booked, "appointment_cancel", cost="0:50.00")) == {home(booked): TAPS}

    assert booked.history.filter(status=AppointmentStatus.CANCELLED_BY_PATIENT).count() == 1
    assert Charge.objects.count() == 1
    assert Message.objects.filter(kind=MessageKind.CANCELLED).count() == 1


def test_taps_on_two_times_at_once_move_once_and_the_others_see_where(desk, booked):
    to_ten, to_eleven = (
        taps(booked, "appointment_move", start=int(moment.timestamp()), **{"with": desk.providers[0].code})
        for moment in (TEN, ELEVEN)
    )

    answered = answers([*to_ten, *to_eleven])

    row = Appointment.objects.get()
    assert answered == {home(booked): TAPS, "409": TAPS}
    assert row.moves == 1
    assert row.starts_at in (TEN, ELEVEN)
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 1
