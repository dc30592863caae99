"""Two people look at one appointment and both move it: one does, the other hears who did, and where it is now."""

from datetime import datetime, timedelta

import pytest

from clinic.enums import RefusalCode
from clinic.models import Appointment
from clinic.scheduling import booking
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, RIYADH, make_user

pytestmark = pytest.mark.concurrency

TEN = datetime(2030, 1, 7, 10, tzinfo=RIYADH)


@pytest.fixture
def wishes(clinic):
    """An appointment at nine, and the wishes of Mona and Omar to move it elsewhere, each as they saw it."""
    desk = clinic()
    (patient,) = desk.patients(1)
    appointment = booking.book(
        patient=patient, service=desk.service, provider=desk.providers[0], clinic=desk.clinic,
        starts_at=TEN - timedelta(hours=1), by=desk.user, at=BEFORE,
    )  # fmt: skip
    people = [make_user(desk.organisation, first_name=name) for name in ("Mona", "Omar")]
    return [
        {"appointment": appointment.pk, "starts_at": start.isoformat(), "by": user.pk, "expected_sequence": 0}
        for start, user in zip((TEN, TEN + timedelta(hours=1)), people, strict=True)
    ]


def test_two_people_who_move_one_appointment_at_once_do_not_undo_each_other(wishes):
    outcomes = race("move", wishes)

    appointment = Appointment.objects.get()
    assert tally(outcomes) == {"won": 1, "ChangedMeanwhile": 1}
    assert (appointment.moves, appointment.calendar_sequence) == (1, 1)
    winner, hour = ("Mona", 10) if appointment.starts_at == TEN else ("Omar", 11)
    (loser,) = [outcome for outcome in outcomes if outcome.error]
    assert loser.codes == (RefusalCode.CHANGED,)
    assert loser.text.startswith(f"{winner} moved the appointment of")
    assert f"It is now: 7 Jan 2030, {hour}:00, Sara, Olaya." in loser.text


def test_two_people_who_do_not_look_move_it_one_after_the_other(wishes):
    outcomes = race("move", [{**wish, "expected_sequence": None} for wish in wishes])

    assert tally(outcomes) == {"won": 2}
    assert Appointment.objects.get().moves == 2


def test_who_confirms_while_it_goes_to_another_provider_finds_it_there(clinic):
    desk = clinic(providers=2)
    (patient,) = desk.patients(1)
    here, there = desk.providers
    appointment = booking.book(
        patient=patient, service=desk.service, provider=here, clinic=desk.clinic, starts_at=TEN, by=desk.user, at=BEFORE
    )
    confirms = {"appointment": appointment.pk, "by": desk.user.pk}
    moves = [{**confirms, "starts_at": TEN.isoformat(), "provider": provider.pk} for provider in (there, here) * 3]

    outcomes = race("confirm_or_move", [*moves, *[confirms] * 6])

    assert set(tally(outcomes)) <= {"won", "WrongStatus", "BookingRefused"}
    assert tally(outcomes)["won"] >= 2
