"""Reminders that write themselves: when, for whom, once, and never for what is past."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.enums import AppointmentStatus, MessageStatus
from clinic.messaging.links import address_of
from clinic.messaging.reminders.writing import remind_due
from clinic.models import Appointment, Clinic, Message, Policy, Sweep
from tests.clinic.messaging.reminders.reminded import DAY, HOUR, LONG_AGO, MINUTE, NOON, Desk, book_many, reminders
from tests.factories import (
    NINE,
    make_appointment,
    make_clinic,
    make_provider,
    make_service,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


@pytest.fixture
def desk():
    desk = Desk()
    remind_due(at=LONG_AGO)
    return desk


def told() -> list[tuple[str, datetime]]:
    return [(row.channel, row.due_at) for row in reminders()]


def test_each_rule_reminds_at_its_moment(desk):
    appointment = desk.book()

    assert remind_due(at=NOON - DAY - MINUTE) == 0
    assert remind_due(at=NOON - DAY) == 1
    assert remind_due(at=NOON - 2 * HOUR - MINUTE) == 0
    assert remind_due(at=NOON - 2 * HOUR) == 1

    mail, sms = reminders()
    assert (mail.channel, mail.address, mail.due_at) == ("email", "huda@example.org", NOON - DAY)
    assert (sms.channel, sms.address, sms.due_at) == ("sms", "+966501234567", NOON - 2 * HOUR)
    assert {(row.appointment, row.patient, row.status, row.starts_at, row.expires_at) for row in (mail, sms)} == {
        (appointment, appointment.patient, MessageStatus.QUEUED, NOON, NOON)
    }
    assert mail.dedupe_key == f"reminder:{appointment.public_id}:email:1440:20300107T0900Z"


def test_a_reminder_says_when_and_where_and_leads_to_the_page_of_the_appointment(desk):
    appointment = desk.book()

    remind_due(at=NOON - DAY)

    mail = reminders().get()
    assert mail.subject == "Reminder: your appointment on Monday 7 January 2030"
    assert mail.body == (
        "Hello Huda,\n\nwe look forward to seeing you on Monday 7 January 2030 at 12:00 PM, Olaya.\n\n"
        f"Confirm or cancel: {address_of(appointment)}\n"
        "There you can also choose another time, until Sunday 6 January, 12:00 PM.\n"
        "Questions? Call +966112345678."
    )


def test_rules_that_cannot_be_read_stop_no_other_organisation_and_go_on_where_they_were(desk, caplog):
    theirs = Desk(name="Theirs")
    remind_due(at=LONG_AGO)
    rules = theirs.policy.reminder_minutes
    Policy.objects.filter(pk=theirs.policy.pk).update(reminder_minutes=[])
    ours, late = desk.book(), theirs.book()

    assert remind_due(at=NOON - DAY) == 1
    theirs.remind_by(**rules)
    assert remind_due(at=NOON - DAY + HOUR) == 1

    assert [row.appointment for row in reminders()] == [ours, late]
    assert "cannot be read: AttributeError" in caplog.text


@pytest.mark.parametrize(("preferred", "by"), [("whatsapp", "whatsapp"), ("sms", "sms"), ("email", "sms")])
def test_one_phone_is_reminded_once_at_one_notice(desk, preferred, by):
    desk.remind_by(sms=[120], whatsapp=[120])
    remind_due(at=LONG_AGO)
    desk.book(patient=desk.patient(preferred_channel=preferred))

    remind_due(at=NOON - 2 * HOUR)

    assert told() == [(by, NOON - 2 * HOUR)]


def test_run_again_nothing_is_written_twice(desk):
    desk.book()
    remind_due(at=NOON - DAY)

    assert remind_due(at=NOON - DAY) == 0
    Sweep.objects.update(swept_until=LONG_AGO)  # a worker that died before it wrote down how far it had come
    assert remind_due(at=NOON - DAY + MINUTE) == 0

    assert told() == [("email", NOON - DAY)]


@pytest.mark.parametrize("status", sorted(set(AppointmentStatus) - {"scheduled", "rescheduled", "confirmed"}))
def test_who_is_here_or_does_not_come_is_not_reminded(desk, status):
    desk.book(status=status)
    expected = desk.book(starts_at=NOON + DAY / 2, status=AppointmentStatus.CONFIRMED)

    remind_due(at=NOON)

    assert [row.appointment for row in reminders()] == [expected]


def test_what_is_booked_after_the_moment_of_its_reminder_needs_none(desk):
    desk.book(booked_at=NOON - 23 * HOUR)
    in_time = desk.book(starts_at=NOON + HOUR, booked_at=NOON - 23 * HOUR - MINUTE)

    remind_due(at=NOON - 22 * HOUR)

    assert [row.appointment for row in reminders()] == [in_time]


def move(appointment, starts_at, at):
    row = Appointment.objects.get(pk=appointment.pk)
    row.starts_at, row.ends_at = starts_at, starts_at + HOUR / 2
    row.busy_from, row.busy_until = row.starts_at, row.ends_at
    row.moves += 1
    row.record(by=None, at=at)
    return row


def test_what_is_moved_after_the_moment_of_its_reminder_needs_none(desk):
    late, early = desk.book(starts_at=NOON + 5 * DAY), desk.book(starts_at=NOON + 6 * DAY)
    move(late, NOON, at=NOON - 23 * HOUR)
    move(early, NOON + HOUR, at=NOON - 25 * HOUR)

    remind_due(at=NOON - 22 * HOUR)

    assert [row.appointment for row in reminders()] == [early]


def test_a_change_that_leaves_the_time_alone_makes_no_move(desk):
    appointment = move(desk.book(starts_at=NOON + DAY), NOON, at=NOON - 30 * HOUR)
    appointment.notes = "Parking is full on Mondays."
    appointment.record(by=None, at=NOON - 24 * HOUR + MINUTE)

    remind_due(at=NOON - 23 * HOUR)

    assert told() == [("email", NOON - DAY)]


def test_moved_ahead_it_is_reminded_of_for_its_new_time_too(desk):
    appointment = desk.book()
    remind_due(at=NOON - DAY)

    move(appointment, NOON + 2 * DAY, at=NOON - 20 * HOUR)
    remind_due(at=NOON + DAY)

    assert [(row.starts_at, row.due_at) for row in reminders()] == [(NOON, NOON - DAY), (NOON + 2 * DAY, NOON + DAY)]


def test_a_rule_that_is_new_begins_now(desk):
    desk.book()
    desk.book(starts_at=NOON + 3 * DAY)
    desk.remind_by(whatsapp=[2880])

    assert remind_due(at=NOON - 36 * HOUR) == 0
    assert remind_due(at=NOON + DAY) == 1

    assert told() == [("whatsapp", NOON + DAY)]


def test_a_rule_that_comes_back_does_not_remember_what_it_missed(desk):
    desk.book()
    desk.remind_by()
    remind_due(at=NOON - 5 * DAY)
    desk.remind_by(email=[1440])

    assert remind_due(at=NOON - 2 * HOUR) == 0

    assert Sweep.objects.get().rule == "reminder:email:1440"


def test_a_worker_that_slept_for_three_days_sends_each_patient_one_reminder_and_none_for_what_is_past(desk):
    past, soon, later = desk.book(), desk.book(starts_at=NOON + DAY + HOUR), desk.book(starts_at=NOON + DAY + 5 * HOUR)
    remind_due(at=NOON - 2 * DAY)

    remind_due(at=NOON + DAY)

    assert {(row.appointment, row.channel) for row in reminders()} == {(soon, "sms"), (later, "email")}
    assert past not in {row.appointment for row in reminders()}


def test_what_begins_this_minute_is_not_reminded_of(desk):
    desk.book()

    assert remind_due(at=NOON) == 0


@pytest.mark.parametrize(
    ("begins", "leaves"),
    [("08:30", NINE - 12.5 * HOUR), ("09:30", NINE - HOUR)],
    ids=["the evening before", "when they end"],
)
def test_a_reminder_in_quiet_hours_leaves_before_or_after_them(desk, begins, leaves):
    desk.remind_by(sms=[120])
    remind_due(at=LONG_AGO)
    hours, minutes = map(int, begins.split(":"))
    desk.book(starts_at=NINE.replace(hour=hours, minute=minutes))

    assert remind_due(at=leaves - MINUTE) == 0
    assert remind_due(at=leaves) == 1

    assert told() == [("sms", leaves)]


def test_booked_in_the_quiet_hours_that_its_reminder_would_have_left_before_it_needs_none(desk):
    desk.book(starts_at=NINE - HOUR / 2, booked_at=NINE - 11 * HOUR)

    remind_due(at=NINE - HOUR)

    assert told() == []


def test_each_clinic_has_its_own_night(desk):
    desk.remind_by(sms=[120])
    remind_due(at=LONG_AGO)
    cairo = make_clinic(desk.organisation, name="Cairo", time_zone="Africa/Cairo")
    there = make_provider(cairo)
    appointment = make_appointment(
        desk.patient(),
        make_service(there),
        there,
        cairo,
        starts_at=NINE + 1.5 * HOUR,  # 9:30 in Cairo
    )
    desk.book(starts_at=NINE + 1.5 * HOUR)  # 10:30 in Riyadh

    remind_due(at=NINE + HOUR / 2)

    assert {(row.appointment_id == appointment.pk, row.due_at) for row in reminders()} == {
        (True, NINE), (False, NINE - HOUR / 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "channel", "address"),
    [
        ({}, "email", "huda@example.org"),
        ({"email": ""}, "sms", "+966501234567"),
        ({"email": "", "preferred_channel": "whatsapp"}, "whatsapp", "+966501234567"),
    ],
    ids=["the rule's", "another", "the preferred"],
)
def test_the_rules_channel_is_used_where_there_is_an_address(desk, fields, channel, address):
    desk.book(patient=desk.patient(**fields))

    remind_due(at=NOON - DAY)

    assert [(row.channel, row.address) for row in reminders()] == [(channel, address)]


def test_two_rules_that_come_down_to_one_channel_remind_once(desk):
    desk.remind_by(email=[120], sms=[120])
    remind_due(at=LONG_AGO)
    desk.book(patient=desk.patient(email=""))

    assert remind_due(at=NOON - 2 * HOUR) == 1

    assert told() == [("sms", NOON - 2 * HOUR)]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"accepts_messages": False}, "The patient does not want messages."),
        ({"phone": "", "email": ""}, "The patient has neither a valid phone number nor an e-mail address."),
    ],
    ids=["no consent", "no address"],
)
def test_who_cannot_be_written_to_has_a_skipped_row_that_says_why(desk, fields, why):
    desk.book(patient=desk.patient(**fields))
    reached = desk.book(starts_at=NOON + HOUR)

    remind_due(at=NOON - 20 * HOUR)

    skipped, queued = reminders()
    assert (skipped.status, skipped.error) == (MessageStatus.SKIPPED, why)
    assert (queued.status, queued.appointment) == (MessageStatus.QUEUED, reached)


def test_nothing_clinical_is_in_a_reminder(desk):
    desk.book(notes="Marker", reason="Marker")
    desk.book(starts_at=NOON + HOUR, patient=desk.patient(language="ar", notes="Marker"))

    remind_due(at=NOON - HOUR)

    words = "".join(row.subject + row.body for row in reminders())
    assert reminders().count() == 2
    assert not any(word in words for word in ("Marker", "Behavioural", "therapy", "Speech"))


def test_organisations_keep_their_own_rules(desk):
    other = Desk(name="Amal Group")
    other.remind_by(email=[60])
    remind_due(at=LONG_AGO + MINUTE)
    ours, theirs = desk.book(), other.book()

    remind_due(at=NOON - HOUR)

    assert {(row.organisation, row.appointment) for row in reminders()} == {
        (desk.organisation, ours), (other.organisation, theirs),
    }  # fmt: skip


def test_an_organisation_without_a_policy_has_the_usual_rules(desk):
    desk.policy.delete()
    desk.book()

    remind_due(at=NOON - DAY)

    assert told() == [("email", NOON - DAY)]


def queries_of_reminding():
    with CaptureQueriesContext(connection) as captured:
        remind_due(at=NOON - DAY)
    return len(captured)


def test_a_batch_costs_the_same_queries_whatever_its_size(desk):
    book_many(desk, 1)
    for_one = queries_of_reminding()
    Message.objects.all().delete()
    Appointment.objects.all().delete()
    Sweep.objects.update(swept_until=LONG_AGO)

    book_many(desk, 7)
    for_seven = queries_of_reminding()

    assert (for_one, reminders().count()) == (for_seven, 7)


def test_more_than_a_batch_is_written_in_batches_each_one_once(desk, monkeypatch):
    monkeypatch.setattr("clinic.messaging.reminders.writing.BATCH", 3)
    book_many(desk, 7)

    assert remind_due(at=NOON - DAY) == 7

    assert len({row.patient_id for row in reminders()}) == 7


def test_names_that_would_break_a_line_or_turn_the_text_stay_text(desk):
    desk.clinic.name_en = "Olaya\r\nBcc: all@example.org\u2028"
    desk.clinic.save()
    desk.book(patient=desk.patient(name="<b>O'Neil</b>\r\nBcc:x \u202egnirps"))

    remind_due(at=NOON - DAY)

    mail = reminders().get()
    assert "\n" not in mail.subject
    assert mail.body.startswith(
        "Hello <b>O'Neil</b>,\n\n"
        "we look forward to seeing you on Monday 7 January 2030 at 12:00 PM, Olaya Bcc: all@example.org."
    )


def test_an_organisation_that_fails_stops_no_other_and_catches_up(desk):
    other = Desk()
    remind_due(at=LONG_AGO)
    desk.book()
    other.book()
    Clinic.objects.filter(pk=desk.clinic.pk).update(time_zone="Nowhere")

    assert remind_due(at=NOON - DAY) == 1
    assert remind_due(at=NOON - DAY + MINUTE) == 0

    Clinic.objects.filter(pk=desk.clinic.pk).update(time_zone="Asia/Riyadh")
    assert remind_due(at=NOON - DAY + 2 * MINUTE) == 1
