"""What staff do to one message: calling it off, and sending it once more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.errors import WrongStatus
from clinic.messaging.by_hand import call_off, resend, resend_failed
from clinic.models import Message
from tests.factories import (
    BEFORE,
    NINE,
    RIYADH,
    SENT,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = pytest.mark.any_engine
LATER = BEFORE + timedelta(hours=1)
FAILED = {"status": MessageStatus.FAILED, "error": "Number not reachable", "attempts": 5}


class Desk:
    def __init__(self):
        organisation = make_organisation()
        clinic = make_clinic(organisation)
        provider = make_provider(clinic)
        self.person = make_user(organisation, first_name="Mona")
        self.patient = make_patient(organisation, email="huda@example.com", preferred_channel=Channel.SMS)
        self.appointment = make_appointment(self.patient, make_service(provider), provider, clinic, NINE)

    def message(self, **fields) -> Message:
        usual = {
            "organisation": self.patient.organisation, "patient": self.patient, "appointment": self.appointment,
            "kind": MessageKind.BOOKED, "channel": Channel.SMS, "address": "+966501234567",
            "language": Language.ENGLISH, "body": "Hello", "starts_at": NINE, "due_at": BEFORE, "queued_at": BEFORE,
            "dedupe_key": "booked:1",
        }  # fmt: skip
        return Message.objects.create(**{**usual, **fields})


@pytest.fixture
def desk(db):
    return Desk()


def test_message_called_off_says_by_whom_and_when(desk):
    message = desk.message()

    call_off(message, by=desk.person, at=LATER)

    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED
    assert message.error == "Called off by Mona on 2030-01-01."


@pytest.mark.parametrize("page", ["en", "ar"])
def test_message_called_off_after_midnight_says_the_day_of_the_clinic_to_readers_of_every_language(desk, page):
    message = desk.message()
    half_past_one = datetime(2030, 1, 2, 1, 30, tzinfo=RIYADH)

    with override(page):
        call_off(message, by=desk.person, at=half_past_one.astimezone(UTC))

    message.refresh_from_db()
    assert message.error == "Called off by Mona on 2030-01-02."


LEASED = {"status": MessageStatus.SENDING, "leased_until": LATER}


@pytest.mark.parametrize(("state", "words"), [(SENT, "has left already"), (LEASED, "being sent"), (FAILED, "Failed")])
def test_message_that_does_not_wait_is_not_called_off(desk, state, words):
    message = desk.message(**state)

    with pytest.raises(WrongStatus, match=words):
        call_off(message, by=desk.person, at=LATER)

    message.refresh_from_db()
    assert message.status == state["status"]


def test_message_of_another_organisation_is_not_there(desk):
    message, stranger = desk.message(), make_user(make_organisation("Theirs"))

    for service in (call_off, resend):
        with pytest.raises(Message.DoesNotExist):
            service(message, by=stranger, at=LATER)


def test_failed_message_sent_again_goes_to_the_number_of_today(desk):
    message = desk.message(**FAILED, address="+966509999999")

    again = resend(message, by=desk.person, at=LATER)

    assert (again.status, again.channel, again.address) == ("queued", Channel.SMS, "+966501234567")
    assert (again.body, again.starts_at, again.resend_of, again.due_at) == ("Hello", NINE, message, LATER)
    assert (again.attempts, again.error) == (0, "")
    message.refresh_from_db()
    assert (message.status, message.address) == (MessageStatus.FAILED, "+966509999999")


def test_message_sent_again_goes_by_mail_where_there_is_no_number_any_more(desk):
    message = desk.message(**FAILED)
    desk.patient.phone = ""
    desk.patient.save()

    again = resend(message, by=desk.person, at=LATER)

    assert (again.channel, again.address) == (Channel.EMAIL, "huda@example.com")


def test_message_is_not_sent_again_while_it_is_under_way(desk):
    message = desk.message(**FAILED)
    again = resend(message, by=desk.person, at=LATER)

    for row in (message, again):
        with pytest.raises(WrongStatus, match="on its way already"):
            resend(row, by=desk.person, at=LATER)

    assert Message.objects.count() == 2


def test_message_sent_again_fails_and_is_sent_a_third_time(desk):
    first = desk.message(**FAILED)
    second = resend(first, by=desk.person, at=LATER)
    Message.objects.filter(pk=second.pk).update(**FAILED)

    third = resend(first, by=desk.person, at=LATER)

    assert third.dedupe_key not in (first.dedupe_key, second.dedupe_key)


def test_whatever_is_sent_again_of_a_message_has_the_next_number_and_no_longer_key(desk):
    tries = [desk.message(**FAILED)]
    for of in (0, 1, 0, 2, 3):
        tries.append(resend(tries[of], by=desk.person, at=LATER))
        Message.objects.filter(pk=tries[-1].pk).update(**FAILED)

    assert [row.dedupe_key for row in tries[1:]] == [f"booked:1:again-{number}" for number in range(1, 6)]


def test_what_was_sent_again_one_by_one_is_sent_again_with_all_the_others(desk):
    first, other = desk.message(**FAILED), desk.message(**FAILED, dedupe_key="booked:2")
    second = resend(first, by=desk.person, at=LATER)
    Message.objects.filter(pk=second.pk).update(**FAILED)
    third = resend(second, by=desk.person, at=LATER)
    Message.objects.filter(pk=third.pk).update(**FAILED)

    assert resend_failed(by=desk.person, at=LATER) == (2, 0)

    again = Message.objects.filter(status=MessageStatus.QUEUED).order_by("dedupe_key")
    assert [(row.resend_of, row.dedupe_key) for row in again] == [
        (third, "booked:1:again-3"),
        (other, "booked:2:again-1"),
    ]


def test_message_about_an_appointment_that_is_over_is_not_sent_again(desk):
    message = desk.message(**FAILED)

    with pytest.raises(WrongStatus, match=r"or the appointment is over\. Call the patient"):
        resend(message, by=desk.person, at=NINE)

    assert Message.objects.count() == 1


def test_message_that_tells_an_old_time_is_not_sent_again(desk):
    message = desk.message(**FAILED, starts_at=NINE - timedelta(hours=1))

    with pytest.raises(WrongStatus, match="at another time now"):
        resend(message, by=desk.person, at=LATER)


def test_message_of_no_use_any_more_is_not_sent_again(desk):
    message = desk.message(**FAILED, appointment=None, expires_at=LATER)

    with pytest.raises(WrongStatus, match="of no use any more"):
        resend(message, by=desk.person, at=LATER)


def test_message_to_who_wants_none_is_not_sent_again(desk):
    message = desk.message(**FAILED)
    desk.patient.accepts_messages = False
    desk.patient.save()

    with pytest.raises(WrongStatus, match="does not want messages"):
        resend(message, by=desk.person, at=LATER)


def test_all_failures_are_sent_again_once_and_those_of_others_stay(desk):
    first, second = desk.message(**FAILED), desk.message(**FAILED, dedupe_key="booked:2")
    desk.message(**FAILED, dedupe_key="booked:3", starts_at=NINE - timedelta(hours=1))
    desk.message(**SENT, dedupe_key="booked:4")
    stranger = make_user(make_organisation("Theirs"))

    assert resend_failed(by=stranger, at=LATER) == (0, 0)
    assert resend_failed(by=desk.person, at=LATER) == (2, 1)
    assert resend_failed(by=desk.person, at=LATER) == (0, 1)

    again = Message.objects.filter(status=MessageStatus.QUEUED).order_by("pk")
    assert [row.resend_of for row in again] == [first, second]


def test_failure_is_unanswered_again_when_what_was_sent_after_it_was_called_off(desk):
    message = desk.message(**FAILED)
    call_off(resend(message, by=desk.person, at=LATER), by=desk.person, at=LATER)

    assert resend_failed(by=desk.person, at=LATER) == (1, 0)

    again = Message.objects.get(status=MessageStatus.QUEUED)
    assert (again.resend_of, again.dedupe_key) == (message, "booked:1:again-2")


def test_of_what_failed_twice_the_last_alone_is_sent_again(desk):
    message = desk.message(**FAILED)
    resend(message, by=desk.person, at=LATER)
    Message.objects.filter(status=MessageStatus.QUEUED).update(**FAILED)

    assert resend_failed(by=desk.person, at=LATER) == (1, 0)

    assert Message.objects.get(status=MessageStatus.QUEUED).resend_of.resend_of == message


def test_failure_is_answered_by_what_was_sent_later_after_the_same_message(desk):
    message = desk.message(**FAILED)
    resend(message, by=desk.person, at=LATER)
    Message.objects.filter(status=MessageStatus.QUEUED).update(**FAILED)
    resend(message, by=desk.person, at=LATER)

    assert resend_failed(by=desk.person, at=LATER) == (0, 0)


def test_failure_of_long_ago_is_history(desk):
    desk.message(**FAILED)

    assert resend_failed(by=desk.person, at=BEFORE + timedelta(days=31)) == (0, 0)
