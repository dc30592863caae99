"""Turning a rule on: who would have been reminded already, looked at before anybody is."""

from datetime import time

import pytest

from clinic.enums import MessageStatus, OperationKind
from clinic.errors import ChangedMeanwhile, ReminderRefused
from clinic.messaging.reminders.overdue import catch_up, overdue_reminders
from clinic.messaging.reminders.writing import remind_due
from clinic.models import Message, Operation, Organisation
from tests.clinic.messaging.reminders.reminded import DAY, HOUR, LONG_AGO, MINUTE, NOON, Desk, reminders
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

NOW = NOON - 20 * HOUR


@pytest.fixture
def desk():
    """A clinic that has reminded nobody until now, and turns a reminder two days before on."""
    desk = Desk()
    desk.remind_by()
    remind_due(at=LONG_AGO)
    desk.user = make_user(desk.organisation)
    desk.remind_by(email=[2880])
    return desk


def test_a_rule_turned_on_shows_who_would_have_been_reminded_and_sends_nothing(desk):
    soon, later = desk.book(), desk.book(starts_at=NOON + DAY)
    desk.book(starts_at=NOON + 5 * DAY)

    overdue = overdue_reminders(desk.organisation, at=NOW)

    assert (overdue.appointments, overdue.leaving, overdue.unreachable) == (2, {None: 2}, [])
    assert (overdue.first, overdue.last_at) == ([soon, later], NOON + DAY)
    assert not Message.objects.exists()


def test_those_are_reminded_when_somebody_asks_for_it(desk):
    soon = desk.book()
    seen = overdue_reminders(desk.organisation, at=NOW).stamp

    operation = catch_up(desk.organisation, by=desk.user, seen=seen, at=NOW)

    message = reminders().get()
    assert (message.appointment, message.operation, message.due_at) == (soon, operation, NOW + 3 * MINUTE)
    assert (message.starts_at, message.expires_at, message.status) == (NOON, NOON, MessageStatus.QUEUED)
    assert (operation.kind, operation.by) == (OperationKind.REMIND, desk.user)
    with pytest.raises(ReminderRefused, match="Nobody is left"):
        catch_up(desk.organisation, by=desk.user, at=NOW)
    assert Operation.objects.count() == 1


def test_what_the_rule_does_by_itself_is_not_overdue(desk):
    remind_due(at=NOON - 60 * HOUR)
    desk.book()

    assert overdue_reminders(desk.organisation, at=NOON - 48 * HOUR).messages == 0
    assert remind_due(at=NOON - 48 * HOUR) == 1
    assert overdue_reminders(desk.organisation, at=NOW).messages == 0


def test_who_was_reminded_since_by_another_rule_is_not_asked_for(desk):
    desk.remind_by(email=[2880, 1440])
    desk.book()
    remind_due(at=NOON - 30 * HOUR)
    remind_due(at=NOON - 24 * HOUR)
    desk.remind_by(email=[2880, 1560])

    assert overdue_reminders(desk.organisation, at=NOW).messages == 0


def test_of_two_rules_only_the_last_would_be_sent(desk):
    desk.remind_by(email=[2880], sms=[1440])
    desk.book()

    catch_up(desk.organisation, by=desk.user, at=NOW)

    assert [row.channel for row in reminders()] == ["sms"]


def test_what_was_booked_since_is_not_overdue_and_who_cannot_be_reached_is_counted_apart(desk):
    desk.book(booked_at=NOON - 47 * HOUR)
    unreachable = desk.book(starts_at=NOON + HOUR, patient=desk.patient(accepts_messages=False))

    overdue = overdue_reminders(desk.organisation, at=NOW)

    assert (overdue.messages, overdue.unreachable) == (0, [unreachable])


def test_in_the_quiet_hours_they_are_reminded_afterwards_and_who_comes_before_is_to_be_called(desk):
    desk.policy.quiet_from, desk.policy.quiet_until = time(21, 30), time(8, 30)
    desk.policy.save()
    evening = NOON - 14 * HOUR - 20 * MINUTE  # 21:40
    tonight, at_eight = (desk.book(starts_at=start) for start in (evening + HOUR, NOON - 4 * HOUR))
    morning = desk.book()

    overdue = overdue_reminders(desk.organisation, at=evening)
    catch_up(desk.organisation, by=desk.user, seen=overdue.stamp, at=evening)

    half_past_eight = NOON - 3 * HOUR - 30 * MINUTE
    assert (overdue.first, overdue.leaving) == ([morning], {half_past_eight: 1})
    assert overdue.too_late == [tonight, at_eight]
    assert [(row.appointment, row.due_at) for row in reminders()] == [(morning, half_past_eight)]


def test_whom_the_next_reminder_reaches_by_the_end_of_the_quiet_hours_is_not_reminded_twice(desk):
    desk.remind_by(email=[2880], sms=[240])
    desk.policy.quiet_from, desk.policy.quiet_until = time(21, 30), time(8, 30)
    desk.policy.save()
    desk.book()  # of which the next reminder leaves at 8:30 too

    assert overdue_reminders(desk.organisation, at=NOON - 14 * HOUR).messages == 0


def test_who_saw_another_list_is_refused(desk):
    desk.book()
    seen = overdue_reminders(desk.organisation, at=NOW).stamp
    desk.book(starts_at=NOON + HOUR)

    with pytest.raises(ChangedMeanwhile, match="2 appointments would be reminded of now"):
        catch_up(desk.organisation, by=desk.user, seen=seen, at=NOW)
    assert not Message.objects.exists()


def test_another_organisation_is_neither_shown_nor_reminded(desk):
    other = Desk(name="Amal Group")
    other.remind_by(email=[2880])
    other.book()

    assert overdue_reminders(desk.organisation, at=NOW).messages == 0
    with pytest.raises(Organisation.DoesNotExist):
        catch_up(other.organisation, by=desk.user, at=NOW)
