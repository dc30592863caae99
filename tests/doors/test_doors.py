"""The door matrix: every door of the site, by every role, to a consultation in every state and to its money."""

import pytest

from admin_ext.roles import ROLES
from tests.doors.allowed import CHANGES
from tests.doors.faults import faults_of
from tests.doors.matrix import NO_ROLE, NOBODY, cells
from tests.doors.pages import ROW_OF
from tests.doors.site import doors

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_every_page_says_what_it_is_about():
    pages = {door.name for door in doors() if door.model_admin is None}

    assert pages - set(ROW_OF) == set(), "new: say in tests/doors/pages.py which row their addresses name"
    assert set(ROW_OF) - pages == set()


def test_every_change_that_is_allowed_has_a_door():
    names = {door.name for door in doors()}

    assert {change.split()[0] for change in CHANGES} <= names


@pytest.mark.parametrize("role", [*ROLES, NO_ROLE, NOBODY])
def test_no_door_opens_but_those_that_are_meant_to(role, subjects, record_property):
    found = list(cells(role, subjects))
    record_property("cells", len(found))

    faults = faults_of(found)

    assert len(found) > 1_000
    assert not faults, "\n".join(["", *faults])
