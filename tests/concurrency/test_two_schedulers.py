"""Auto-schedulers and a desk at the same providers: every plan whole or refused, and nobody in two places."""

from datetime import date

import pytest

from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Message, Operation
from clinic.packages.selectors import balance_of
from clinic.scheduling.planning import plan
from clinic.scheduling.planning.packing import pack
from tests.concurrency.race import race, tally
from tests.factories import BEFORE, MONDAY

pytestmark = pytest.mark.concurrency

SESSIONS = 6


def planned(desk, patient, providers=None):
    """A packed plan for six sessions of a new purchase, made while the calendar is as it is now."""
    purchase = desk.purchase(patient, sessions=SESSIONS)
    asked = {"first_day": MONDAY, "last_day": date(2030, 1, 20), "at": BEFORE}
    return purchase, {"plan": pack(plan(purchase, providers=providers, **asked)), "by": desk.user.pk}


def overlaps() -> list:
    """Pairs of live appointments that share a provider or a patient and a moment."""
    live = list(Appointment.objects.filter(status__in=LIVE_STATUSES))
    return [
        (one, other)
        for number, one in enumerate(live)
        for other in live[number + 1 :]
        if (
            one.provider_id == other.provider_id
            and one.busy_from < other.busy_until
            and other.busy_from < one.busy_until
        )
        or (one.patient_id == other.patient_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at)
    ]


def test_two_plans_for_the_same_times_book_one_of_them_whole(clinic):
    desk = clinic()
    purchases, entries = zip(*(planned(desk, patient) for patient in desk.patients(2)), strict=True)

    outcomes = race("book_all", entries)

    assert tally(outcomes) == {"won": 1, "PlanChanged": 1}
    assert sorted(balance_of(purchase).reserved for purchase in purchases) == [0, SESSIONS]
    assert (Operation.objects.count(), Message.objects.filter(kind="planned").count()) == (1, 1)


def test_one_plan_pressed_by_eight_at_once_is_booked_once(clinic):
    desk = clinic(providers=2)
    (patient,) = desk.patients(1)
    _purchase, entry = planned(desk, patient)

    outcomes = race("book_all", [entry] * 8)

    assert tally(outcomes) == {"won": 1, "PlanChanged": 7}
    assert sorted(Appointment.objects.values_list("session_number", flat=True)) == list(range(1, SESSIONS + 1))


@pytest.mark.slow
def test_schedulers_and_desks_in_many_rounds_leave_no_overlap_and_no_part_of_a_plan(clinic):
    desk = clinic(providers=2)
    for number in range(4):
        before = Appointment.objects.count()
        made = [planned(desk, patient) for patient in desk.patients(6)]
        desks = [
            desk.entry(patient, half_hour=16 * number + n, provider=desk.providers[n % 2])
            for n, patient in enumerate(desk.patients(4))
        ]

        outcomes = race("plan_or_book", [entry for _purchase, entry in made] + desks)

        assert set(tally(outcomes)) <= {"won", "PlanChanged", "SlotTaken"}
        assert {balance_of(purchase).reserved for purchase, _entry in made} <= {0, SESSIONS}
        assert Appointment.objects.count() - before == sum(
            SESSIONS if outcome.result == SESSIONS else 1 for outcome in outcomes if not outcome.error
        )
        assert "won" in tally(outcomes)
        assert overlaps() == []
