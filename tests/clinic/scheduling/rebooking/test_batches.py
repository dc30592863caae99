"""Whatever takes time away opens a batch of the appointments it hits, and no appointment is ever lost from sight."""

from datetime import date, time, timedelta

import pytest

from clinic.enums import AppointmentKind, AppointmentStatus, RebookingCause, RebookingItemStatus, RebookingStatus
from clinic.models import Leave, Message, Rebooking, RebookingItem
from clinic.rota.services import add_public_holidays, ask_leave, decide_leave, set_working_hours, withdraw_leave
from clinic.scheduling import booking
from clinic.scheduling.rebooking.hits import after_hours_change, stranded
from tests.clinic.scheduling.rebooking.conftest import A_DAY, at, places, statuses
from tests.factories import BEFORE, make_appointment, make_clinic, make_extra_hours, make_leave, make_patient, make_user

S = RebookingItemStatus


def hit() -> list:
    return [item.appointment for item in RebookingItem.objects.filter(status=S.OPEN).order_by("appointment__starts_at")]


def test_leave_over_twelve_appointments_opens_a_batch_of_twelve_and_moves_and_tells_nobody(desk):
    rows = desk.book_day(12)
    desk.book(at(9), provider=desk.omar)
    was, told = places(rows), Message.objects.count()

    leave = desk.leave()

    batch = Rebooking.objects.get()
    assert (batch.cause, batch.leave, batch.provider, batch.opened_by) == (
        RebookingCause.LEAVE, leave, desk.sara, desk.user,
    )  # fmt: skip
    assert batch.title == "Leave of Sara, 7 Jan 2030"
    assert hit() == rows
    assert places(rows) == was
    assert Message.objects.count() == told


def test_leave_for_part_of_a_day_hits_what_it_touches(desk):
    _before, touched, inside, _after = [desk.book(at(*start)) for start in [(9, 30), (10, 0), (11, 0), (12, 0)]]

    desk.leave(at(10, 15), at(12))

    assert hit() == [touched, inside]


def test_leave_that_is_only_asked_for_hits_nothing_but_shows_what_it_would(desk):
    (row,) = desk.book_day(1)

    leave = ask_leave(desk.sara, starts_at=at(0), ends_at=at(0, day=8), by=desk.user)

    assert not Rebooking.objects.exists()
    assert stranded(leave) == [row]
    assert stranded(Leave(organisation=desk.organisation, provider=desk.sara, starts_at=at(9), ends_at=at(10))) == [row]


@pytest.mark.parametrize("door", ["the service", "a form", "twice"])
def test_every_door_opens_the_same_batch(desk, door):
    desk.book_day(2)

    if door == "the service":
        desk.leave()
    else:
        leave = make_leave(desk.sara, at(0), at(0, day=8))
        if door == "twice":
            leave.save()

    assert Rebooking.objects.count() == 1
    assert statuses() == [S.OPEN, S.OPEN]


def test_longer_leave_adds_what_it_hits_to_its_batch(desk):
    monday, tuesday = desk.book(at(9)), desk.book(at(9, day=8))
    leave = desk.leave()

    leave.ends_at = at(0, day=9)
    leave.save()

    assert Rebooking.objects.count() == 1
    assert hit() == [monday, tuesday]


@pytest.mark.parametrize("way", ["withdrawn", "deleted", "shortened"])
def test_time_that_comes_back_settles_its_appointments(desk, way):
    desk.book_day(3)
    leave = desk.leave()

    if way == "withdrawn":
        withdraw_leave(leave, by=desk.user)
    elif way == "deleted":
        leave.delete()
    else:
        leave.starts_at = at(10)
        leave.save()

    batch = Rebooking.objects.get()
    still_open = way == "shortened"
    assert statuses() == [S.SETTLED, S.SETTLED, S.OPEN if still_open else S.SETTLED]
    assert batch.status == (RebookingStatus.OPEN if still_open else RebookingStatus.DONE)
    assert (batch.done_at is None) is still_open


