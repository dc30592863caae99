"""Weekly hours: where, when, and never twice at once."""

from datetime import date, time

import pytest

from clinic.errors import InvalidEntry
from clinic.models import Clinic, Provider, WorkingHours
from clinic.rota.selectors import hours_refusals, overlapping_hours
from clinic.rota.services import set_working_hours
from tests.factories import make_clinic, make_hours, make_organisation, make_provider, make_user

pytestmark = pytest.mark.django_db

MONDAY = 1


@pytest.fixture
def clinic():
    return make_clinic(make_organisation(), name="Olaya")


@pytest.fixture
def provider(clinic):
    return make_provider(clinic, name="Sara")


@pytest.fixture
def mona(clinic):
    return make_user(clinic.organisation, "mona")


@pytest.fixture
def nine_to_five(provider, clinic):
    return make_hours(provider, clinic, MONDAY, time(9), time(17))


def test_set_working_hours_adds_a_row_with_its_history(provider, clinic, mona):
    hours = set_working_hours(
        provider, clinic, by=mona, weekday=MONDAY, start=time(9), end=time(12, 30), slot_minutes=45, capacity=2,
        valid_from=date(2030, 1, 7), valid_until=date(2030, 6, 30), every_n_weeks=2,
    )  # fmt: skip

    hours = WorkingHours.objects.get(pk=hours.pk)
    assert (hours.organisation, hours.provider, hours.clinic) == (clinic.organisation, provider, clinic)
    assert (hours.weekday, hours.start, hours.end) == (MONDAY, time(9), time(12, 30))
    assert (hours.slot_minutes, hours.capacity, hours.every_n_weeks) == (45, 2, 2)
    assert (hours.valid_from, hours.valid_until) == (date(2030, 1, 7), date(2030, 6, 30))
    assert hours.history.get().history_user == mona


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        ({"weekday": 8}, "weekday", "Value 8 is not a valid choice."),
        ({"end": time(8)}, "end", "Hours must end after they start."),
        ({"end": time(9)}, "end", "Hours must end after they start."),
        ({"slot_minutes": 0}, "slot_minutes", "Ensure this value is greater than or equal to 5."),
        ({"capacity": 0}, "capacity", "Ensure this value is greater than or equal to 1."),
        ({"every_n_weeks": 0}, "every_n_weeks", "Ensure this value is greater than or equal to 1."),
        ({"start": None}, "start", "This field cannot be null."),
        ({"valid_until": date(2020, 1, 5)}, "valid_until", "The last day must not be before the first."),
        (
            {"start": time(16, 30)},
            "start",
            "Sara already works at Olaya on Monday from 09:00 to 17:00. "
            "Choose another time, or give those hours a last day first.",
        ),
    ],
)
def test_set_working_hours_refuses_at_the_field_and_writes_nothing(
    nine_to_five, provider, clinic, mona, entered, field, sentence
):
    entered = {"weekday": MONDAY, "start": time(17), "end": time(19), **entered}

    with pytest.raises(InvalidEntry) as refused:
        set_working_hours(provider, clinic, by=mona, **entered)

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert WorkingHours.objects.get() == nine_to_five


def test_set_working_hours_refuses_a_clinic_where_the_provider_does_not_work(provider, clinic, mona):
    elsewhere = make_clinic(clinic.organisation, name="Jeddah")

    with pytest.raises(InvalidEntry, match="Sara does not work at Jeddah") as refused:
        set_working_hours(provider, elsewhere, by=mona, weekday=MONDAY, start=time(9), end=time(17))

    assert refused.value.field == "clinic"
    assert not WorkingHours.objects.exists()


def test_set_working_hours_twice_is_refused_the_second_time(provider, clinic, mona):
    set_working_hours(provider, clinic, by=mona, weekday=MONDAY, start=time(9), end=time(17))

    with pytest.raises(InvalidEntry):
        set_working_hours(provider, clinic, by=mona, weekday=MONDAY, start=time(9), end=time(17))

    assert WorkingHours.objects.count() == 1


