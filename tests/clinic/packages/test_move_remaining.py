"""Planning the sessions that are booked anew: each stays the same appointment, and what finds no time stays put."""

from datetime import time, timedelta

import pytest

from clinic.enums import AppointmentStatus, ChangeKind, MessageKind, OperationKind, Weekday
from clinic.errors import ChangedMeanwhile, PlanRefused
from clinic.models import Appointment, Message, Operation, PackagePurchase
from clinic.packages.balance import Balance
from clinic.scheduling import booking
from clinic.scheduling.booking import SomeRefused
from clinic.scheduling.planning import Preferences
from clinic.scheduling.remaining import move_remaining, plan_move
from tests.clinic.packages.conftest import AT, LAST_DAY, check_ledger, live, moment
from tests.factories import MONDAY, make_leave, make_organisation, make_patient, make_user

EVERY_TUESDAY = Preferences(weekdays=frozenset({Weekday.TUESDAY}))
TEN_TO_ELEVEN = Preferences(earliest=time(10), latest=time(11))


def plan(counter, **asked):
    asked = {"providers": [counter.sara], "first_day": MONDAY, "last_day": LAST_DAY, "at": AT, **asked}
    return plan_move(counter.purchase, **asked)


def moved(counter, proposal, **named):
    return move_remaining(proposal, by=counter.user, **{"at": AT, **named})


def times(rows) -> list[str]:
    return [f"{row.starts_at.astimezone(row.clinic.zone):%a %d %H:%M}" for row in rows]


def test_moved_sessions_stay_the_same_appointments(counter):
    booked = counter.book(0, 2, 4)

    rows = moved(counter, plan(counter, preferences=EVERY_TUESDAY), reason="Only Tuesdays")

    assert times(rows) == ["Tue 08 09:00", "Tue 15 09:00", "Tue 22 09:00"]
    assert [(row.pk, row.session_number) for row in rows] == [(row.pk, row.session_number) for row in booked]
    assert {row.status for row in rows} == {AppointmentStatus.RESCHEDULED}
    assert counter.balance() == Balance(used=0, reserved=3, free=7)
    check_ledger()


def test_move_to_another_provider(counter):
    counter.book(0, 2)

    rows = moved(counter, plan(counter, providers=[counter.lama]))

    assert {row.provider for row in rows} == {counter.lama}
    assert len(rows) == 2


def test_sessions_may_take_each_others_times(counter):
    """Monday and Tuesday are taken by the sessions themselves, and are all that is left."""
    counter.book(0, 1)
    make_leave(counter.sara, moment(2, 0), moment(90, 0))

    proposal = plan(counter, preferences=TEN_TO_ELEVEN)

    assert [f"{time.starts_at:%a %d %H:%M}" for time in proposal.times] == ["Mon 07 10:00", "Tue 08 10:00"]


def test_session_whose_time_suits_is_left_alone(counter):
    monday, _wednesday = counter.book(0, 2)

    proposal = plan(counter, preferences=Preferences(weekdays=frozenset({Weekday.MONDAY})))
    moved(counter, proposal)

    assert [row.pk for row in proposal.unchanged] == [monday.pk]
    assert times(live(counter.purchase)) == ["Mon 07 09:00", "Mon 14 09:00"]
    assert Appointment.objects.get(pk=monday.pk).moves == 0


def test_session_without_a_new_time_stays_where_it_is_and_it_is_said_why(counter):
    counter.book(0, 2, 4)
    make_leave(counter.sara, moment(9, 0), moment(90, 0))

    proposal = plan(counter, preferences=EVERY_TUESDAY)
    moved(counter, proposal)

    assert times(one.appointment for one in proposal.kept) == ["Fri 11 09:00"]
    assert all(one.reasons for one in proposal.kept)
    assert times(live(counter.purchase)) == ["Tue 08 09:00", "Fri 11 09:00", "Tue 15 09:00"]


def test_free_sessions_and_those_under_way_are_not_planned(counter):
    arrived, ahead = counter.book(0, 2)
    booking.check_in(arrived, by=counter.user, at=AT)

    proposal = plan(counter, preferences=EVERY_TUESDAY)

    assert [time.appointment.pk for time in proposal.times] == [ahead.pk]


def test_move_is_one_operation_and_one_message(counter):
    booked = counter.book(0, 2)
    Message.objects.all().delete()

    moved(counter, plan(counter, preferences=EVERY_TUESDAY), reason="Only Tuesdays")

    operation = Operation.objects.get()
    assert (operation.kind, operation.reason) == (OperationKind.MOVE_REMAINING, "Only Tuesdays")
    assert list(operation.changes.values_list("kind", "appointment")) == [(ChangeKind.MOVED, row.pk) for row in booked]
    message = Message.objects.get()
    assert (message.kind, message.operation) == (MessageKind.SESSIONS_MOVED, operation)


def test_move_of_nothing_is_refused(counter):
    with pytest.raises(PlanRefused, match="No session of this package is booked"):
        plan(counter)


def test_plan_that_moves_nothing_is_refused(counter, nothing_written):
    counter.book(0)
    proposal = plan(counter, preferences=Preferences(weekdays=frozenset({Weekday.MONDAY})))
    nothing_written()

    with pytest.raises(PlanRefused, match="This plan moves nothing"):
        moved(counter, proposal)


def test_plan_about_a_session_that_was_moved_meanwhile_is_refused(counter, nothing_written):
    _, wednesday = counter.book(0, 2)
    proposal = plan(counter, preferences=EVERY_TUESDAY)
    booking.move(wednesday, starts_at=moment(3), by=counter.user, at=AT)
    nothing_written()

    with pytest.raises(ChangedMeanwhile):
        moved(counter, proposal)


def test_plan_whose_time_was_taken_meanwhile_moves_nothing_and_names_it(counter, nothing_written):
    counter.book(0, 2)
    proposal = plan(counter, preferences=EVERY_TUESDAY)
    booking.book(
        patient=make_patient(counter.organisation, "Quick"), service=counter.speech, provider=counter.sara,
        clinic=counter.clinic, starts_at=moment(8), by=counter.user, at=AT,
    )  # fmt: skip
    nothing_written()

    with pytest.raises(SomeRefused) as refused:
        moved(counter, proposal)

    assert [time.starts_at for time, _reasons in refused.value.misfits] == [moment(8)]


def test_planning_asks_the_same_number_of_questions_whatever_is_booked(counter, django_assert_max_num_queries):
    counter.book(0, 2, 4, 7, 9)

    with django_assert_max_num_queries(16):
        plan(counter, preferences=EVERY_TUESDAY)


def test_another_organisation_moves_nothing(counter, nothing_written):
    counter.book(0)
    proposal = plan(counter, preferences=EVERY_TUESDAY)
    nothing_written()

    with pytest.raises(PackagePurchase.DoesNotExist):
        move_remaining(proposal, by=make_user(make_organisation("Cedar")), at=AT + timedelta(hours=1))
