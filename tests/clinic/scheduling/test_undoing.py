"""Whatever an operation did is undone by the same rules: what the world no longer allows is kept, with its reason."""

from datetime import timedelta

import pytest

from clinic.enums import AppointmentStatus, ChargeStatus, OperationKind
from clinic.errors import WrongStatus
from clinic.models import Appointment, Change, Charge, Operation, PackagePurchase
from clinic.packages import services as packages
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime
from clinic.scheduling.signals import appointment_released, operation_undone
from clinic.scheduling.undoing import prospects
from tests.clinic.scheduling.conftest import monday
from tests.clinic.scheduling.undone import begin, booked, cancelled, moved, stands, take_back, why
from tests.factories import (
    BEFORE,
    MONDAY,
    make_hours,
    make_leave,
    make_patient,
    make_provider,
    make_room,
    make_user,
)

S = AppointmentStatus
WEEK = timedelta(weeks=1)


def test_undo_gives_every_appointment_its_old_time_and_status(desk):
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    booking.confirm(nine, by=desk.user, at=BEFORE)
    operation = moved(desk, (nine, monday(11)), (ten, monday(11, 30)))

    undone = take_back(desk, operation, reason="Wrong week")

    assert {row.pk for row in undone.done} == {nine.pk, ten.pk}
    assert undone.kept == []
    assert [stands(nine), stands(ten)] == [(monday(9), S.CONFIRMED), (monday(10), S.SCHEDULED)]
    assert (nine.moves, nine.calendar_sequence, nine.confirmed_at) == (0, 2, BEFORE)
    assert nine.history.latest().history_change_reason == "Wrong week"
    operation.refresh_from_db()
    assert (operation.undone_at, operation.undone_by) == (BEFORE, desk.user)
    assert set(operation.changes.values_list("undone_at", flat=True)) == {BEFORE}


def test_undo_lets_appointments_change_places_again(desk, omar):
    nine, ten = desk.book(monday(9)), desk.book(monday(10), patient=omar)
    operation = moved(desk, (nine, monday(10)), (ten, monday(9)))

    take_back(desk, operation)

    assert [stands(nine)[0], stands(ten)[0]] == [monday(9), monday(10)]


def test_undo_gives_the_same_room_and_lane_again(desk, omar):
    make_room(desk.clinic, desk.service, name="Blue")
    desk.change(desk.hours, capacity=2)
    make_room(desk.clinic, desk.service, name="Red")
    first, second = desk.book(monday(9)), desk.book(monday(9), patient=omar)
    was = second.lane, second.room
    booking.cancel(first, by=desk.user, at=BEFORE)
    operation = moved(desk, (second, monday(11)))

    take_back(desk, operation)

    second.refresh_from_db()
    assert (second.lane, second.room) == was
    assert second.lane == 1


def test_undo_takes_no_notice_of_hours_and_leave(desk):
    nine = desk.book(monday(9))
    operation = moved(desk, (nine, monday(11)))
    make_leave(desk.provider, monday(9), monday(10))

    take_back(desk, operation)

    assert stands(nine)[0] == monday(9)


def test_undo_keeps_whose_old_time_is_taken_and_says_why(desk, omar):
    nine, ten = desk.book(monday(9)), desk.book(monday(10), patient=omar)
    operation = moved(desk, (nine, monday(11)), (ten, monday(11, 30)))
    desk.book(monday(9), patient=make_patient(desk.organisation, name="Amal"))

    undone = take_back(desk, operation)

    assert [one.row.pk for one in undone.kept] == [nine.pk]
    assert [stands(nine)[0], stands(ten)[0]] == [monday(11), monday(10)]
    assert why(operation) == {"Huda": "Sara is already booked: 09:00–09:30.", "Omar": ""}
    assert list(operation.changes.order_by("pk").values_list("undone_at", flat=True)) == [None, BEFORE]


def test_undo_keeps_the_whole_chain_behind_one_that_cannot_go_back(desk, omar):
    amal = make_patient(desk.organisation, name="Amal")
    nine, ten, eleven = desk.book(monday(9)), desk.book(monday(10), patient=omar), desk.book(monday(11), patient=amal)
    operation = moved(desk, (nine, monday(10)), (ten, monday(11)), (eleven, monday(11, 30)))
    desk.book(monday(9), patient=make_patient(desk.organisation, name="Nura"))

    with pytest.raises(WrongStatus, match=r"Nothing of this can be undone any more.*already booked"):
        take_back(desk, operation)

    assert [stands(row)[0] for row in (nine, ten, eleven)] == [monday(10), monday(11), monday(11, 30)]


