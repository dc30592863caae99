"""Every way out that a plan offers does what it promises when it is taken; where nothing helps, none is offered."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from clinic.enums import RefusalCode
from clinic.models import PackagePurchase
from clinic.scheduling.planning import answer
from clinic.scheduling.planning.ways_out import fewest_days
from tests.clinic.scheduling.planning.conftest import day
from tests.factories import (
    BEFORE,
    MONDAY,
    RIYADH,
    make_clinic,
    make_leave,
    make_patient,
    make_provider,
    make_service,
)

WEEK = date(2030, 1, 13)


def promised(planned) -> dict[str, tuple[int, int]]:
    return {way.label: (way.gained, way.remaining) for way in planned.ways_out}


def kept(planned) -> dict[str, tuple[int, int]]:
    """What the ways out give when they are taken."""
    missing = sum(left.sessions for left in planned.unplaced)
    given = {}
    for way in planned.ways_out:
        remaining = sum(left.sessions for left in answer(way.request, at=BEFORE).unplaced)
        given[way.label] = missing - remaining, remaining
    return given


def test_later_last_day_is_offered_up_to_the_packages_own(desk):
    planned = desk.plan(desk.sell(9, days=9), last_day=WEEK)

    assert promised(planned)["Look until the package's last day, 16 Jan 2030"] == (2, 0)
    assert promised(planned) == kept(planned)


def test_every_preference_that_costs_sessions_is_offered_to_be_dropped(desk):
    asked = {"weekdays": frozenset({1, 3}), "latest": time(9, 45), "sessions_per_week": 1, "min_gap_days": 2}
    desk.fill(day(7), day(9))

    planned = desk.plan(desk.sell(2), last_day=WEEK, **asked)

    assert planned.unplaced[0].sessions == 2
    assert promised(planned) == kept(planned)
    assert promised(planned)["Allow any time of day"][0] > 0


def test_other_provider_is_offered_with_the_number_of_sessions_gained(desk):
    make_leave(desk.sara, day(9, 0), day(31, 0))
    desk.provider("Omar"), desk.provider("Lina")

    planned = desk.plan(desk.sell(9, days=6), last_day=WEEK, providers=[desk.sara])

    assert promised(planned)["Allow Omar"] == promised(planned)["Allow Lina"] == (5, 2)
    assert promised(planned) == kept(planned)


def test_other_clinic_is_offered(desk):
    malaz = make_clinic(desk.organisation, "Malaz")
    make_leave(desk.sara, day(9, 0), day(31, 0))
    desk.provider("Omar", clinic=malaz)

    planned = desk.plan(desk.sell(7, days=6), last_day=WEEK, clinics=[desk.olaya])

    assert promised(planned)["Allow Malaz"] == (5, 0)
    assert promised(planned) == kept(planned)


def test_providers_who_add_nothing_are_not_offered(desk):
    busy = make_provider(desk.olaya, name="Idle")
    desk.speech.providers.add(busy)

    planned = desk.plan(desk.sell(9, days=6), last_day=WEEK, providers=[desk.sara])

    assert not any("Idle" in label for label in promised(planned))


def extensions(planned) -> dict[str, tuple[int, int]]:
    return {label: way for label, way in promised(planned).items() if label.startswith("Extend")}


def test_extension_is_offered_by_the_exact_number_of_days_for_which_all_fit(desk):
    planned = desk.plan(desk.sell(9, days=6), last_day=WEEK)

    assert extensions(planned) == {"Extend the package by 2 days": (2, 0)}
    assert promised(planned) == kept(planned)


@pytest.mark.parametrize(
    ("wishes", "days"),
    [
        ({"weekdays": frozenset({1, 3})}, 10),  # Monday and Wednesday of two weeks: until the 23rd
        ({"sessions_per_week": 2}, 8),  # weeks from Sunday: the 13th and the 20th begin one each
        ({"min_gap_days": 3}, 9),  # every third day from the 7th
    ],
    ids=["weekdays", "a week", "gap"],
)
def test_extension_is_exact_with_wishes(desk, wishes, days):
    planned = desk.plan(desk.sell(6, days=6), last_day=WEEK, **wishes)

    (way,) = (way for way in planned.ways_out if way.request.extend_days and " + " not in way.label)
    shorter = replace(way.request, extend_days=days - 1, last_day=way.request.last_day - timedelta(days=1))
    assert (way.request.extend_days, way.remaining) == (days, 0)
    assert sum(left.sessions for left in answer(shorter, at=BEFORE).unplaced) == 1


def test_extension_is_exact_though_the_same_hour_and_provider_would_end_later(desk):
    """Every day is half full: all at one hour takes a fortnight, at any hour two days."""
    desk.provider("Omar")
    desk.fill(*(day(number, 9) for number in range(14, 20)), provider=desk.sara)

    planned = desk.plan(desk.sell(9, days=6), last_day=WEEK)

    assert extensions(planned) == {"Extend the package by 2 days": (2, 0)}


def test_extension_that_cannot_place_everything_is_offered_for_what_it_gains(desk):
    make_leave(desk.sara, day(16, 0), datetime(2031, 1, 1, tzinfo=RIYADH))

    planned = desk.plan(desk.sell(12, days=6), last_day=WEEK)

    assert extensions(planned)["Extend the package by 2 days"] == (2, 3)
    assert promised(planned) == kept(planned)


def test_extension_of_a_purchase_that_was_to_be_extended_already_counts_from_there(desk):
    purchase = desk.sell(9, days=4)
    request = replace(desk.plan(purchase, last_day=date(2030, 1, 11)).request, extend_days=2, last_day=WEEK)

    planned = answer(request, at=BEFORE)

    assert extensions(planned) == {"Extend the package by 2 days": (2, 0)}


@pytest.mark.parametrize("enough", [1, 2, 13, 60])
def test_fewest_days_are_found_by_few_questions(enough):
    for fewest in range(1, enough + 1):
        asked = []

        def suffice(days, fewest=fewest, asked=asked):
            asked.append(days)
            return days >= fewest

        assert fewest_days(suffice, enough=enough) == fewest
        assert len(asked) <= (1 if fewest == enough else 7)


def test_extension_that_is_taken_extends_the_purchase_when_it_is_booked(desk):
    purchase = desk.sell(9, days=6)
    planned = desk.plan(purchase, last_day=WEEK)
    (way,) = (way for way in planned.ways_out if way.request.extend_days)

    longer = answer(way.request, at=BEFORE)
    before = PackagePurchase.objects.get().expires_on
    booked = desk.apply(longer)

    assert (before, PackagePurchase.objects.get().expires_on) == (WEEK, date(2030, 1, 15))
    assert len(booked) == 9
    assert purchase.history.first().history_change_reason == "To fit a plan"


def test_extension_is_given_only_to_the_purchases_that_need_it(desk):
    late = make_service(desk.provider("Omar"), name="Massage")
    in_need, content = desk.sell(9, days=6), desk.sell((late, 1), days=6, patient=make_patient(desk.organisation))
    planned = desk.plan([in_need, content], last_day=WEEK, keep_time=False)
    (way,) = (way for way in planned.ways_out if way.request.extend_days)

    desk.apply(answer(way.request, at=BEFORE))

    in_need.refresh_from_db(), content.refresh_from_db()
    assert (in_need.expires_on, content.expires_on) == (date(2030, 1, 15), WEEK)


def test_two_changes_are_combined_where_one_does_not_do(desk):
    planned = desk.plan(desk.sell(9, days=6), last_day=date(2030, 1, 9), weekdays=frozenset({1, 2}))

    both = {label: way for label, way in promised(planned).items() if " + " in label}
    best_alone = min(remaining for label, (_, remaining) in promised(planned).items() if " + " not in label)
    assert both
    assert all(remaining < best_alone for _gained, remaining in both.values())
    assert promised(planned) == kept(planned)


def test_two_changes_of_which_the_second_adds_nothing_are_not_offered(desk):
    desk.provider("Omar", start=time(14), end=time(15))

    planned = desk.plan(desk.sell(9, days=1, on=date(2030, 1, 6)), last_day=MONDAY, min_gap_days=0, sessions_per_day=2)

    assert promised(planned) == kept(planned)
    best_alone = min(way.remaining for way in planned.ways_out if " + " not in way.label)
    assert all(way.remaining < best_alone for way in planned.ways_out if " + " in way.label)


def test_nothing_is_offered_where_nothing_helps(desk):
    make_leave(desk.sara, day(1, 0), datetime(2030, 6, 1, tzinfo=RIYADH))

    planned = desk.plan(desk.sell(3, days=6), last_day=WEEK)

    assert planned.ways_out == ()
    assert [reason.code for reason in planned.unplaced[0].reasons] == [RefusalCode.WORKING_HOURS]


def test_most_helpful_way_out_comes_first(desk):
    desk.provider("Omar")
    planned = desk.plan(desk.sell(20), last_day=date(2030, 1, 12), weekdays=frozenset({1}), providers=[desk.sara])

    left = [way.remaining for way in planned.ways_out]
    assert left == sorted(left)
    assert promised(planned) == kept(planned)
