"""Taking a booked plan back: what has not begun is called off, once, and the patient hears of it if they had heard."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.enums import AppointmentStatus, ChangeKind, MessageKind, MessageStatus, OperationKind
from clinic.errors import WrongStatus
from clinic.models import Appointment, Change, Message, Operation, PackagePurchase
from clinic.packages import services as packages
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.planning import answer
from clinic.scheduling.undoing import undo
from tests.clinic.scheduling.planning.conftest import PlanningDesk, day
from tests.factories import BEFORE, SENT, make_patient

LAST_DAY, LONGER = date(2030, 1, 13), date(2030, 1, 20)


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

    assert [row.pk for row in undone.done] == [row.pk for row in booked]
    assert undone.kept == []
    assert set(Appointment.objects.values_list("status", flat=True)) == {AppointmentStatus.CANCELLED_BY_CLINIC}
    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (0, 4)
    operation = Operation.objects.get(kind=OperationKind.AUTO_SCHEDULE)
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


def test_undo_tells_the_patient_who_was_told_once_of_all_sessions(desk, booked):
    Message.objects.filter(kind=MessageKind.PLANNED).update(**SENT)

    take_back(desk, booked)

    assert messages() == [
        (MessageKind.PLAN_UNDONE, MessageStatus.QUEUED),
        (MessageKind.PLANNED, MessageStatus.SENT),
    ]
    message = Message.objects.get(kind=MessageKind.PLAN_UNDONE)
    assert (message.language, message.body.count("9:00")) == ("ar", 4)


def test_undo_tells_an_english_reader_in_english(desk, booked):
    Message.objects.filter(kind=MessageKind.PLANNED).update(**SENT)
    desk.huda.language = "en"
    desk.huda.record("language", by=desk.user)

    take_back(desk, booked)

    message = Message.objects.get(kind=MessageKind.PLAN_UNDONE)
    assert message.subject == "Your sessions are cancelled"
    assert message.body.startswith("Hello Huda, these 4 appointments are cancelled:\nMonday 7 January 2030, 9:00 AM")


def test_undo_tells_only_the_patients_who_were_told(desk):
    amal = make_patient(desk.organisation, name="Amal")
    booked = desk.apply(desk.plan([desk.sell(1), desk.sell(1, patient=amal)]))
    Message.objects.filter(kind=MessageKind.PLANNED, patient=amal).update(**SENT)

    take_back(desk, booked)

    assert messages(patient=amal) == [
        (MessageKind.CANCELLED, MessageStatus.QUEUED),
        (MessageKind.PLANNED, MessageStatus.SENT),
    ]
    assert messages(patient=desk.huda) == [(MessageKind.PLANNED, MessageStatus.CANCELLED)]


def test_session_that_stands_again_does_not_silence_that_the_others_are_cancelled(desk, booked):
    Message.objects.filter(kind=MessageKind.PLANNED).update(**SENT)
    take_back(desk, booked)

    booking.undo_status(Appointment.objects.get(pk=booked[0].pk), by=desk.user, at=BEFORE)

    assert messages(status=MessageStatus.QUEUED) == [
        (MessageKind.BOOKED, MessageStatus.QUEUED),
        (MessageKind.PLAN_UNDONE, MessageStatus.QUEUED),
    ]


def test_undo_keeps_and_names_what_was_held_or_has_begun(desk, purchase, booked):
    held, begun = booked[0], booked[1]
    for verb in (booking.check_in, booking.start, booking.complete):
        held = verb(held, by=desk.user, at=held.starts_at)
    booking.check_in(begun, by=desk.user, at=begun.starts_at)

    undone = take_back(desk, booked, at=begun.starts_at)

    assert [one.row.pk for one in undone.kept] == [booked[0].pk, booked[1].pk]
    assert [row.pk for row in undone.done] == [booked[2].pk, booked[3].pk]
    balance = balance_of(purchase)
    assert (balance.used, balance.reserved, balance.free) == (1, 1, 2)


def test_undo_keeps_a_session_whose_time_has_come(desk, booked):
    undone = take_back(desk, booked, at=booked[0].starts_at + timedelta(minutes=1))

    assert [one.row.pk for one in undone.kept] == [booked[0].pk]


def test_undo_neither_cancels_again_nor_keeps_what_was_called_off_already(desk, booked):
    booking.cancel(booked[2], by=desk.user, at=BEFORE)
    history = booked[2].history.count()

    undone = take_back(desk, booked)

    assert [row.pk for row in undone.done] == [booked[0].pk, booked[1].pk, booked[3].pk]
    assert undone.kept == []
    assert booked[2].history.count() == history


def test_undo_takes_back_a_session_that_was_moved_meanwhile(desk, booked):
    later = booked[0].starts_at + timedelta(hours=1)
    booking.move(booked[0], starts_at=later, by=desk.user, at=BEFORE)

    assert len(take_back(desk, booked).done) == 4


@pytest.fixture
def extended(desk):
    """Nine sessions, of which two stand after the last day that the package had before it was extended by a week."""
    planned = desk.plan(desk.sell(9, days=6), last_day=LAST_DAY)
    longer = replace(planned.request, extend_days=7, last_day=LONGER)
    return desk.apply(answer(longer, at=BEFORE))


def extensions() -> list[Change]:
    return list(Change.objects.filter(operation__kind=OperationKind.AUTO_SCHEDULE, kind=ChangeKind.EXTENDED))


def last_day(extension_of) -> date:
    return PackagePurchase.objects.get(pk=extension_of[0].package_purchase_id).expires_on


def test_undo_takes_the_extension_back_that_the_plan_needed(desk, extended):
    before = last_day(extended)

    take_back(desk, extended, reason="Wrong patient")

    assert (before, last_day(extended)) == (LONGER, LAST_DAY)
    purchase = extended[0].package_purchase
    assert purchase.history.first().history_change_reason == "Wrong patient"
    assert [one.undone_at for one in extensions()] == [BEFORE]


def test_undo_leaves_an_extension_that_a_session_depends_on(desk, extended):
    booking.cancel(extended[0], by=desk.user, at=BEFORE)
    late = desk.book(day(20, 11), purchase=extended[0].package_purchase)

    take_back(desk, extended)

    assert last_day(extended) == LONGER
    assert [one.undone_at for one in extensions()] == [None]
    assert "A session stands later than 13 Jan 2030" in extensions()[0].kept_because
    late.refresh_from_db()
    assert late.status == AppointmentStatus.SCHEDULED


def test_undo_leaves_an_extension_that_was_extended_again(desk, extended):
    packages.extend(extended[0].package_purchase, days=3, by=desk.user)

    take_back(desk, extended)

    assert last_day(extended) == date(2030, 1, 23)
    assert [one.undone_at for one in extensions()] == [None]
    assert "The package has been changed since." in extensions()[0].kept_because


def test_undo_of_a_plan_that_extended_nothing_notes_nothing(desk, purchase, booked):
    take_back(desk, booked)

    assert extensions() == []
    assert PackagePurchase.objects.get().expires_on == purchase.expires_on


def test_undo_does_not_know_an_operation_of_another_organisation(desk, booked):
    with pytest.raises(Operation.DoesNotExist):
        take_back(desk, booked, by=PlanningDesk().user)
    assert Operation.objects.get(undone_at=None)