def test_undo_keeps_what_has_been_changed_since(desk, omar):
    amal, nura = make_patient(desk.organisation, name="Amal"), make_patient(desk.organisation, name="Nura")
    nine, half_past = desk.book(monday(9)), desk.book(monday(9, 30), patient=omar)
    ten, half_past_ten = desk.book(monday(10), patient=amal), desk.book(monday(10, 30), patient=nura)
    later = [monday(9) + WEEK, monday(9, 30) + WEEK, monday(10) + WEEK, monday(10, 30) + WEEK]
    operation = moved(desk, *zip((nine, half_past, ten, half_past_ten), later, strict=True))
    booking.move(nine, starts_at=monday(11) + WEEK, by=desk.user, at=BEFORE)
    booking.cancel(half_past, by=desk.user, at=BEFORE)
    booking.confirm(ten, by=desk.user, at=BEFORE)

    undone = take_back(desk, operation)

    assert [row.pk for row in undone.done] == [half_past_ten.pk]
    assert why(operation) == {
        "Huda": "It has been moved since, to 14 Jan 2030, 11:00.",
        "Omar": "It has been cancelled since.",
        "Amal": "It has changed since: Confirmed.",
        "Nura": "",
    }


def test_undo_does_not_give_back_a_time_that_has_passed(desk):
    nine, eleven = desk.book(monday(9)), desk.book(monday(11))
    operation = moved(desk, (nine, monday(9) + WEEK), (eleven, monday(11) + WEEK))

    take_back(desk, operation, at=monday(10))

    assert [stands(nine)[0], stands(eleven)[0]] == [monday(9) + WEEK, monday(11)]
    assert operation.changes.get(appointment=nine).kept_because == "Its time before, 7 Jan 2030, 09:00, has passed."


def test_undo_leaves_those_whose_new_time_has_come(desk):
    late, soon = desk.book(monday(11)), desk.book(monday(10, 30))
    operation = moved(desk, (late, monday(9)), (soon, monday(9, 30)))

    undone = take_back(desk, operation, at=monday(9, 15))

    assert [(one.row.pk, one.kept_because) for one in undone.kept] == [
        (late.pk, "Its new time, 7 Jan 2030, 09:00, has come.")
    ]
    assert stands(soon)[0] == monday(10, 30)


def test_undo_needs_to_know_how_it_was(desk):
    nine = desk.appointment(monday(9))
    operation = moved(desk, (nine, monday(11)))
    nine.history.filter(calendar_sequence=0).delete()

    with pytest.raises(WrongStatus, match="Nobody has kept how it was before"):
        take_back(desk, operation)


def test_undo_keeps_a_cancellation_that_has_been_waived(desk, chief):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_fee=50)
    operation = cancelled(desk, desk.book(monday(9)), by_patient=True, at=monday(8))
    booking.waive(Appointment.objects.get(), by=chief, reason="An accident", at=monday(8))

    with pytest.raises(WrongStatus, match="What it cost has been waived since"):
        take_back(desk, operation, at=monday(8))


def test_undo_brings_back_what_was_cancelled_with_its_sessions(desk):
    purchase = desk.purchase(3)
    rows = [desk.book(monday(hour), purchase=purchase) for hour in (9, 10, 11)]
    operation = cancelled(desk, *rows)

    take_back(desk, operation)

    for row in rows:
        row.refresh_from_db()
    assert [(row.status, row.session_number) for row in rows] == [(S.SCHEDULED, 1), (S.SCHEDULED, 2), (S.SCHEDULED, 3)]
    assert [(row.cancelled_at, row.cancelled_by, row.cancellation_reason) for row in rows] == [(None, None, "")] * 3
    assert balance_of(purchase).reserved == 3


def test_undo_brings_back_only_as_many_as_there_are_sessions(desk):
    purchase = desk.purchase(2)
    rows = [desk.book(monday(hour), purchase=purchase) for hour in (9, 10)]
    operation = cancelled(desk, *rows)
    desk.book(monday(11), purchase=purchase)

    undone = take_back(desk, operation)

    assert [len(undone.done), len(undone.kept)] == [1, 1]
    assert undone.kept[0].kept_because == "2 sessions of Speech therapy are not left: 0 used, 1 reserved, 1 free."
    assert balance_of(purchase).reserved == 2


