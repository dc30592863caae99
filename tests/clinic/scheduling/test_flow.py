"""From booked to held or not held, and back: statuses, sessions, messages."""

from datetime import timedelta

import pytest

from clinic.enums import (
    LIVE_STATUSES,
    AppointmentStatus,
    MessageKind,
    MessageStatus,
    PurchaseStatus,
    RefusalCode,
    SessionEntryKind,
)
from clinic.errors import WrongStatus
from clinic.models import Appointment, Message, Policy, SessionEntry
from clinic.packages.selectors import balance_of
from clinic.scheduling import booking
from clinic.scheduling.signals import appointment_released
from clinic.scheduling.status import POSSIBLE_FROM
from tests.clinic.scheduling.conftest import codes, monday, walk
from tests.factories import BEFORE, SENT, make_patient, make_user

S = AppointmentStatus
VERBS = ("confirm", "check_in", "start", "complete", "mark_no_show", "cancel", "undo_status")
AFTER = monday(12)


def balance(purchase):
    counted = balance_of(purchase)
    return counted.used, counted.reserved, counted.free


def ledger(purchase):
    entries = SessionEntry.objects.filter(purchase=purchase).exclude(kind=SessionEntryKind.GRANT)
    return [(entry.kind, entry.sessions) for entry in entries]


