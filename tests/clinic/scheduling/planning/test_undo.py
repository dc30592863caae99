"""Taking a booked plan back: what has not begun is called off, once, and the patient hears of it if they had heard."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, MessageKind, MessageStatus
from clinic.errors import WrongStatus
from clinic.models import Appointment, Message, Operation
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.planning import undo
from tests.clinic.scheduling.planning.conftest import PlanningDesk
from tests.factories import BEFORE, make_patient


@pytest.fixture
def purchase(desk):
    return desk.sell(4)


@pytest.fixture
def booked(desk, purchase):
    return desk.apply(desk.plan(purchase))


def take_back(desk, booked, **options):
    return undo(booked[0].operation, **{"by": desk.user, "at": BEFORE, **options})


def messages(**of):
    return sorted(Message.objects.filter(appointment__isnull=False, **of).values_list("kind", "status"))


def test_undo_calls_off_every_session_and_frees_it(desk, purchase, booked):
    undone = take_back(desk, booked)

    assert [row.pk for row in undone.cancelled] == [row.pk for row in booked]
    assert undone.kept == []
    assert set(Appointment.objects.values_list("status", flat=True)) == {AppointmentStatus.CANCELLED_BY_CLINIC}
    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (0, 4)
    operation = Operation.objects.get()
    assert (operation.undone_by, operation.undone_at) == (desk.user, BEFORE)
    assert booked[0].history.first().history_user == desk.user


def test_undo_then_plan_books_the_same_times_and_numbers_again(desk, purchase, booked):
    take_back(desk, booked)

    again = desk.apply(desk.plan(purchase))

    assert [(r.starts_at, r.session_number) for r in again] == [(r.starts_at, r.session_number) for r in booked]


def test_undo_is_refused_the_second_time(desk, booked):
    take_back(desk, booked)
    before = Message.objects.count(), Appointment.history.count()

    with pytest.raises(WrongStatus, match="already been undone"):
        take_back(desk, booked)
    assert (Message.objects.count(), Appointment.history.count()) == before


def test_undo_calls_off_the_message_that_nobody_has_read(desk, booked):
    take_back(desk, booked)

    assert messages() == [(MessageKind.PLANNED, MessageStatus.CANCELLED)]


def test_undo_tells_the_patient_who_was_told(desk, booked):
    Message.objects.filter(kind=MessageKind.PLANNED).update(status=MessageStatus.SENT)

    take_back(desk, booked)

    assert messages() == [
        *[(MessageKind.CANCELLED, MessageStatus.QUEUED)] * 4,
        (MessageKind.PLANNED, MessageStatus.SENT),
    ]


def test_undo_tells_only_the_patients_who_were_told(desk):
    amal = make_patient(desk.organisation, name="Amal")
    booked = desk.apply(desk.plan([desk.sell(1), desk.sell(1, patient=amal)]))
    Message.objects.filter(kind=MessageKind.PLANNED, patient=amal).update(status=MessageStatus.SENT)

    take_back(desk, booked)

    assert messages(kind=MessageKind.CANCELLED, patient=amal) == [(MessageKind.CANCELLED, MessageStatus.QUEUED)]
    assert messages(kind=MessageKind.CANCELLED, patient=desk.huda) == []


def test_undo_keeps_and_names_what_was_held_or_has_begun(desk, purchase, booked):
    held, begun = booked[0], booked[1]
    for verb in (booking.check_in, booking.start, booking.complete):
        held = verb(held, by=desk.user, at=held.starts_at)
    booking.check_in(begun, by=desk.user, at=begun.starts_at)

    undone = take_back(desk, booked, at=begun.starts_at)

    assert [row.pk for row in undone.kept] == [booked[0].pk, booked[1].pk]
    assert [row.pk for row in undone.cancelled] == [booked[2].pk, booked[3].pk]
    balance = balance_of(purchase)
    assert (balance.used, balance.reserved, balance.free) == (1, 1, 2)


def test_undo_keeps_a_session_whose_time_has_come(desk, booked):
    undone = take_back(desk, booked, at=booked[0].starts_at + timedelta(minutes=1))

    assert [row.pk for row in undone.kept] == [booked[0].pk]


def test_undo_neither_cancels_again_nor_keeps_what_was_called_off_already(desk, booked):
    booking.cancel(booked[2], by=desk.user, at=BEFORE)
    history = booked[2].history.count()

    undone = take_back(desk, booked)

    assert [row.pk for row in undone.cancelled] == [booked[0].pk, booked[1].pk, booked[3].pk]
    assert undone.kept == []
    assert booked[2].history.count() == history


def test_undo_takes_back_a_session_that_was_moved_meanwhile(desk, booked):
    later = booked[0].starts_at + timedelta(hours=1)
    booking.move(booked[0], starts_at=later, by=desk.user, at=BEFORE)

    assert len(take_back(desk, booked).cancelled) == 4


def test_undo_does_not_know_an_operation_of_another_organisation(desk, booked):
    with pytest.raises(Operation.DoesNotExist):
        take_back(desk, booked, by=PlanningDesk().user)
    assert Operation.objects.get(undone_at=None)