def test_undo_gives_back_a_late_cancellations_session_and_fee(desk):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_uses_session=True, late_cancellation_fee=50)
    purchase = desk.purchase(1)
    row = desk.book(monday(9), purchase=purchase)
    operation = cancelled(desk, row, by_patient=True, at=monday(8))

    take_back(desk, operation, at=monday(8))

    row.refresh_from_db()
    assert (row.status, row.session_used, row.cancelled_late) == (S.SCHEDULED, False, False)
    assert (balance_of(purchase).used, balance_of(purchase).reserved) == (0, 1)
    assert Charge.objects.get().status == ChargeStatus.WITHDRAWN


def test_undo_keeps_a_cancellation_that_has_been_paid_for(desk):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_fee=50)
    nine, ten = desk.book(monday(9)), desk.book(monday(10))
    operation = cancelled(desk, nine, ten, by_patient=True, at=monday(8))
    charge = Charge.objects.get(appointment=nine)
    desk.change(charge, status=ChargeStatus.PAID, settled_by=desk.user, settled_at=monday(8))

    undone = take_back(desk, operation, at=monday(8))

    assert [(one.row.pk, one.kept_because) for one in undone.kept] == [(nine.pk, "What it cost has been paid.")]


def test_undo_calls_off_what_was_booked_and_notes_what_it_kept(desk):
    purchase = desk.purchase(3)
    operation = booked(desk, monday(9), monday(10), monday(11), purchase=purchase)
    held = operation.appointments.get(starts_at=monday(9))
    booking.check_in(held, by=desk.user, at=BEFORE)

    undone = take_back(desk, operation)

    assert [stands(row)[1] for row in undone.done] == [S.CANCELLED_BY_CLINIC] * 2
    operation.refresh_from_db()
    assert operation.rows == {"kept": {str(held.pk): "It has changed since: Arrived."}}
    assert balance_of(purchase).reserved == 1


def test_undo_is_refused_the_second_time(desk):
    nine = desk.book(monday(9))
    operation = moved(desk, (nine, monday(11)))
    take_back(desk, operation)
    booking.move(nine, starts_at=monday(11), by=desk.user, at=BEFORE)

    with pytest.raises(WrongStatus, match="already been undone"):
        take_back(desk, operation)
    assert stands(nine)[0] == monday(11)


def test_undo_of_what_is_gone_altogether_is_refused_and_writes_nothing(desk, nothing_written):
    operation = booked(desk, monday(9))
    booking.cancel(operation.appointments.get(), by=desk.user, at=BEFORE)
    nothing_written()

    with pytest.raises(WrongStatus, match="Nothing of this can be undone any more"):
        take_back(desk, operation)
    operation.refresh_from_db()
    assert operation.undone_at is None


def test_undo_says_that_the_new_times_are_free(desk):
    nine = desk.book(monday(9))
    operation = moved(desk, (nine, monday(11)))
    freed = []

    def listen(appointment, **_):
        freed.append(appointment.starts_at)

    appointment_released.connect(listen)
    try:
        take_back(desk, operation)
    finally:
        appointment_released.disconnect(listen)

    assert freed == [monday(11)]


def test_undo_tells_the_parts_that_listen(desk):
    operation = moved(desk, (desk.book(monday(9)), monday(11)))
    heard = []

    def listen(operation, by, at, **_):
        heard.append((operation, by, at, operation.changes.get().undone_at))

    operation_undone.connect(listen)
    try:
        take_back(desk, operation)
    finally:
        operation_undone.disconnect(listen)

    assert heard == [(operation, desk.user, BEFORE, BEFORE)]


def test_undo_of_a_frozen_package_makes_it_usable_before_its_sessions_come_back(desk):
    purchase = desk.purchase(2)
    rows = [desk.book(monday(hour), purchase=purchase) for hour in (9, 10)]
    packages.freeze(purchase, by=desk.user, at=BEFORE)
    operation = Operation.objects.get(kind=OperationKind.FREEZE)
    expected = prospects(operation, at=BEFORE)

    take_back(desk, operation)

    assert [one.kept_because for one in expected] == ["", "", ""]
    assert [stands(row)[1] for row in rows] == [S.SCHEDULED, S.SCHEDULED]
    assert PackagePurchase.objects.get().status == "active"
    assert balance_of(purchase).reserved == 2


