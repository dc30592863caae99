"""Several appointments at once: all of them change, or none does and everyone who does not fit is named."""

from datetime import timedelta

import pytest

from clinic import operations
from clinic.enums import AppointmentStatus, ChangeKind, MessageKind, MessageStatus, OperationKind, RefusalCode
from clinic.models import Appointment, Change, Message, Operation
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime, SomeRefused, Wanted
from clinic.scheduling.signals import appointment_released
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, make_hours, make_leave, make_patient, make_provider, make_room, make_user

S = AppointmentStatus


@pytest.fixture
def operation(desk):
    return operations.begin(OperationKind.MOVE_REMAINING, by=desk.user, at=BEFORE)


def move_all(desk, operation, *times, **options):
    new_times = [NewTime(row, starts_at) for row, starts_at in times]
    return booking.move_all(new_times, **{"by": desk.user, "operation": operation, "at": BEFORE, **options})


def cancel_all(desk, operation, *rows, **options):
    return booking.cancel_all(rows, **{"by": desk.user, "operation": operation, "at": BEFORE, **options})


def book_all(desk, operation, *wanted, **options):
    return booking.book_all(wanted, **{"by": desk.user, "operation": operation, "at": BEFORE, **options})


def wanted(desk, starts_at, **fields) -> Wanted:
    rows = {"patient": desk.patient, "service": desk.service, "provider": desk.provider, "clinic": desk.clinic}
    return Wanted(**{**rows, "starts_at": starts_at, **fields})


def stands(row) -> tuple:
    row.refresh_from_db()
    return row.starts_at, row.status


def outbox(**of) -> list[tuple[str, str]]:
    return list(Message.objects.filter(**of).order_by("pk").values_list("kind", "status"))


def test_move_all_gives_every_appointment_its_time_with_one_history_row(desk, operation):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))

    moved = move_all(desk, operation, (nine, monday(11)), (ten, monday(11, 30)), reason="Sara is ill")

    assert [row.pk for row in moved] == [nine.pk, ten.pk]
    assert [stands(nine), stands(ten)] == [(monday(11), S.RESCHEDULED), (monday(11, 30), S.RESCHEDULED)]
    assert (nine.moves, nine.calendar_sequence) == (1, 1)
    newest = nine.history.order_by("-history_id")[0]
    assert nine.history.count() == 2
    assert (newest.history_change_reason, newest.history_date) == ("Sara is ill", BEFORE)
    assert set(Appointment.history.values_list("status", flat=True)) == {S.SCHEDULED, S.RESCHEDULED}


def test_move_all_lets_appointments_take_each_others_times(desk, operation, omar):
    nine, ten = desk.book(monday(9)), desk.book(monday(10), patient=omar)
    half_past = desk.book(monday(9, 30), patient=make_patient(desk.organisation, name="Amal"))

    move_all(desk, operation, (nine, monday(10)), (ten, monday(9, 30)), (half_past, monday(9)))

    assert [stands(row)[0] for row in (nine, ten, half_past)] == [monday(10), monday(9, 30), monday(9)]


def test_move_all_lets_two_patients_change_rooms_and_providers(desk, operation, omar):
    make_room(desk.clinic, desk.service, name="Blue")
    make_room(desk.clinic, desk.service, name="Red")
    lina = make_provider(desk.clinic, name="Lina")
    desk.service.providers.add(lina)
    make_hours(lina, desk.clinic)
    ours, theirs = desk.book(monday(9)), desk.book(monday(9), patient=omar, provider=lina)

    times = [NewTime(ours, monday(9), provider=lina), NewTime(theirs, monday(9), provider=desk.provider)]
    booking.move_all(times, by=desk.user, operation=operation, at=BEFORE)

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.provider, theirs.provider) == (lina, desk.provider)
    assert ours.room != theirs.room