def test_leave_that_comes_again_opens_what_was_settled(desk):
    desk.book_day(2)
    leave = desk.leave()
    withdraw_leave(leave, by=desk.user)

    leave.refresh_from_db()
    leave.status = "approved"
    leave.save()

    assert statuses() == [S.OPEN, S.OPEN]
    assert Rebooking.objects.get().status == RebookingStatus.OPEN


def test_closure_of_one_clinic_hits_its_day_there_alone(desk):
    rows = [desk.book(at(9)), desk.book(at(16, 30), provider=desk.omar)]
    desk.book(at(9, day=8))
    desk.book(at(10), provider=desk.sara, clinic=elsewhere(desk))

    desk.close(clinic=desk.olaya)

    assert Rebooking.objects.get().title == "Olaya closed: Holiday, 7 Jan 2030"
    assert hit() == rows


def elsewhere(desk):
    """A clinic where Sara works on Mondays too."""
    clinic = make_clinic(desk.organisation, "Rawdah")
    desk.sara.clinics.add(clinic)
    desk.speech.clinics.add(clinic)
    make_extra_hours(desk.sara, clinic, start=time(9), end=time(17))
    return clinic


def test_closure_of_every_clinic_and_public_holidays_open_batches_too(desk):
    founding_day = desk.book(at(9) + timedelta(days=46))  # 22 February

    add_public_holidays(desk.organisation, 2030, by=desk.user)

    batch = Rebooking.objects.get()
    assert (batch.cause, batch.closure.clinic, hit()) == (RebookingCause.CLOSURE, None, [founding_day])
    assert batch.title == "Every clinic closed: Founding Day Holiday, 21 Feb 2030 – 22 Feb 2030"


@pytest.mark.parametrize(
    ("change", "titles"),
    [
        pytest.param({"start": time(10)}, ["9", "9:30"], id="they begin later"),
        pytest.param({"end": time(9, 30)}, ["9:30", "10"], id="they end earlier"),
        pytest.param({"active": False}, ["9", "9:30", "10"], id="they no longer count"),
        pytest.param({"valid_until": date(2030, 1, 6)}, ["9", "9:30", "10"], id="they end before"),
        pytest.param({"weekday": 2}, ["9", "9:30", "10"], id="another weekday"),
        pytest.param({"every_n_weeks": 2, "valid_from": date(2030, 1, 14)}, ["9", "9:30", "10"], id="every other week"),
        pytest.param({"slot_minutes": 20}, [], id="another grid"),
    ],
)
def test_changed_hours_hit_what_they_held_and_hold_no_more(desk, change, titles):
    rows = dict(zip(["9", "9:30", "10"], desk.book_day(3), strict=True))
    monday = desk.hours[0]
    for field, value in change.items():
        setattr(monday, field, value)

    assert stranded_by(monday) == [rows[title] for title in titles]
    monday.save()

    assert hit() == [rows[title] for title in titles]


def stranded_by(hours) -> list:
    """What the unsaved change would hit."""
    return after_hours_change(type(hours).objects.get(pk=hours.pk), hours, at=BEFORE)


def test_hours_that_are_deleted_hit_what_no_others_hold(desk):
    held, lost = desk.book(at(9)), desk.book(at(12))
    make_extra_hours(desk.sara, desk.olaya, start=time(9), end=time(11))

    desk.hours[0].delete()

    batch = Rebooking.objects.get()
    assert (batch.cause, batch.provider, batch.title) == (
        RebookingCause.HOURS, desk.sara, "Changed working hours of Sara",
    )  # fmt: skip
    assert hit() == [lost]
    assert held not in hit()


def test_hours_of_one_provider_changed_twice_come_onto_one_list_until_it_is_done(desk):
    for day in (7, 8):
        desk.book(at(9, day=day))

    desk.hours[0].delete()
    desk.hours[1].delete()

    assert Rebooking.objects.count() == 1
    assert statuses() == [S.OPEN, S.OPEN]