def test_prospects_say_what_undo_does_and_write_nothing(desk, omar, nothing_written):
    nine, ten = desk.book(monday(9)), desk.book(monday(10), patient=omar)
    operation = moved(desk, (nine, monday(11)), (ten, monday(11, 30)))
    desk.book(monday(9), patient=make_patient(desk.organisation, name="Amal"))
    nothing_written()

    found = prospects(operation, at=BEFORE)

    assert [(one.row.pk, one.kept_because) for one in found] == [
        (ten.pk, ""),
        (nine.pk, "Sara is already booked: 09:00–09:30."),
    ]


def test_prospects_of_a_changed_package_write_nothing(desk, nothing_written):
    purchase = desk.purchase(2)
    desk.book(monday(9), purchase=purchase)
    packages.freeze(purchase, by=desk.user, at=BEFORE)
    nothing_written()

    found = prospects(Operation.objects.get(kind=OperationKind.FREEZE), at=BEFORE)

    assert [one.is_possible for one in found] == [True, True]
    assert not Change.objects.exclude(undone_at=None).exists()


@pytest.mark.parametrize("number", [1, 3])
def test_prospects_ask_about_many_what_they_ask_about_one(desk, number, django_assert_num_queries):
    rows = [desk.book(monday(9) + WEEK * n) for n in range(number)]
    operation = moved(desk, *((row, row.starts_at + timedelta(hours=1)) for row in rows))

    with django_assert_num_queries(6):
        prospects(operation, at=BEFORE)


def test_undo_does_not_know_an_operation_of_another_organisation(desk, stranger):
    operation = moved(desk, (desk.book(monday(9)), monday(11)))

    with pytest.raises(Operation.DoesNotExist):
        take_back(desk, operation, by=make_user(stranger["patient"].organisation))
    assert Appointment.objects.get().starts_at == monday(11)


def test_undo_across_providers_gives_each_their_own_again(desk, omar):
    lina = make_provider(desk.clinic, name="Lina")
    desk.service.providers.add(lina)
    make_hours(lina, desk.clinic)
    ours, theirs = desk.book(monday(9)), desk.book(monday(9), patient=omar, provider=lina)
    operation = begin(desk)
    swap = [NewTime(ours, monday(9), provider=lina), NewTime(theirs, monday(9), provider=desk.provider)]
    booking.move_all(swap, by=desk.user, operation=operation, at=BEFORE)

    take_back(desk, operation)

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.provider, theirs.provider) == (desk.provider, lina)


def test_undo_keeps_a_moved_session_whose_old_day_its_package_no_longer_covers(desk):
    purchase = desk.purchase(1)
    row = desk.book(monday(9) + WEEK, purchase=purchase)
    operation = moved(desk, (row, monday(9)))
    desk.change(purchase, expires_on=MONDAY)

    with pytest.raises(WrongStatus, match="The last day of this package is 7 Jan 2030"):
        take_back(desk, operation)

    assert stands(row)[0] == monday(9)


def test_undo_keeps_a_late_cancellation_whose_package_is_frozen_by_now(desk):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_uses_session=True)
    purchase = desk.purchase(2)
    operation = cancelled(desk, desk.book(monday(9), purchase=purchase), by_patient=True, at=monday(8))
    desk.change(PackagePurchase.objects.get(), status="frozen", frozen_on=MONDAY)

    with pytest.raises(WrongStatus, match="The package is frozen"):
        take_back(desk, operation, at=monday(8))


def test_undo_of_a_late_cancellation_on_another_day_needs_somebody_who_may_waive(desk, chief):
    desk.policy(cancellation_window=timedelta(hours=24), late_cancellation_fee=50)
    row = desk.book(monday(9))
    operation = cancelled(desk, row, by_patient=True, at=monday(9) - timedelta(hours=20))

    with pytest.raises(WrongStatus, match="only somebody who may waive"):
        take_back(desk, operation, at=monday(8))
    take_back(desk, operation, by=chief, at=monday(8))

    assert stands(row)[1] == S.SCHEDULED
