"""Tests do not see each other: each of these runs twice and finds everything as it was."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection

from admin_ext.roles import ROLES
from clinic.constraints.triggers import EXISTING_TRIGGERS
from clinic.models import Organisation, Patient
from tests.factories import make_organisation, make_patient
from tests.standing import standing


def make_huda() -> Patient:
    return make_patient(make_organisation(), "Huda")


huda = standing(make_huda)
other = standing(make_huda)
twice = pytest.mark.parametrize("time", ["first", "second"])


@twice
def test_what_a_test_does_to_a_world_is_gone_after_it(huda, time):
    assert (huda.name_en, Patient.objects.get().name_en) == ("Huda", "Huda")

    huda.name_en = "Amal"
    huda.save()
    huda.organisation.name_en = "Cedar"


@twice
def test_worlds_made_alike_are_two(huda, other, time):
    assert huda.organisation.name_en == "Noor Group"
    assert set(Patient.objects.all()) == {huda, other}
    assert huda != other


@twice
def test_nothing_stands_where_nothing_is_asked_for(db, time):
    assert not Organisation.objects.exists()


@twice
def test_what_is_committed_is_gone_and_what_migrations_made_is_there(transactional_db, time):
    assert not Organisation.objects.exists()
    assert Permission.objects.filter(codename="view_patient").exists()
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_TRIGGERS[connection.vendor])
        assert len(cursor.fetchall()) > 20

    make_huda()
    Group.objects.all().delete()