def test_move_all_names_everyone_who_does_not_fit_and_writes_nothing(desk, operation, omar, nothing_written):
    nine, ten, arrived = desk.book(monday(9)), desk.book(monday(10), patient=omar), desk.book(monday(11))
    booking.check_in(arrived, by=desk.user, at=BEFORE)
    desk.book(monday(11, 30), patient=make_patient(desk.organisation, name="Amal"))
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        move_all(desk, operation, (nine, monday(11, 30)), (ten, monday(13)), (arrived, monday(9, 30)))

    found = {time.appointment.pk: [reason.code for reason in reasons] for time, reasons in refused.value.misfits}
    assert found == {
        nine.pk: [RefusalCode.BOOKED],
        ten.pk: [RefusalCode.WORKING_HOURS],
        arrived.pk: [RefusalCode.STATUS],
    }
    assert "Omar, 7 Jan 2030, 13:00: Sara works at Olaya" in str(refused.value)
    assert "Huda, 7 Jan 2030, 11:30: Sara is already booked" in str(refused.value)
    assert not Change.objects.exists()


def test_move_all_does_not_seat_two_in_one_place(desk, operation, omar, nothing_written):
    nine, ten = desk.book(monday(9)), desk.book(monday(10), patient=omar)
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        move_all(desk, operation, (nine, monday(11)), (ten, monday(11)))

    assert [time.appointment for time, _reasons in refused.value.misfits] == [ten]


def test_move_all_refuses_a_day_after_the_package_expires(desk, operation, nothing_written):
    first = desk.book(monday(9), purchase=desk.purchase(2, days=6))
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        move_all(desk, operation, (first, monday(9) + timedelta(weeks=1)))

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.EXPIRY]


def test_move_all_refuses_what_is_there_already(desk, operation):
    nine = desk.book(monday(9))

    with pytest.raises(SomeRefused) as refused:
        move_all(desk, operation, (nine, monday(9)))

    assert [reason.code for reason in refused.value.reasons] == [RefusalCode.UNCHANGED]


def test_move_all_notes_where_each_one_was_and_is(desk, operation):
    nine = desk.book(monday(9))

    move_all(desk, operation, (nine, monday(10)))

    change = Change.objects.get(operation=operation)
    assert (change.kind, change.appointment) == (ChangeKind.MOVED, nine)
    assert change.before | {"starts_at": ""} == {
        "starts_at": "", "provider": desk.provider.pk, "clinic": desk.clinic.pk, "status": S.SCHEDULED, "moves": 0,
        "sequence": 0,
    }  # fmt: skip
    assert (change.after["status"], change.after["sequence"]) == (S.RESCHEDULED, 1)


def test_move_all_tells_that_every_old_time_is_free(desk, operation):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    freed = []

    def listen(appointment, **_):
        freed.append((appointment.starts_at, appointment.status))

    appointment_released.connect(listen)
    try:
        move_all(desk, operation, (nine, monday(11)), (ten, monday(11, 30)))
    finally:
        appointment_released.disconnect(listen)

    assert freed == [(monday(9), S.SCHEDULED), (monday(10), S.SCHEDULED)]


def test_move_all_tells_each_patient_once(desk, operation, omar):
    desk.change(desk.patient, language="en")
    nine, ten, other = desk.book(monday(9)), desk.book(monday(10)), desk.book(monday(11), patient=omar)

    move_all(desk, operation, (nine, monday(11)), (ten, monday(9)), (other, monday(10)))

    told = Message.objects.filter(status=MessageStatus.QUEUED)
    assert [(message.patient, message.kind) for message in told.order_by("pk")] == [
        (desk.patient, MessageKind.SESSIONS_MOVED),
        (omar, MessageKind.MOVED),
    ]
    assert {message.operation for message in told} == {operation}
    assert outbox(kind=MessageKind.BOOKED) == [(MessageKind.BOOKED, MessageStatus.CANCELLED)] * 3
    words = told.get(kind=MessageKind.SESSIONS_MOVED)
    assert words.subject == "Your sessions have moved"
    assert words.body == (
        "Hello Huda, 2 appointments have moved. The new times are:\n"
        "Monday 7 January 2030, 9:00 AM, Olaya\n"
        "Monday 7 January 2030, 11:00 AM, Olaya"
    )


