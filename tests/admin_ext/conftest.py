"""Two organisations, and people of the first one with a role."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from tests.admin_ext.schedule import open_desk
from tests.admin_ext.world import make_world
from tests.factories import BEFORE, NINE, make_user
from tests.standing import standing

ours = standing(lambda: make_world("Ours"))
theirs = standing(lambda: make_world("Theirs"))


@pytest.fixture
def sign_in():
    """Sign somebody of an organisation in who has the role; returns the client, whose `.user` is the person."""

    def sign_in(organisation, *roles: str) -> Client:
        client = Client()
        client.user = make_user(organisation, is_staff=True)
        client.user.groups.set(Group.objects.filter(name__in=roles))
        client.force_login(client.user)
        return client

    return sign_in


@pytest.fixture
def today_at_nine():
    """The Monday of the tests, at nine in Riyadh: the appointments of the world are today's."""
    with time_machine.travel(NINE, tick=False):
        yield NINE


@pytest.fixture
def a_week_before():
    """A week before the Monday of the tests, when what they book lies ahead."""
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def desk(a_week_before, ours, sign_in):
    return open_desk(ours, sign_in)
