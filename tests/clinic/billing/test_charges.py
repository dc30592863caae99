"""Fees of appointments that were not held: raised once, settled once, never below zero."""

from decimal import Decimal

import pytest

from clinic.billing.selectors import open_charges, owed_by
from clinic.billing.services import raise_fee, waive_fee, withdraw_fee
from clinic.enums import ChargeKind, ChargeStatus, RefusalCode
from clinic.errors import BillingRefused
from clinic.models import Appointment, Charge
from tests.clinic.full_world import World
from tests.factories import BEFORE, NINE, make_appointment, make_patient, make_user

FIFTY = Decimal("50.00")


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def mona(world):
    return make_user(world.organisation)


def fee(world, appointment=None, *, amount=FIFTY, by=None, at=NINE):
    appointment = appointment or world.appointment
    return raise_fee(appointment, kind=ChargeKind.NO_SHOW, amount=amount, by=by or world.by, at=at)


def test_a_fee_is_owed_by_the_patient_of_the_appointment(world, mona):
    fee(world, by=mona)

    charge = Charge.objects.get()
    assert (charge.patient, charge.appointment) == (world.patient, world.appointment)
    assert (charge.kind, charge.amount, charge.status) == (ChargeKind.NO_SHOW, FIFTY, ChargeStatus.OPEN)
    assert (charge.raised_by, charge.raised_at, charge.settled_at) == (mona, NINE, None)
    assert [(row.history_user, row.history_date) for row in charge.history.all()] == [(mona, NINE)]


def test_a_fee_raised_twice_is_owed_once(world):
    first = fee(world)
    second = fee(world, amount=Decimal("70.00"))

    assert (second.pk, second.amount) == (first.pk, FIFTY)
    assert Charge.objects.get().history.count() == 1


def test_a_fee_of_nothing_is_not_raised(world):
    assert fee(world, amount=Decimal(0)) is None
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    ("settle", "status"),
    [(withdraw_fee, ChargeStatus.WITHDRAWN), (waive_fee, ChargeStatus.WAIVED)],
    ids=["withdrawn", "waived"],
)
def test_an_open_fee_is_settled_without_money_by_somebody_for_a_reason(world, mona, settle, status):
    fee(world)

    settle(world.appointment, by=mona, reason="Came after all", at=BEFORE)

    charge = Charge.objects.get()
    assert (charge.status, charge.reason) == (status, "Came after all")
    assert (charge.settled_by, charge.settled_at) == (mona, BEFORE)
    assert charge.history.count() == 2


@pytest.mark.parametrize("settle", [withdraw_fee, waive_fee])
def test_settled_without_money_again_nothing_changes(world, mona, settle):
    fee(world)
    settle(world.appointment, by=world.by, reason="First", at=BEFORE)

    settle(world.appointment, by=mona, reason="Second", at=NINE)

    charge = Charge.objects.get()
    assert (charge.reason, charge.settled_by, charge.history.count()) == ("First", world.by, 2)


def test_without_a_fee_there_is_nothing_to_settle(world):
    assert withdraw_fee(world.appointment, by=world.by) is None
    assert waive_fee(world.appointment, by=world.by, reason="Ill") is None


@pytest.mark.parametrize("settle", [withdraw_fee, waive_fee])
def test_what_was_settled_without_money_can_be_raised_anew(world, settle):
    first = fee(world)
    settle(world.appointment, by=world.by, reason="Came after all", at=NINE)

    again = fee(world, amount=Decimal("70.00"))

    again.refresh_from_db()
    assert (again.pk, again.amount, again.status) == (first.pk, Decimal("70.00"), ChargeStatus.OPEN)
    assert (again.settled_by, again.settled_at, again.reason) == (None, None, "")


def test_a_fee_that_has_been_paid_is_neither_withdrawn_nor_waived_nor_raised(world):
    fee(world)
    Charge.objects.update(status=ChargeStatus.PAID, settled_at=NINE)

    with pytest.raises(BillingRefused) as refused:
        withdraw_fee(world.appointment, by=world.by)
    waive_fee(world.appointment, by=world.by, reason="Ill")
    fee(world, amount=Decimal("70.00"))

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.STATUS]
    assert str(refused.value) == "The fee of 50.00 SAR for this appointment has been paid. Give the money back first."
    assert Charge.objects.values_list("status", "amount").get() == (ChargeStatus.PAID, FIFTY)


@pytest.mark.parametrize(
    "act",
    [
        lambda row, by: raise_fee(row, kind=ChargeKind.NO_SHOW, amount=FIFTY, by=by),
        lambda row, by: withdraw_fee(row, by=by),
        lambda row, by: waive_fee(row, by=by, reason="Ill"),
    ],
    ids=["raise", "withdraw", "waive"],
)
def test_an_appointment_of_another_organisation_is_not_there(world, act):
    stranger = World()

    with pytest.raises(Appointment.DoesNotExist):
        act(stranger.appointment, world.by)

    assert not Charge.objects.exists()


def test_what_patients_owe_is_the_sum_of_what_is_open(world, django_assert_num_queries):
    omar, lina = make_patient(world.organisation, "Omar"), make_patient(world.organisation, "Lina")
    place = (world.service, world.provider, world.clinic)
    late = make_appointment(omar, *place, NINE, status="no_show")
    later = make_appointment(omar, *place, NINE, status="no_show")
    forgiven = make_appointment(lina, *place, NINE, status="no_show")
    second, first = fee(world, later, amount=Decimal("20.50")), fee(world, late, at=BEFORE)
    fee(world, forgiven)
    waive_fee(forgiven, by=world.by, reason="Ill")

    with django_assert_num_queries(1):
        assert owed_by([omar, lina, world.patient]) == {omar.pk: Decimal("70.50")}
    with django_assert_num_queries(1):
        assert [(charge, charge.appointment.clinic) for charge in open_charges(omar)] == [
            (first, world.clinic), (second, world.clinic),
        ]  # fmt: skip
