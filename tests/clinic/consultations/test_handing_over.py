"""A consultation that goes on is given to another doctor, who goes on with every word of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from clinic.consultations.access import can_write
from clinic.consultations.selectors import able_doctors
from clinic.consultations.services import can_access, close, hand_over, write
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import ConsultationRefused
from clinic.models import Consultation, Provider, RefusedAttempt
from tests.clinic.full_world import World
from tests.factories import NINE, make_consultation, make_provider

PENDING, ACTIVE, CLOSED = ConsultationStatus
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def active(house):
    row = make_consultation(house.visit(), house.service(), house.sara.provider)
    return write(row, {"findings": "Wheeze", "plan": "Rest"}, by=house.sara, expected_version=0, at=NINE)


@pytest.fixture
def head(house):
    """Somebody with the permission and no power besides."""
    user = house.login("head")
    user.user_permissions.add(Permission.objects.get(codename="hand_over_consultation"))
    return user


def give(house, row, **options):
    return hand_over(row, **{"to": house.omar.provider, "by": house.sara, "reason": "Is ill", "at": TEN, **options})


@pytest.mark.parametrize("who", ["sara", "head"])
def test_it_is_the_other_doctors_with_every_word_and_the_history_says_why(house, active, head, who):
    by = head if who == "head" else house.sara

    give(house, active, by=by)

    row, newest = Consultation.objects.get(), active.history.first()
    assert (row.doctor, row.status, row.findings, row.plan) == (house.omar.provider, ACTIVE, "Wheeze", "Rest")
    assert (row.version, row.activated_at) == (active.version, active.activated_at)
    assert (newest.doctor, newest.history_user, newest.history_date) == (house.omar.provider, by, TEN)
    assert newest.history_change_reason == "Is ill"


def test_the_former_doctor_is_out_of_the_room_and_the_other_one_in_it(house, active):
    give(house, active)

    assert [can_access(active, user) for user in (house.sara, house.omar, house.chief)] == [False, True, False]
    assert not can_write(active, house.sara)
    with pytest.raises(ConsultationRefused, match="Huda is the patient of Omar"):
        write(active, {"plan": "Mine"}, by=house.sara, expected_version=active.version)
    closed = close(active, by=house.omar, expected_version=active.version)
    assert (closed.status, closed.plan) == (CLOSED, "Rest")


def test_one_that_nobody_has_taken_is_given_to_a_doctor(house, head):
    row = make_consultation(house.visit(), house.service())

    assert give(house, row, by=head).doctor == house.omar.provider


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"by": "omar"}, RefusalCode.PERMISSION, "Your role does not allow you to give this consultation"),
        ({"by": "desk"}, RefusalCode.PERMISSION, "Ask its doctor, or a manager."),
        ({"to": "sara"}, RefusalCode.UNCHANGED, "Huda is the patient of Sara already."),
        ({"to": "nora"}, RefusalCode.NOT_OFFERED, "Nora does not work in Olaya."),
        ({"reason": "  "}, RefusalCode.INVALID, "This needs a reason."),
        ({"reason": "x" * 101}, RefusalCode.INVALID, "longer than 100 letters"),
    ],
)
def test_what_is_in_the_way_is_said_noted_and_nothing_is_written(house, active, changed, code, sentence):
    if "to" in changed:
        changed = {"to": getattr(house, changed["to"]).provider}
    if "by" in changed:
        changed = {"by": getattr(house, changed["by"])}

    with pytest.raises(ConsultationRefused, match=sentence):
        give(house, active, **changed)

    assert Consultation.objects.get().doctor == house.sara.provider
    attempt = RefusedAttempt.objects.get()
    assert (attempt.target, attempt.code, attempt.at) == (f"consultation {active.pk}", code, TEN)


@pytest.mark.parametrize(
    ("broken", "sentence"), [("gone", "Omar is no longer active"), ("no login", "Omar has no login")]
)
def test_nobody_is_given_what_he_could_never_open(house, active, broken, sentence):
    if broken == "gone":
        Provider.objects.filter(pk=house.omar.provider.pk).update(active=False)
    else:
        house.omar.is_active = False
        house.omar.save()

    with pytest.raises(ConsultationRefused, match=sentence):
        give(house, active)


@pytest.mark.parametrize(("status", "sentence"), [(PENDING, "has not begun"), (CLOSED, "stays as it is")])
def test_only_what_goes_on_is_handed_over(house, status, sentence):
    row = make_consultation(house.visit(), house.service(), house.sara.provider, status)

    with pytest.raises(ConsultationRefused, match=sentence):
        give(house, row, by=house.chief)

    assert Consultation.objects.get().doctor == house.sara.provider


def test_neither_row_of_another_organisation_is_there(house, active):
    stranger = World()

    with pytest.raises(Consultation.DoesNotExist):
        give(house, active, by=stranger.by, to=house.omar.provider)
    with pytest.raises(Provider.DoesNotExist):
        give(house, active, to=stranger.provider)


def test_who_could_go_on_are_the_clinics_other_doctors_with_a_login_those_of_the_service_first(house, active):
    make_provider(house.clinic, name="No login")
    lina = house.doctor("Lina")
    active.service.providers.add(lina.provider)

    assert list(able_doctors(active)) == [lina.provider, house.omar.provider]