@pytest.mark.parametrize(
    ("verbs", "status", "moment"),
    [
        (["confirm"], S.CONFIRMED, "confirmed_at"),
        (["check_in"], S.ARRIVED, "arrived_at"),
        (["confirm", "check_in"], S.ARRIVED, "arrived_at"),
        (["check_in", "start"], S.IN_PROGRESS, "started_at"),
        (["check_in", "start", "complete"], S.COMPLETED, "completed_at"),
        (["check_in", "complete"], S.COMPLETED, "completed_at"),
        (["cancel"], S.CANCELLED_BY_CLINIC, "cancelled_at"),
        (["check_in", "cancel"], S.CANCELLED_BY_CLINIC, "cancelled_at"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_each_step_sets_its_status_and_its_moment(desk, verbs, status, moment):
    appointment = walk(desk, desk.book(), *verbs)

    appointment.refresh_from_db()
    assert appointment.status == status
    assert getattr(appointment, moment) == AFTER


@pytest.mark.parametrize(("verb", "status"), [(verb, status) for verb in VERBS for status in S])
def test_a_step_is_possible_only_from_its_statuses(desk, verb, status):
    appointment = desk.appointment(monday(9))
    appointment.status = status
    appointment.record("status", by=desk.user, at=AFTER)

    if status in POSSIBLE_FROM[verb]:
        assert walk(desk, appointment, verb).status != status
    else:
        with pytest.raises(WrongStatus) as refused:
            walk(desk, appointment, verb)
        assert codes(refused) == [RefusalCode.STATUS]
        assert str(refused.value.reasons[0].message) == f"The appointment of Omar is {status.label}."
        assert Appointment.objects.get().status == status
        assert not Message.objects.exists()


def test_what_may_follow_what():
    booked = {S.SCHEDULED, S.RESCHEDULED, S.CONFIRMED}

    assert {verb: set(statuses) for verb, statuses in POSSIBLE_FROM.items()} == {
        "move": booked,
        "confirm": booked - {S.CONFIRMED},
        "check_in": booked,
        "start": {S.ARRIVED},
        "complete": {S.ARRIVED, S.IN_PROGRESS},
        "mark_no_show": booked,
        "cancel": booked | {S.ARRIVED},
        "waive": {S.NO_SHOW, S.CANCELLED_BY_PATIENT},
        "undo_status": set(S) - {S.SCHEDULED, S.RESCHEDULED},
    }


@pytest.mark.parametrize("verb", VERBS)
def test_a_stale_row_is_read_anew_before_it_changes(desk, verb):
    stale = desk.appointment(monday(9))
    Appointment.objects.filter(pk=stale.pk).update(status=S.COMPLETED)
    if verb == "undo_status":
        assert walk(desk, stale, verb).status == S.ARRIVED
        return

    with pytest.raises(WrongStatus):
        walk(desk, stale, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_an_appointment_of_another_organisation_is_not_there(desk, verb, stranger, nothing_written):
    theirs = desk.appointment(monday(9), **{name: row for name, row in stranger.items() if name != "room"})
    nothing_written()

    with pytest.raises(Appointment.DoesNotExist):
        walk(desk, theirs, verb)


@pytest.mark.parametrize("verb", ["confirm", "check_in", "cancel", "mark_no_show"])
def test_each_step_leaves_a_history_row_with_the_actor(desk, verb):
    mona = make_user(desk.organisation)
    appointment = desk.book()

    getattr(booking, verb)(appointment, by=mona, at=AFTER)

    assert appointment.history.count() == 2
    assert appointment.history.latest().history_user == mona


# Sessions


def test_a_completed_appointment_uses_its_session(desk):
    purchase = desk.purchase(sessions=2)

    appointment = walk(desk, desk.book(purchase=purchase), "check_in", "complete")

    appointment.refresh_from_db()
    assert appointment.session_used
    assert balance(purchase) == (1, 0, 1)
    assert ledger(purchase) == [(SessionEntryKind.USE, -1)]


def test_the_last_session_completes_the_package(desk):
    purchase = desk.purchase(sessions=1)

    walk(desk, desk.book(purchase=purchase), "check_in", "complete")

    purchase.refresh_from_db()
    assert (purchase.sessions_used, purchase.status) == (1, PurchaseStatus.COMPLETED)


def test_without_a_package_nothing_is_used(desk):
    appointment = walk(desk, desk.book(), "check_in", "complete")

    assert not appointment.session_used
    assert not SessionEntry.objects.exists()


def test_a_completion_undone_gives_the_session_back(desk):
    purchase = desk.purchase(sessions=1)
    appointment = walk(desk, desk.book(purchase=purchase), "check_in", "start", "complete")

    undone = walk(desk, appointment, "undo_status")

    undone.refresh_from_db()
    assert (undone.status, undone.completed_at, undone.session_used) == (S.IN_PROGRESS, None, False)
    assert undone.session_number == 1
    assert balance(purchase) == (0, 1, 0)
    assert ledger(purchase) == [(SessionEntryKind.USE, -1), (SessionEntryKind.GIVE_BACK, 1)]


def test_completed_and_undone_again_and_again_counts_right(desk):
    purchase = desk.purchase(sessions=2)
    appointment = desk.book(purchase=purchase)

    walk(desk, appointment, "check_in", *["complete", "undo_status"] * 5, "complete")

    assert balance(purchase) == (1, 0, 1)
    assert sum(sessions for _, sessions in ledger(purchase)) == -1


def test_a_cancellation_gives_the_reserved_session_back(desk):
    purchase = desk.purchase(sessions=1)

    walk(desk, desk.book(purchase=purchase), "cancel", at=BEFORE)

    assert balance(purchase) == (0, 0, 1)
    assert ledger(purchase) == []


@pytest.mark.parametrize(
    ("policy", "by_patient", "before", "used"),
    [
        (True, True, timedelta(hours=23, minutes=59), True),
        (True, True, timedelta(hours=24), False),
        (True, False, timedelta(hours=1), False),
        (False, True, timedelta(hours=1), False),
    ],
    ids=["late", "in time", "by the clinic", "policy forgives"],
)
def test_a_late_cancellation_by_the_patient_uses_a_session_where_the_policy_says_so(
    desk, policy, by_patient, before, used
):
    desk.policy(late_cancellation_uses_session=policy)
    purchase = desk.purchase(sessions=3)
    appointment = desk.book(monday(9), purchase=purchase)

    row = booking.cancel(appointment, by=desk.user, by_patient=by_patient, at=monday(9) - before)

    assert row.session_used == used
    assert balance(purchase) == ((1, 0, 2) if used else (0, 0, 3))
    assert ledger(purchase) == ([(SessionEntryKind.USE, -1)] if used else [])


def test_the_number_of_a_session_lost_to_a_late_cancellation_stays_taken(desk):
    desk.policy(late_cancellation_uses_session=True)
    purchase = desk.purchase(sessions=3)
    booking.cancel(desk.book(monday(9), purchase=purchase), by=desk.user, by_patient=True, at=monday(8))

    assert desk.book(monday(10), purchase=purchase).session_number == 2


@pytest.mark.parametrize(("policy", "counted"), [(True, (1, 0, 2)), (False, (0, 0, 3))], ids=["used", "forgiven"])
def test_a_no_show_uses_a_session_where_the_policy_says_so(desk, policy, counted):
    desk.policy(no_show_uses_session=policy)
    purchase = desk.purchase(sessions=3)

    row = walk(desk, desk.book(monday(9), purchase=purchase), "mark_no_show", at=monday(9))

    assert (row.status, row.session_used) == (S.NO_SHOW, policy)
    assert balance(purchase) == counted


def test_nobody_is_a_no_show_before_the_time(desk, nothing_written):
    appointment = desk.book(monday(9))
    nothing_written()

    with pytest.raises(WrongStatus, match="has not started yet"):
        walk(desk, appointment, "mark_no_show", at=monday(8, 59))


@pytest.mark.parametrize("policy", [True, False], ids=["used", "forgiven"])
def test_a_no_show_undone_reserves_the_session_again(desk, policy):
    desk.policy(no_show_uses_session=policy)
    purchase = desk.purchase(sessions=3)

    row = walk(desk, desk.book(monday(9), purchase=purchase), "mark_no_show", "undo_status")

    assert (row.status, row.session_used, row.session_number) == (S.SCHEDULED, False, 1)
    assert balance(purchase) == (0, 1, 2)


# Cancel


def test_a_cancellation_says_who_when_and_why(desk):
    row = booking.cancel(desk.book(), by=desk.user, by_patient=True, reason="Has a cold", at=BEFORE)

    row.refresh_from_db()
    assert (row.status, row.cancelled_at, row.cancelled_by) == (S.CANCELLED_BY_PATIENT, BEFORE, desk.user)
    assert (row.cancellation_reason, row.calendar_sequence) == ("Has a cold", 1)
    assert row.history.latest().history_change_reason == "Has a cold"


def test_a_cancelled_time_is_free_and_announced(desk):
    appointment = desk.book(monday(9))
    heard = []

    def listen(appointment, **_):
        heard.append(appointment.starts_at)

    appointment_released.connect(listen)
    try:
        walk(desk, appointment, "cancel", at=BEFORE)
    finally:
        appointment_released.disconnect(listen)

    assert heard == [monday(9)]
    assert "09:00" in desk.times()


def test_a_cancellation_calls_off_what_is_queued_and_tells_the_patient(desk):
    walk(desk, desk.book(), "cancel", at=BEFORE)

    assert sorted(Message.objects.values_list("kind", "status")) == [
        (MessageKind.BOOKED, MessageStatus.CANCELLED),
        (MessageKind.CANCELLED, MessageStatus.QUEUED),
    ]


@pytest.mark.parametrize("status", LIVE_STATUSES)
def test_every_live_status_takes_the_time(desk, status):
    desk.appointment(monday(9), status=status, patient=make_patient(desk.organisation))

    assert "09:00" not in desk.times()


def test_an_organisation_without_a_policy_has_the_usual_one(desk):
    Policy.objects.all().delete()

    appointment = desk.book()
    cancelled = booking.cancel(appointment, by=desk.user, by_patient=True, at=appointment.starts_at)

    assert (cancelled.status, cancelled.session_used) == (AppointmentStatus.CANCELLED_BY_PATIENT, False)


@pytest.mark.parametrize(("heard", "told"), [(None, False), (MessageKind.BOOKED, True), (MessageKind.MOVED, True)])
def test_booking_taken_back_is_told_to_who_has_heard_of_the_appointment(desk, heard, told):
    appointment = desk.book()
    if heard:
        Message.objects.filter(appointment=appointment).update(kind=heard, **SENT)

    taken = booking.take_back(appointment, by=desk.user, at=BEFORE)

    assert taken.status == S.CANCELLED_BY_CLINIC
    assert Message.objects.filter(appointment=appointment, kind=MessageKind.CANCELLED).exists() == told
