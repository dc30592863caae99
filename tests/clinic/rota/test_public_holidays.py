"""Clinics close on the public holidays of their country."""

from datetime import date, timedelta

import pytest

from clinic.errors import ClinicError
from clinic.models import Closure, Organisation
from clinic.rota.public_holidays import Holiday, public_holidays
from clinic.rota.services import add_public_holidays
from tests.factories import make_clinic, make_closure, make_organisation, make_user

SAUDI_NATIONAL_DAY = date(2030, 9, 23)


@pytest.fixture
def organisation():
    return make_organisation(country="SA")


@pytest.fixture
def mona(organisation):
    return make_user(organisation, "mona")


def test_public_holidays_join_days_in_a_row():
    holidays = public_holidays("SA", 2030)

    assert Holiday(date(2030, 2, 3), date(2030, 2, 6), "Eid al-Fitr Holiday", "عطلة عيد الفطر") in holidays
    assert Holiday(date(2030, 2, 21), date(2030, 2, 22), "Founding Day Holiday", "يوم التأسيس") in holidays
    assert Holiday(SAUDI_NATIONAL_DAY, SAUDI_NATIONAL_DAY, "National Day Holiday", "اليوم الوطني") in holidays
    assert [holiday.first_on for holiday in holidays] == sorted(holiday.first_on for holiday in holidays)


@pytest.mark.parametrize(
    ("country", "day", "name_en", "name_ar"),
    [
        ("EG", date(2030, 4, 25), "Sinai Liberation Day", "عيد تحرير سيناء"),
        ("DE", date(2030, 10, 3), "German Unity Day", ""),
    ],
)
def test_public_holidays_have_the_names_the_calendar_has(country, day, name_en, name_ar):
    assert Holiday(day, day, name_en, name_ar) in public_holidays(country, 2030)


@pytest.mark.django_db
def test_add_public_holidays_closes_every_clinic(organisation, mona):
    added = add_public_holidays(organisation, 2030, by=mona)

    closure = Closure.objects.get(first_on=SAUDI_NATIONAL_DAY)
    assert closure in added
    assert (closure.organisation, closure.clinic, closure.last_on) == (organisation, None, SAUDI_NATIONAL_DAY)
    assert (closure.name_en, closure.name_ar) == ("National Day Holiday", "اليوم الوطني")
    assert closure.history.get().history_user == mona


@pytest.mark.django_db
def test_add_public_holidays_again_adds_nothing(organisation, mona):
    before = len(add_public_holidays(organisation, 2030, by=mona))

    assert add_public_holidays(organisation, 2030, by=mona) == []
    assert Closure.objects.count() == before


@pytest.mark.django_db
def test_add_public_holidays_leaves_what_was_moved_or_renamed(organisation, mona):
    add_public_holidays(organisation, 2030, by=mona)
    moved = Closure.objects.get(name_en="Day of Arafah")
    moved.first_on = moved.last_on = moved.first_on - timedelta(days=1)
    moved.save()
    Closure.objects.filter(first_on=SAUDI_NATIONAL_DAY).update(name_en="Flag day", name_ar="")

    assert add_public_holidays(organisation, 2030, by=mona) == []


@pytest.mark.django_db
def test_add_public_holidays_is_not_put_off_by_one_clinics_closure(organisation, mona):
    make_closure(organisation, SAUDI_NATIONAL_DAY, clinic=make_clinic(organisation))

    assert SAUDI_NATIONAL_DAY in [closure.first_on for closure in add_public_holidays(organisation, 2030, by=mona)]


@pytest.mark.django_db
def test_add_public_holidays_adds_each_year(organisation, mona):
    add_public_holidays(organisation, 2030, by=mona)

    assert {closure.first_on.year for closure in add_public_holidays(organisation, 2031, by=mona)} == {2031}


@pytest.mark.django_db
def test_add_public_holidays_refuses_a_country_it_does_not_know():
    organisation = make_organisation(country="ZZ")

    with pytest.raises(ClinicError, match="The public holidays of “ZZ” are not known"):
        add_public_holidays(organisation, 2030, by=make_user(organisation))

    assert not Closure.objects.exists()


@pytest.mark.django_db
def test_add_public_holidays_does_not_see_another_organisation(organisation):
    with pytest.raises(Organisation.DoesNotExist):
        add_public_holidays(organisation, 2030, by=make_user(make_organisation("Other")))

    assert not Closure.objects.exists()
