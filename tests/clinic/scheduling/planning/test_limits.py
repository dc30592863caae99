"""The limits a day and a week are the patient's: what is booked from other packages counts, and nothing else does."""

from datetime import date

import pytest

from clinic.scheduling.planning.alternatives import alternatives
from tests.clinic.scheduling.planning.conftest import day, days_of
from tests.factories import BEFORE, MONDAY, make_patient, make_service


@pytest.fixture
def of_another_package(desk):
    """Booked on the Monday and the Wednesday from a package that is not asked about."""
    omar = desk.provider("Omar")
    massage = make_service(omar, name="Massage")
    asked = {"purchase": desk.sell((massage, 5)), "service": massage, "provider": omar}
    return [desk.book(day(number, 11), **asked) for number in (7, 9)]


@pytest.mark.usefixtures("of_another_package")
def test_sessions_of_other_packages_count_on_their_day(desk):
    purchase = desk.sell(9)

    one, two = (desk.plan(purchase, last_day=date(2030, 1, 11), sessions_per_day=most) for most in (1, 2))

    assert days_of(one) == [1, 3, 4]
    assert days_of(two) == [0, 1, 2, 3, 4]
    assert one.certificate.bound == 3


@pytest.mark.usefixtures("of_another_package")
def test_sessions_of_other_packages_count_in_their_week(desk):
    planned = desk.plan(desk.sell(9), last_day=date(2030, 1, 12), sessions_per_week=3)

    assert len(planned.placed) == planned.certificate.bound == 1


@pytest.mark.usefixtures("of_another_package")
def test_session_of_another_package_counts_in_its_week_though_it_lies_before_the_first_day(desk):
    planned = desk.plan(desk.sell(9), first_day=date(2030, 1, 10), last_day=date(2030, 1, 12), sessions_per_week=2)

    assert planned.placed == ()


def test_appointment_without_a_package_counts_for_no_limit(desk):
    desk.book(day(7, 11))

    planned = desk.plan(desk.sell(2), last_day=date(2030, 1, 8), sessions_per_week=2)

    assert days_of(planned) == [0, 1]


def test_sessions_of_other_patients_count_for_no_limit(desk):
    amal = make_patient(desk.organisation, name="Amal")
    desk.book(day(7, 11), patient=amal, purchase=desk.sell(2, patient=amal))

    planned = desk.plan(desk.sell(2), last_day=date(2030, 1, 8), sessions_per_week=2)

    assert days_of(planned) == [0, 1]


@pytest.mark.usefixtures("of_another_package")
def test_other_times_leave_the_days_of_other_packages_alone(desk):
    planned = desk.plan(desk.sell(1), last_day=date(2030, 1, 11))

    assert {other.starts_at.day for other in alternatives(planned, at=BEFORE, count=99)[0]} == {8, 10, 11}


@pytest.mark.usefixtures("of_another_package")
def test_limit_that_other_packages_use_up_is_named(desk):
    day_full = desk.plan(desk.sell(1), last_day=MONDAY)
    week_full = desk.plan(desk.sell(1), last_day=date(2030, 1, 8), first_day=date(2030, 1, 8), sessions_per_week=2)

    assert "10 starting times remain on 1 day; the limit is 1 a day." in map(str, day_full.unplaced[0].reasons)
    assert "12 starting times remain; the limit is 2 a week." in map(str, week_full.unplaced[0].reasons)
