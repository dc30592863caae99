"""What a person does about a batch: all of what is approved is moved in one operation, or nothing; the rest waits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import (
    AppointmentStatus,
    MessageKind,
    OperationKind,
    RebookingItemStatus,
    RebookingStatus,
    RebookingWay,
    RefusalCode,
)
from clinic.errors import ChangedMeanwhile, InvalidEntry
from clinic.models import Appointment, Message, Operation, Rebooking, RebookingItem
from clinic.rota.services import withdraw_leave
from clinic.scheduling import booking
from clinic.scheduling.rebooking.batches import close_finished
from clinic.scheduling.rebooking.settling import approve, keep, note_call
from clinic.scheduling.undoing import undo
from tests.clinic.scheduling.rebooking.conftest import at, places, statuses
from tests.factories import BEFORE, make_busy_time, make_organisation, make_patient, make_user

S = RebookingItemStatus


def test_approving_all_moves_all_in_one_operation_and_tells_each_patient_once(desk):
    rows = desk.book_day(12)
    desk.leave()
    Message.objects.all().delete()

    operation = desk.approve_all()

    batch, items = Rebooking.objects.get(), RebookingItem.objects.all()
    assert (operation.kind, operation.by, operation.reason) == (OperationKind.REBOOKING, desk.user, batch.title)
    assert {(row.provider, row.status) for row in Appointment.objects.filter(pk__in=[row.pk for row in rows])} == {
        (desk.omar, AppointmentStatus.RESCHEDULED)
    }
    assert {(item.status, item.way, item.operation, item.settled_by) for item in items} == {
        (S.MOVED, RebookingWay.SAME_TIME, operation, desk.user)
    }
    assert operation.changes.count() == 12
    assert (batch.status, batch.done_at) == (RebookingStatus.DONE, BEFORE)
    assert Message.objects.filter(kind=MessageKind.MOVED).count() == 12
    assert Message.objects.count() == 12


def test_approving_some_leaves_the_others_where_they_are(desk):
    rows = desk.book_day(3)
    desk.leave()
    batch = Rebooking.objects.get()
    was = places(rows)

    approve(batch, desk.choices(batch)[:1], by=desk.user, at=BEFORE)

    assert statuses() == [S.MOVED, S.OPEN, S.OPEN]
    assert places(rows)[1:] == was[1:]
    assert Rebooking.objects.get().status == RebookingStatus.OPEN


def test_when_one_time_is_taken_nothing_is_written_and_it_is_said_whose(desk):
    rows = desk.book_day(3)
    desk.leave()
    batch = Rebooking.objects.get()
    choices = desk.choices(batch)
    desk.book(at(9, 30), provider=desk.omar, patient=make_patient(desk.organisation, name="Faster"))
    was = places(rows)

    with pytest.raises(booking.SomeRefused) as refused:
        approve(batch, choices, by=desk.user, at=BEFORE)

    ((misfit, _reasons),) = refused.value.misfits
    assert misfit.appointment == rows[1]
    assert "Patient 0930" in str(refused.value)
    assert places(rows) == was
    assert statuses() == [S.OPEN, S.OPEN, S.OPEN]
    assert not Operation.objects.exists()
    assert len(desk.choices(batch)) == 3


def test_when_a_calendar_elsewhere_has_taken_a_time_meanwhile_nothing_is_written(desk):
    rows = desk.book_day(2)
    desk.leave()
    batch = Rebooking.objects.get()
    choices = desk.choices(batch)
    make_busy_time(desk.omar, at(9, 30), at(10))
    was = places(rows)

    with pytest.raises(booking.SomeRefused) as refused:
        approve(batch, choices, by=desk.user, at=BEFORE)

    ((misfit, (reason,)),) = refused.value.misfits
    assert (misfit.appointment, reason.code) == (rows[1], RefusalCode.BUSY_ELSEWHERE)
    assert (places(rows), statuses()) == (was, [S.OPEN, S.OPEN])


def test_what_somebody_has_settled_is_not_approved_again(desk):
    rows = desk.book_day(2)
    desk.leave()
    batch = Rebooking.objects.get()
    choices = desk.choices(batch)
    keep(choices[0].item, by=desk.user, reason="Dr Ali sees her")
    was = places(rows)

    with pytest.raises(ChangedMeanwhile, match="has settled the appointment of Patient 0900 already: Kept as it is"):
        approve(batch, choices, by=desk.user, at=BEFORE)

    assert places(rows) == was
    assert not Operation.objects.exists()


def test_nothing_chosen_is_refused(desk):
    desk.book_day(1)
    desk.leave()

    with pytest.raises(InvalidEntry, match="No appointment is chosen"):
        approve(Rebooking.objects.get(), [], by=desk.user, at=BEFORE)


def test_an_item_of_another_batch_is_not_there(desk):
    for provider in (desk.sara, desk.omar):
        desk.book(at(9), provider=provider)
    desk.leave()
    batch = Rebooking.objects.get()
    other = desk.leave(provider=desk.omar).rebookings.get()
    desk.rawdah()

    with pytest.raises(RebookingItem.DoesNotExist):
        approve(other, desk.choices(batch), by=desk.user, at=BEFORE)


def test_another_organisation_sees_no_batch(desk):
    desk.book_day(1)
    desk.leave()
    batch, stranger = Rebooking.objects.get(), make_user(make_organisation("Cedar"))

    with pytest.raises(Rebooking.DoesNotExist):
        approve(batch, desk.choices(batch), by=stranger, at=BEFORE)
    with pytest.raises(RebookingItem.DoesNotExist):
        keep(batch.items.get(), by=stranger, reason="Mine")
    with pytest.raises(RebookingItem.DoesNotExist):
        note_call(batch.items.get(), by=stranger)

    assert statuses() == [S.OPEN]


def test_kept_as_it_is_with_a_reason_closes_the_batch_and_moves_nothing(desk):
    rows = desk.book_day(1)
    desk.leave()
    was = places(rows)

    keep(RebookingItem.objects.get(), by=desk.user, reason="Dr Ali sees her", at=BEFORE)

    item = RebookingItem.objects.get()
    assert (item.status, item.note, item.settled_by, item.settled_at) == (S.KEPT, "Dr Ali sees her", desk.user, BEFORE)
    assert places(rows) == was
    assert Rebooking.objects.get().status == RebookingStatus.DONE


def test_keeping_needs_a_reason(desk):
    desk.book_day(1)
    desk.leave()

    with pytest.raises(InvalidEntry, match="needs a reason"):
        keep(RebookingItem.objects.get(), by=desk.user, reason="  ")

    assert statuses() == [S.OPEN]


def test_kept_ones_stay_kept_when_the_leave_is_saved_again(desk):
    desk.book_day(2)
    leave = desk.leave()
    keep(RebookingItem.objects.first(), by=desk.user, reason="Dr Ali sees her")

    leave.ends_at = at(9, day=8)
    leave.save()

    assert statuses() == [S.KEPT, S.OPEN]


def test_a_call_is_noted_and_the_patient_still_waits(desk):
    desk.book_day(1)
    desk.leave()
    type(desk.user).objects.filter(pk=desk.user.pk).update(first_name="Mona", last_name="")
    desk.user.refresh_from_db()

    note_call(RebookingItem.objects.get(), by=desk.user, said="no answer", at=BEFORE)

    item = RebookingItem.objects.get()
    assert (item.status, item.note) == (S.OPEN, "1 Jan 03:00, Mona: no answer")


def test_a_batch_that_was_done_opens_again_with_what_is_hit_later(desk):
    desk.book_day(1)
    leave = desk.leave()
    desk.approve_all()
    desk.book(at(9, day=8))

    leave.ends_at = at(0, day=9)
    leave.save()

    batch = Rebooking.objects.get()
    assert (batch.status, batch.done_at) == (RebookingStatus.OPEN, None)
    assert statuses() == [S.MOVED, S.OPEN]


def test_undo_gives_all_twelve_their_old_times_and_the_batch_waits_again(desk):
    rows = desk.book_day(12)
    desk.leave()
    was = places(rows)
    operation = desk.approve_all()

    undone = undo(operation, by=desk.user, at=BEFORE)

    assert (len(undone.done), undone.kept) == (12, [])
    assert places(rows) == was
    assert statuses() == [S.OPEN] * 12
    assert Rebooking.objects.get().status == RebookingStatus.OPEN
    assert set(RebookingItem.objects.values_list("operation", "way", "settled_at", "settled_by")) == {
        (None, "", None, None)
    }


def test_undo_after_the_leave_was_withdrawn_leaves_nothing_to_settle(desk):
    rows = desk.book_day(2)
    leave = desk.leave()
    was = places(rows)
    operation = desk.approve_all()
    withdraw_leave(leave, by=desk.user)

    undo(operation, by=desk.user, at=BEFORE)

    assert places(rows) == was
    assert S.OPEN not in statuses()
    assert Rebooking.objects.get().status == RebookingStatus.DONE


def test_undo_of_an_approval_of_some_opens_those_alone(desk):
    desk.book_day(3)
    desk.leave()
    batch = Rebooking.objects.get()
    first = approve(batch, desk.choices(batch)[:1], by=desk.user, at=BEFORE)
    desk.approve_all(batch)

    undo(first, by=desk.user, at=BEFORE)

    assert statuses() == [S.OPEN, S.MOVED, S.MOVED]


@pytest.mark.parametrize("done", ["moved", "cancelled", "approved"])
def test_what_an_undo_by_hand_puts_back_into_the_leave_is_on_the_list_again(desk, done):
    (row,) = desk.book_day(1)
    desk.leave()
    if done == "moved":
        moved = booking.move(row, starts_at=at(9, day=8), by=desk.user, at=BEFORE)
    elif done == "cancelled":
        moved = booking.cancel(row, by=desk.user, at=BEFORE)
    else:
        desk.approve_all()
        moved = Appointment.objects.get()
    assert statuses() == [S.MOVED if done == "approved" else S.SETTLED]

    if done == "cancelled":
        booking.undo_status(moved, by=desk.user, at=BEFORE)
    else:
        booking.undo_move(moved, by=desk.user, at=BEFORE)

    assert statuses() == [S.OPEN]
    assert Rebooking.objects.get().status == RebookingStatus.OPEN


def test_a_batch_is_locked_before_it_is_asked_whether_somebody_still_waits(desk):
    desk.book_day(1)
    desk.leave()
    RebookingItem.objects.update(status=S.SETTLED)
    batch = Rebooking.objects.get()

    with CaptureQueriesContext(connection) as asked:
        close_finished([batch.pk], at=BEFORE)

    locking, closing = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert ("rebookingitem" in locking, "rebookingitem" in closing) == (False, True)
    assert Rebooking.objects.get().status == RebookingStatus.DONE
