"""Many desks at once: one wins, the others hear it politely, and without the rules it would go wrong."""

import pytest

from clinic.enums import RefusalCode
from clinic.models import Appointment, Message
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from tests.concurrency import racers
from tests.concurrency.race import race, tally
from tests.factories import BEFORE

pytestmark = pytest.mark.concurrency

RULE = "provider_is_never_double_booked"
ROUNDS = 5


def test_without_the_rules_one_slot_goes_to_several(clinic, unconstrained):
    desk = clinic()
    entries = [desk.entry(patient) for patient in desk.patients(200)]

    with unconstrained(RULE):
        for _round in range(ROUNDS):  # a busy machine may run them one after the other, and then the first wins alone
            Appointment.objects.all().delete()
            race("look_and_insert", entries)
            if (booked := Appointment.objects.count()) > 1:
                break

    assert booked > 1


def test_the_constraint_alone_gives_one_slot_to_one(clinic):
    desk = clinic()

    outcomes = race("insert", [desk.entry(patient) for patient in desk.patients(50)])

    assert tally(outcomes) == {"won": 1, "IntegrityError": 49}
    assert Appointment.objects.count() == 1


def test_two_hundred_desks_at_one_slot_give_it_to_one(clinic):
    desk = clinic()

    outcomes = race("book", [desk.entry(patient) for patient in desk.patients(200)])

    assert tally(outcomes) == {"won": 1, "SlotTaken": 199}
    assert (Appointment.objects.count(), Message.objects.count()) == (1, 1)
    assert {outcome.nearest for outcome in outcomes if outcome.error} == {
        ("2030-01-07T09:30:00+03:00", "2030-01-07T10:00:00+03:00", "2030-01-07T10:30:00+03:00")
    }


def test_a_hundred_desks_use_the_last_session_of_a_package_once(clinic):
    desk = clinic()
    (patient,) = desk.patients(1)
    purchase = desk.purchase(patient, sessions=1)

    outcomes = race("book", [desk.entry(patient, half_hour=n, purchase=purchase) for n in range(100)])

    assert tally(outcomes) == {"won": 1, "BookingRefused": 99}
    assert {outcome.codes for outcome in outcomes if outcome.error} == {(RefusalCode.NO_SESSION_LEFT,)}
    assert balance_of(purchase).free == 0


def test_a_hundred_desks_number_a_hundred_sessions_without_gap_or_twin(clinic):
    desk = clinic()
    (patient,) = desk.patients(1)
    purchase = desk.purchase(patient, sessions=100)

    outcomes = race("book", [desk.entry(patient, half_hour=n, purchase=purchase) for n in range(100)])

    assert tally(outcomes) == {"won": 100}
    assert sorted(outcome.result for outcome in outcomes) == list(range(1, 101))
    assert balance_of(purchase).reserved == 100


def test_fifty_desks_at_fifty_providers_put_a_patient_into_one_place(clinic):
    desk = clinic(providers=50)
    (patient,) = desk.patients(1)

    outcomes = race("book", [desk.entry(patient, provider=provider) for provider in desk.providers])

    assert tally(outcomes) == {"won": 1, "SlotTaken": 49}
    assert {outcome.codes for outcome in outcomes if outcome.error} == {(RefusalCode.PATIENT_BUSY,) * 2}
    assert Appointment.objects.count() == 1


def test_twenty_desks_that_complete_at_once_use_twenty_sessions_of_one_package(clinic):
    desk = clinic()
    (patient,) = desk.patients(1)
    purchase = desk.purchase(patient, sessions=30)
    entries = []
    for number in range(20):
        asked = desk.entry(patient, half_hour=number, purchase=purchase)
        booked = racers.book(**{**asked, "purchase": purchase.pk}) and Appointment.objects.latest("pk")
        booking.check_in(booked, by=desk.user, at=BEFORE)
        entries.append({"appointment": booked.pk, "by": desk.user.pk})

    outcomes = race("complete", entries)

    purchase.refresh_from_db()
    assert tally(outcomes) == {"won": 20}
    assert (purchase.sessions_used, purchase.history.count()) == (20, 21)
    assert (balance_of(purchase).used, balance_of(purchase).free) == (20, 10)
