"""What was done to a package is undone with what it did to its appointments: the rows are as they were."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.errors import WrongStatus
from clinic.models import Appointment, Message, Operation, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.services import cancel_remaining, freeze, transfer
from clinic.scheduling.remaining import move_remaining, plan_move
from clinic.scheduling.undoing import undo
from tests.clinic.packages.conftest import AT, LAST_DAY, check_ledger, row_values
from tests.factories import MONDAY

SOON = AT + timedelta(minutes=1)
KEPT = ("calendar_sequence", "request_key")  # a calendar has to hear of every change, also of one taken back


@pytest.fixture
def booked(counter):
    counter.hold(*counter.book(0), at=AT)
    return counter.book(1, 2, 3)


def appointments() -> list[dict]:
    rows = Appointment.objects.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in KEPT} for row in rows]


def undone(counter):
    return undo(Operation.objects.latest("pk"), by=counter.user, at=SOON)


def change(counter, verb):
    if verb == "cancel":
        cancel_remaining(counter.purchase, by=counter.user, reason="Travels", at=AT)
    elif verb == "freeze":
        freeze(counter.purchase, by=counter.user, reason="Travels", on=MONDAY, at=AT)
    elif verb == "transfer":
        transfer(counter.purchase, counter.omar, by=counter.user, reason="Brother", at=AT)
    else:
        asked = {"providers": [counter.lama], "first_day": MONDAY, "last_day": LAST_DAY, "at": AT}
        move_remaining(plan_move(counter.purchase, **asked), by=counter.user, reason="Away", at=AT)


@pytest.mark.parametrize("verb", ["cancel", "freeze", "transfer", "move"])
def test_what_was_done_and_undone_leaves_the_rows_as_they_were(counter, booked, verb):
    before = appointments(), row_values(counter.purchase)
    change(counter, verb)

    answer = undone(counter)

    assert (appointments(), row_values(counter.purchase)) == before
    assert answer.kept == []
    assert counter.balance() == Balance(used=1, reserved=3, free=6)
    check_ledger()


def test_transfer_that_is_undone_calls_off_what_the_new_owner_would_have_read(counter):
    transfer(counter.purchase, counter.omar, by=counter.user, at=AT)

    undone(counter)

    assert Message.objects.get(kind=MessageKind.ASSIGNED, patient=counter.omar).status == MessageStatus.CANCELLED


def test_undoing_a_transfer_keeps_everything_once_the_new_owner_has_booked(counter, booked):
    change(counter, "transfer")
    given = PackagePurchase.objects.get(patient=counter.omar)
    counter.book(9, purchase=given, patient=counter.omar)
    before = row_values(counter.purchase), row_values(given)

    with pytest.raises(WrongStatus, match="booked 1 of the sessions transferred"):
        undone(counter)

    assert (row_values(counter.purchase), row_values(given)) == before
    called_off = Appointment.objects.filter(pk__in=[row.pk for row in booked])
    assert {row.status for row in called_off} == {AppointmentStatus.CANCELLED_BY_CLINIC}


def test_undoing_a_frost_brings_back_what_still_has_its_time(counter, booked):
    change(counter, "freeze")
    other = counter.sell(2, patient=counter.omar)
    counter.book(2, purchase=other, patient=counter.omar)

    answer = undone(counter)

    assert counter.reload().status == "active"
    assert [one.row.pk for one in answer.kept] == [booked[1].pk]
    assert counter.balance() == Balance(used=1, reserved=2, free=7)
    check_ledger()