def test_news_of_several_moves_is_written_in_arabic_too(desk, operation):
    desk.change(desk.patient, language="ar", name_ar="هدى")
    nine, ten = desk.book(monday(9)), desk.book(monday(10))

    move_all(desk, operation, (nine, monday(11)), (ten, monday(9)))

    words = Message.objects.get(kind=MessageKind.SESSIONS_MOVED)
    assert words.subject == "تغيّرت مواعيدك"
    assert words.body.startswith("مرحبًا هدى، تغيّرت مواعيدك (2)، وأصبحت كما يلي:\nالاثنين 7 يناير 2030، 9:00")


def test_move_all_again_calls_off_the_news_that_nobody_has_read(desk, operation):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    move_all(desk, operation, (nine, monday(11)), (ten, monday(11, 30)))
    again = operations.begin(OperationKind.MOVE_REMAINING, by=desk.user, at=BEFORE)

    move_all(desk, again, (nine, monday(9)), (ten, monday(10)))

    assert [
        (m.operation, m.status) for m in Message.objects.filter(kind=MessageKind.SESSIONS_MOVED).order_by("pk")
    ] == [
        (operation, MessageStatus.CANCELLED),
        (again, MessageStatus.QUEUED),
    ]


def test_news_of_several_moves_stays_while_one_of_them_is_as_it_says(desk, operation):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    move_all(desk, operation, (nine, monday(11)), (ten, monday(11, 30)))
    news = Message.objects.filter(kind=MessageKind.SESSIONS_MOVED)

    booking.move(nine, starts_at=monday(9), by=desk.user, at=BEFORE)
    after_one = news.get().status
    booking.cancel(ten, by=desk.user, at=BEFORE)

    assert (after_one, news.get().status) == (MessageStatus.QUEUED, MessageStatus.CANCELLED)


def test_move_all_tells_nobody_when_asked_not_to(desk, operation):
    nine = desk.book(monday(9))

    move_all(desk, operation, (nine, monday(10)), tell=False)

    assert outbox(status=MessageStatus.QUEUED) == []


def test_move_all_of_another_organisation_finds_no_such_row(desk, stranger):
    theirs = desk.appointment(
        patient=stranger["patient"], service=stranger["service"], provider=stranger["provider"],
        clinic=stranger["clinic"],
    )  # fmt: skip
    operation = operations.begin(OperationKind.MOVE_REMAINING, by=desk.user, at=BEFORE)

    with pytest.raises(Appointment.DoesNotExist):
        move_all(desk, operation, (theirs, monday(10)))
    assert stands(theirs)[0] == monday(9)


@pytest.mark.parametrize("number", [1, 8])
def test_move_all_asks_the_engine_about_many_what_it_asks_about_one(
    desk, operation, number, django_assert_max_num_queries
):
    purchase = desk.purchase(10)
    rows = [desk.book(monday(9) + timedelta(weeks=n), purchase=purchase) for n in range(number)]

    with django_assert_max_num_queries(30 + 8 * number):
        move_all(desk, operation, *((row, row.starts_at + timedelta(hours=1)) for row in rows))


def test_cancel_all_frees_every_time_and_session(desk, operation):
    purchase = desk.purchase(3)
    rows = [desk.book(monday(hour), purchase=purchase) for hour in (9, 10, 11)]

    cancelled = cancel_all(desk, operation, *rows, reason="Moves away")

    assert [(row.pk, row.status) for row in cancelled] == [(row.pk, S.CANCELLED_BY_CLINIC) for row in rows]
    assert {stands(row)[1] for row in rows} == {S.CANCELLED_BY_CLINIC}
    assert (rows[0].cancelled_by, rows[0].cancelled_at, rows[0].cancellation_reason) == (
        desk.user,
        BEFORE,
        "Moves away",
    )
    assert (balance_of(purchase).reserved, balance_of(purchase).free) == (0, 3)
    assert rows[0].history.latest().history_change_reason == "Moves away"
    assert outbox(status=MessageStatus.QUEUED, appointment__isnull=False) == [
        (MessageKind.PLAN_UNDONE, MessageStatus.QUEUED)
    ]
    assert [change.kind for change in Change.objects.filter(operation=operation)] == [ChangeKind.CANCELLED] * 3


