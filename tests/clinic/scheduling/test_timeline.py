"""What the page of an appointment tells: who did what when, and what came of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clinic.enums import AppointmentStatus, ChargeStatus, Happening, MessageKind, MessageStatus
from clinic.models import Charge, Message
from clinic.scheduling import booking
from clinic.scheduling.booking.notes import write_notes
from clinic.scheduling.timeline import timeline
from tests.clinic.scheduling.conftest import NOON, monday, walk
from tests.factories import BEFORE, make_hours, make_provider, make_user

H = Happening


def told(appointment, *, without=()):
    return [(event.at, event.by, event.what) for event in timeline(appointment) if event.what not in without]


def test_the_timeline_names_each_step_its_moment_and_who_took_it(desk):
    mona = make_user(desk.organisation, first_name="Mona")
    appointment = desk.book(monday(9))
    booking.confirm(appointment, by=mona, at=monday(7))
    booking.check_in(appointment, by=desk.user, at=monday(8, 50))
    booking.start(appointment, by=mona, at=monday(9))
    booking.complete(appointment, by=mona, at=monday(9, 30))

    assert told(appointment, without=[H.MESSAGE]) == [
        (BEFORE, desk.user, H.BOOKED),
        (monday(7), mona, H.CONFIRMED),
        (monday(8, 50), desk.user, H.ARRIVED),
        (monday(9), mona, H.STARTED),
        (monday(9, 30), mona, H.COMPLETED),
    ]


def test_a_move_tells_from_where_to_where(desk):
    nora = make_provider(desk.clinic, name="Nora")
    make_hours(nora, desk.clinic)
    desk.service.providers.add(nora)
    appointment = desk.book(monday(9))

    booking.move(appointment, starts_at=monday(10), provider=nora, by=desk.user, reason="Asked for later", at=BEFORE)

    moved = next(event for event in timeline(appointment) if event.what == H.MOVED)
    assert (moved.moved_from.starts_at, moved.moved_from.provider) == (monday(9), desk.provider)
    assert (moved.moved_to.starts_at, moved.moved_to.provider) == (monday(10), nora)
    assert (moved.moved_to.clinic, moved.reason) == (desk.clinic, "Asked for later")


def test_a_step_taken_back_is_told_beside_the_step(desk):
    appointment = walk(desk, desk.book(), "check_in", "undo_status")

    assert [(event.what, event.undone) for event in timeline(appointment) if event.what != H.MESSAGE] == [
        (H.BOOKED, None),
        (H.ARRIVED, None),
        (H.UNDONE, AppointmentStatus.ARRIVED),
    ]


def test_notes_changed_after_completion_are_told_without_the_words(desk):
    sara = make_user(desk.organisation, first_name="Sara")
    desk.change(desk.provider, user=sara)
    appointment = walk(desk, desk.book(), "check_in", "start")
    for step, notes in [("", "Says R"), ("complete", "Says R and L"), ("", "Says R, L and S")]:
        write_notes(appointment, by=sara, reason="", notes=notes)
        appointment = walk(desk, appointment, *filter(None, [step]))

    changes = [event for event in timeline(appointment) if event.what == H.NOTES_CHANGED]

    assert [(change.by, change.reason) for change in changes] == [(sara, "")]


def test_words_saved_while_they_are_written_are_one_change(desk):
    sara = make_user(desk.organisation, first_name="Sara")
    desk.change(desk.provider, user=sara)
    appointment = walk(desk, desk.book(), "check_in", "complete")
    for minutes, notes in [(0, "S"), (2, "Says"), (31, "Says R"), (90, "Says R and L")]:
        write_notes(appointment, by=sara, reason="", notes=notes)
        appointment.history.filter(notes=notes).update(history_date=NOON + timedelta(minutes=minutes))

    changes = [event.at for event in timeline(appointment) if event.what == H.NOTES_CHANGED]

    assert changes == [NOON + timedelta(minutes=31), NOON + timedelta(minutes=90)]


def test_a_cancellation_tells_its_reason_and_who_asked_for_it(desk):
    appointment = desk.book(monday(9))

    booking.cancel(appointment, by=desk.user, by_patient=True, reason="Has a cold", at=monday(8))

    cancelled = next(event for event in timeline(appointment) if event.what == H.CANCELLED_BY_PATIENT)
    assert (cancelled.at, cancelled.by, cancelled.reason, cancelled.late) == (monday(8), desk.user, "Has a cold", True)


def test_the_session_and_the_message_follow_what_caused_them(desk):
    appointment = desk.book(purchase=desk.purchase())
    Message.objects.filter(appointment=appointment).update(status=MessageStatus.SENT, sent_at=BEFORE)

    walk(desk, appointment, "check_in", "complete", "undo_status")

    assert [event.what for event in timeline(appointment)] == [
        H.BOOKED, H.MESSAGE, H.ARRIVED, H.COMPLETED, H.UNDONE, H.SESSION_USED, H.SESSION_GIVEN_BACK,
    ]  # fmt: skip
    message = timeline(appointment)[1].message
    assert (message.kind, message.status) == (MessageKind.BOOKED, MessageStatus.SENT)


def test_a_fee_is_told_with_its_amount_from_raised_to_settled(desk):
    desk.policy(no_show_fee=Decimal("50.00"))
    appointment = walk(desk, desk.book(), "mark_no_show")
    charge = Charge.objects.get(appointment=appointment)
    charge.status, charge.settled_at = ChargeStatus.PAID, monday(13)
    charge.record("status", "settled_at", by=desk.user, at=monday(13))

    assert [(event.at, event.what, event.amount) for event in timeline(appointment) if event.amount] == [
        (monday(12), H.FEE_RAISED, Decimal("50.00")),
        (monday(13), H.FEE_PAID, Decimal("50.00")),
    ]


def test_an_edited_note_is_no_step(desk):
    appointment = desk.book()
    appointment.notes = "Comes with her mother"
    appointment.record("notes", by=desk.user)

    assert [event.what for event in timeline(appointment)] == [H.BOOKED, H.MESSAGE]


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_long_story_asks_no_more_than_a_short_one(desk, rounds, django_assert_num_queries):
    appointment = desk.book(purchase=desk.purchase())
    walk(desk, appointment, *["check_in", "complete", "undo_status", "undo_status"] * rounds)

    with django_assert_num_queries(4):
        assert [event.at and event.by and str(event.by) for event in timeline(appointment)]