def test_set_working_hours_does_not_see_another_organisation(provider, clinic, mona):
    there = make_clinic(make_organisation("Other"))

    with pytest.raises(Clinic.DoesNotExist):
        set_working_hours(provider, there, by=mona, weekday=MONDAY, start=time(9), end=time(17))
    with pytest.raises(Provider.DoesNotExist):
        set_working_hours(provider, clinic, by=make_user(there.organisation), weekday=1, start=time(9), end=time(17))

    assert not WorkingHours.objects.exists()


def test_hours_in_another_clinic_overlap_too(nine_to_five, provider, clinic):
    elsewhere = make_clinic(clinic.organisation, name="Jeddah")
    provider.clinics.add(elsewhere)

    hours = make_hours(provider, elsewhere, MONDAY, time(16), time(20))

    assert overlapping_hours(hours) == [nine_to_five]


@pytest.mark.parametrize(
    "fields",
    [
        {"start": time(17), "end": time(19)},
        {"start": time(7), "end": time(9)},
        {"weekday": 2},
        {"valid_until": date(2020, 1, 5), "valid_from": date(2019, 1, 1)},
        {"active": False},
    ],
    ids=["straight after", "straight before", "other weekday", "ended before", "not active"],
)
def test_hours_that_do_not_meet_are_no_overlap(nine_to_five, provider, clinic, fields):
    hours = make_hours(provider, clinic, **{"start": time(10), "end": time(12), **fields})

    assert overlapping_hours(hours) == []


def test_hours_of_another_provider_are_no_overlap(nine_to_five, clinic):
    assert overlapping_hours(make_hours(make_provider(clinic, name="Omar"), clinic)) == []


def test_hours_do_not_overlap_themselves_or_what_is_not_active(nine_to_five, provider, clinic):
    make_hours(provider, clinic, active=False)

    assert overlapping_hours(nine_to_five) == []


def test_hours_on_the_last_day_of_others_still_overlap(provider, clinic):
    old = make_hours(provider, clinic, valid_until=date(2030, 1, 7))
    last_day = make_hours(provider, clinic, valid_from=date(2030, 1, 7))
    next_day = make_hours(provider, clinic, valid_from=date(2030, 1, 8), valid_until=date(2030, 1, 9))

    assert overlapping_hours(last_day) == [old, next_day]
    assert overlapping_hours(next_day) == [last_day]
    assert hours_refusals(last_day)["start"].hint == "Choose another time, or days after 7 Jan 2030."


@pytest.mark.parametrize(
    ("first_weeks", "second_from", "second_weeks", "meet"),
    [
        (2, date(2030, 1, 7), 2, True),
        (2, date(2030, 1, 14), 2, False),
        (2, date(2030, 1, 8), 2, False),  # its first Monday is the 14th
        (2, date(2030, 1, 14), 3, True),
        (2, date(2030, 1, 14), 4, False),
        (2, date(2030, 1, 14), 1, True),
    ],
)
def test_hours_every_n_weeks_overlap_only_in_the_same_weeks(
    provider, clinic, first_weeks, second_from, second_weeks, meet
):
    first = make_hours(provider, clinic, valid_from=date(2030, 1, 7), every_n_weeks=first_weeks)
    second = make_hours(provider, clinic, valid_from=second_from, every_n_weeks=second_weeks)

    assert overlapping_hours(first) == ([second] if meet else [])


def test_hours_refusals_name_every_field_at_once(provider, clinic):
    hours = WorkingHours(
        provider=provider, clinic=make_clinic(clinic.organisation), weekday=MONDAY, start=time(9), end=time(8),
        valid_from=date(2030, 1, 7), valid_until=date(2030, 1, 1),
    )  # fmt: skip

    assert list(hours_refusals(hours)) == ["end", "valid_until", "clinic"]


@pytest.mark.parametrize("number", [1, 3])
def test_hours_refusals_ask_the_same_for_one_and_three(provider, clinic, number, django_assert_num_queries):
    for hour in range(number):
        make_hours(provider, clinic, MONDAY, time(9 + hour), time(10 + hour))
    hours = WorkingHours(provider=provider, clinic=clinic, weekday=MONDAY, start=time(9), end=time(17))

    with django_assert_num_queries(2):
        assert list(hours_refusals(hours)) == ["start"]