def test_cancel_all_names_what_cannot_be_cancelled_any_more(desk, operation, nothing_written):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    booking.cancel(nine, by=desk.user, at=BEFORE)
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        cancel_all(desk, operation, nine, ten)

    assert [row for row, _reasons in refused.value.misfits] == [nine]
    assert "Huda is Cancelled by clinic" in str(refused.value)


def test_cancel_all_by_the_patient_costs_what_the_policy_says(desk, operation):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_uses_session=True)
    purchase = desk.purchase(2)
    soon, later = desk.book(monday(9), purchase=purchase), desk.book(monday(9) + timedelta(weeks=1), purchase=purchase)

    cancel_all(desk, operation, soon, later, by_patient=True, at=monday(8))

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.status, soon.cancelled_late, soon.session_used) == (S.CANCELLED_BY_PATIENT, True, True)
    assert (later.cancelled_late, later.session_used) == (False, False)
    assert (balance_of(purchase).used, balance_of(purchase).free) == (1, 1)


def test_book_all_books_on_the_sessions_of_a_package_in_order_of_time(desk, operation):
    purchase = desk.purchase(3)
    hours = (11, 9, 10)

    booked = book_all(desk, operation, *(wanted(desk, monday(hour), purchase=purchase) for hour in hours), reason="x")

    assert [(row.starts_at, row.session_number) for row in booked] == [
        (monday(11), 3), (monday(9), 1), (monday(10), 2),
    ]  # fmt: skip
    assert set(operation.appointments.all()) == set(booked)
    assert balance_of(purchase).reserved == 3
    message = Message.objects.get(kind=MessageKind.PLANNED)
    assert (message.operation, message.body.count("Olaya")) == (operation, 3)


def test_book_all_of_one_tells_of_one(desk, operation):
    book_all(desk, operation, wanted(desk, monday(9)))

    assert outbox() == [(MessageKind.BOOKED, MessageStatus.QUEUED)]


def test_book_all_names_every_time_that_is_not_to_be_had(desk, operation, omar, nothing_written):
    purchase = desk.purchase(1)
    desk.book(monday(9), patient=omar)
    make_leave(desk.provider, monday(0) + timedelta(weeks=1), monday(23) + timedelta(weeks=1))
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        book_all(
            desk,
            operation,
            wanted(desk, monday(9)),
            wanted(desk, monday(9) + timedelta(weeks=1)),
            wanted(desk, monday(10), purchase=purchase),
            wanted(desk, monday(11), purchase=purchase),
        )

    found = [(one.starts_at, [reason.code for reason in reasons]) for one, reasons in refused.value.misfits]
    assert found == [
        (monday(9), [RefusalCode.BOOKED]),
        (monday(9) + timedelta(weeks=1), [RefusalCode.LEAVE]),
        (monday(11), [RefusalCode.NO_SESSION_LEFT]),
    ]


def test_nothing_to_do_does_nothing(desk, operation):
    assert (move_all(desk, operation), cancel_all(desk, operation), book_all(desk, operation)) == ([], [], [])
    assert outbox() == []


def test_operation_of_another_organisation_is_not_found(desk, stranger):
    theirs = operations.begin(OperationKind.IMPORT, by=make_user(stranger["patient"].organisation), at=BEFORE)

    with pytest.raises(Operation.DoesNotExist):
        cancel_all(desk, theirs, desk.book(monday(9)))