def test_restored_hours_settle_what_they_hold_again(desk):
    for hour in (9, 15):
        desk.book(at(hour))
    desk.hours[0].delete()

    set_working_hours(desk.sara, desk.olaya, by=desk.user, weekday=1, start=time(9), end=time(12))

    assert statuses() == [S.SETTLED, S.OPEN]


def test_what_waits_on_one_list_does_not_come_onto_another(desk):
    desk.book_day(2)
    desk.leave()

    desk.close()

    assert Rebooking.objects.count() == 1


def test_an_appointment_hit_twice_waits_until_both_causes_are_gone(desk):
    desk.book_day(2)
    leave = desk.leave()
    desk.close()

    withdraw_leave(leave, by=desk.user)

    assert statuses() == [S.OPEN, S.OPEN]


@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_what_is_settled_by_hand_leaves_the_list(desk, verb):
    row, other = desk.book_day(2)
    desk.leave()

    if verb == "cancel":
        booking.cancel(row, by=desk.user, at=BEFORE)
    else:
        booking.move(row, starts_at=at(9, day=8), by=desk.user, at=BEFORE)

    assert statuses() == [S.SETTLED, S.OPEN]
    assert Rebooking.objects.get().status == RebookingStatus.OPEN
    booking.cancel(other, by=desk.user, at=BEFORE)
    assert Rebooking.objects.get().status == RebookingStatus.DONE


def test_who_was_squeezed_in_is_hit_by_leave_like_anybody_and_by_nothing_else(desk):
    chief = make_user(desk.organisation, is_superuser=True)
    first = desk.book(at(9))
    squeezed = desk.book(at(9), by=chief, overbook_reason="Cannot wait", patient=make_patient(desk.organisation))
    urgent = desk.book(at(11, 5), by=chief, overbook_reason="Bleeding", kind=AppointmentKind.EMERGENCY)

    make_extra_hours(desk.sara, desk.olaya, start=time(8), end=time(9))
    assert not Rebooking.objects.exists()
    desk.leave()

    assert hit() == [first, squeezed, urgent]


@pytest.mark.parametrize(
    ("status", "hits"),
    [
        (AppointmentStatus.SCHEDULED, True),
        (AppointmentStatus.RESCHEDULED, True),
        (AppointmentStatus.CONFIRMED, True),
        (AppointmentStatus.ARRIVED, True),
        (AppointmentStatus.IN_PROGRESS, False),
        (AppointmentStatus.COMPLETED, False),
        (AppointmentStatus.CANCELLED_BY_PATIENT, False),
        (AppointmentStatus.CANCELLED_BY_CLINIC, False),
        (AppointmentStatus.NO_SHOW, False),
    ],
)
def test_whoever_is_still_to_be_treated_is_hit(desk, status, hits):
    (row,) = desk.book_day(1)
    type(row).objects.filter(pk=row.pk).update(status=status)

    desk.leave()

    assert hit() == [row] * hits


def test_what_lies_in_the_past_is_not_hit(desk):
    coming = desk.book(at(9, day=2))
    make_appointment(coming.patient, desk.speech, desk.sara, desk.olaya, BEFORE - 2 * A_DAY)

    make_leave(desk.sara, BEFORE - 3 * A_DAY, at(0, day=3))

    assert hit() == [coming]


def test_a_batch_belongs_to_its_organisation(desk):
    desk.book_day(1)
    desk.leave()

    assert Rebooking.objects.get().organisation == desk.organisation
    assert RebookingItem.objects.get().organisation == desk.organisation


def test_refused_leave_hits_nothing(desk):
    desk.book_day(1)
    leave = ask_leave(desk.sara, starts_at=at(0), ends_at=at(0, day=8), by=desk.user)

    decide_leave(leave, by=desk.user, approve=False)

    assert not Rebooking.objects.exists()
