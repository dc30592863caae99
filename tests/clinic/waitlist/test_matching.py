"""Whom a free time fits, and in which order they are asked."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.enums import AppointmentStatus, NoShowConsequence, Urgency
from clinic.models import WaitlistEntry
from clinic.waitlist.matching import FreeTime, assigned, match_holes, matches_of, rank
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, MONDAY, NINE, make_clinic, make_service

TUESDAY = MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"weekdays": [1]},
        {"earliest": time(9), "latest": time(9, 30)},
        {"first_on": date(2030, 1, 1), "last_on": date(2030, 1, 31)},
    ],
)
def test_a_time_within_the_wishes_fits(desk, wishes):
    desk.waits(**wishes)

    assert desk.matches() == ["Omar"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"weekdays": [2, 3]},
        {"earliest": time(9, 30)},
        {"latest": time(9, 29), "earliest": time(8)},
        {"first_on": TUESDAY, "last_on": TUESDAY},
        {"first_on": date(2030, 1, 1), "last_on": date(2030, 1, 6)},
    ],
)
def test_a_time_outside_of_the_wishes_does_not_fit(desk, wishes):
    desk.waits(**wishes)

    assert desk.matches() == []


def test_wishes_are_read_on_the_wall_of_the_clinic(desk):
    desk.change(desk.clinic, time_zone="Pacific/Auckland")
    desk.waits(first_on=TUESDAY, last_on=TUESDAY, earliest=time(9), latest=time(9, 30))

    assert desk.matches(datetime(2030, 1, 7, 20, tzinfo=UTC)) == ["Omar"]


def test_a_named_provider_or_clinic_or_another_service_rules_others_out(desk):
    lina = desk.second_provider()
    desk.waits("Wants Lina", provider=lina)
    desk.waits("Wants anybody here", clinic=desk.clinic)
    desk.waits("Wants a hearing test", service=make_service(desk.provider))

    assert desk.matches() == ["Wants anybody here"]
    assert desk.matches(provider=lina) == ["Wants Lina", "Wants anybody here"]


def test_the_most_urgent_is_asked_first_then_who_has_waited_longest(desk):
    desk.waits("Second", at=BEFORE - timedelta(days=2))
    desk.waits("Third", at=BEFORE - timedelta(days=1))
    desk.waits("First", urgency=Urgency.URGENT, at=BEFORE)

    assert desk.matches() == ["First", "Second", "Third"]


def test_who_came_at_the_same_moment_is_asked_in_the_order_of_entry(desk):
    names = ["Amal", "Badr", "Dina"]
    for name in names:
        desk.waits(name)

    assert desk.matches() == names


def test_who_has_an_appointment_elsewhere_then_is_not_asked(desk):
    entry = desk.waits()
    desk.book(monday(9), patient=entry.patient, provider=desk.second_provider())

    assert desk.matches(monday(9)) == []
    assert desk.matches(monday(9, 30)) == ["Omar"]


def test_who_has_no_session_left_is_not_asked(desk):
    desk.waits(patient=desk.patient, purchase=(purchase := desk.purchase(sessions=1)))
    assert desk.matches() == ["Huda"]

    desk.book(monday(11), purchase=purchase)

    assert desk.matches() == []


def test_whose_package_expires_before_the_time_is_not_asked(desk):
    purchase = desk.purchase(on=date(2029, 12, 10), days=28)
    desk.waits(patient=desk.patient, purchase=purchase, first_on=MONDAY, last_on=TUESDAY)

    assert desk.matches() == ["Huda"]
    assert desk.matches(NINE + timedelta(days=1)) == []


def test_whose_file_has_been_closed_is_not_asked(desk):
    desk.change(desk.waits().patient, active=False)

    assert desk.matches() == []


def test_who_cannot_be_written_to_is_not_asked(desk):
    desk.change(desk.waits().patient, phone="", email="")

    assert desk.matches() == []


def test_who_may_not_book_online_is_not_asked(desk):
    entry = desk.waits()
    desk.policy(no_show_limit=1, no_show_consequence=NoShowConsequence.NO_SELF_BOOKING)
    desk.appointment(datetime(2029, 12, 31, 9, tzinfo=UTC), patient=entry.patient, status=AppointmentStatus.NO_SHOW)

    assert desk.matches() == []


def test_another_organisation_is_never_asked(desk):
    type(desk)().waits("Theirs")

    assert desk.matches() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_depend_on_who_waits(desk, rows, django_assert_num_queries):
    for number in range(rows):
        desk.waits(f"Patient {number}")

    with django_assert_num_queries(4):
        desk.matches()


def times_of(desk, *hours):
    return [FreeTime(desk.service, desk.provider, desk.clinic, monday(hour)) for hour in hours]


def test_several_times_cost_as_many_queries_as_one(desk, django_assert_num_queries):
    desk.line("Amal", "Badr")

    with django_assert_num_queries(4):
        matches_of(times_of(desk, 9, 10, 11), at=BEFORE)


def test_of_several_times_each_goes_to_those_whose_days_it_fits(desk):
    desk.waits("On Monday")
    desk.waits("On Tuesday", first_on=TUESDAY, last_on=TUESDAY)
    times = [FreeTime(desk.service, desk.provider, desk.clinic, NINE + timedelta(days=days)) for days in (0, 1)]

    assert names(matches_of(times, at=BEFORE)) == [["On Monday"], ["On Tuesday"]]


def names(matched) -> list[list[str]]:
    return [[entry.patient.name_en for entry in row] for row in matched]


def test_holes_are_matched_so_that_the_choosy_one_gets_the_only_time_that_suits(desk):
    desk.waits("Any time", urgency=Urgency.URGENT)
    desk.waits("Nine only", latest=time(9, 30))

    matched = match_holes(times_of(desk, 9, 10), each=1, at=BEFORE)

    assert names(matched) == [["Nine only"], ["Any time"]]


def test_fewer_holes_than_patients_go_to_the_most_urgent(desk):
    desk.line("Amal", "Badr")
    desk.waits("Urgent", urgency=Urgency.URGENT)

    matched = match_holes(times_of(desk, 9, 10), each=1, at=BEFORE)

    assert sorted(row[0] for row in names(matched)) == ["Amal", "Urgent"]


def test_nobody_is_asked_for_two_holes(desk):
    desk.line("Amal", "Badr", "Dina")

    matched = names(match_holes(times_of(desk, 9, 10), each=3, at=BEFORE))

    assert sorted(name for row in matched for name in row) == ["Amal", "Badr", "Dina"]


def test_no_holes_match_nobody(desk):
    desk.waits()

    assert match_holes([], each=3, at=BEFORE) == []
    assert desk.matches(monday(9), leave_out=[WaitlistEntry.objects.get().pk]) == []


def entry(number, urgency):
    return WaitlistEntry(pk=number, urgency=urgency, joined_at=BEFORE)


@given(st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(0, 3))), min_size=1, max_size=5))
def test_holes_are_matched_as_well_as_trying_everything(wanted):
    entries = [entry(number, urgency) for number, (urgency, _holes) in enumerate(wanted)]
    fitting = [[e for e, (_urgency, holes) in zip(entries, wanted, strict=True) if hole in holes] for hole in range(4)]

    pairs = list(assigned(fitting))

    best = max(
        (outcome([e for hole, e in zip(range(4), order, strict=False) if e in fitting[hole]])
        for order in permutations([*entries, *[None] * 4], 4)),
    )  # fmt: skip
    assert all(one in fitting[hole] for hole, one in pairs)
    assert outcome([one for _hole, one in pairs]) == best


def outcome(chosen):
    """The larger, the better: most pairs, then the best ranked."""
    ranks = sorted(rank(one) for one in chosen)
    return len(chosen), [(-urgency, -pk) for urgency, _joined, pk in ranks]


def test_a_clinic_elsewhere_does_not_fit(desk):
    malaz = make_clinic(desk.organisation, name="Malaz")
    desk.service.clinics.add(malaz)
    desk.provider.clinics.add(malaz)
    desk.waits(clinic=malaz)

    assert desk.matches() == []
