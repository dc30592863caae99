"""The outbox in figures: what stands in it, what became of the messages of a period, and how long they took."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from clinic.enums import Channel, Language, MessageKind, MessageStatus
from clinic.messaging.delivery import deliveries
from clinic.messaging.selectors import outbox_counts
from clinic.models import Message
from tests.factories import BEFORE, make_organisation, make_patient, numbers

S, MINUTE = MessageStatus, timedelta(minutes=1)
MIDNIGHT = localtime(BEFORE).replace(hour=0, minute=0)


@pytest.fixture
def patient(db):
    return make_patient(make_organisation())


def write(patient, status=S.QUEUED, kind=MessageKind.BOOKED, channel=Channel.SMS, at=BEFORE, took=None, **fields):
    if status == S.SENT:
        fields["sent_at"] = fields.get("due_at", at) + (took or MINUTE)
    if status == S.SENDING:
        fields["leased_until"] = at + MINUTE
    usual = {"due_at": at, "queued_at": at, "body": "Hello", "dedupe_key": f"key-{next(numbers)}"}
    return Message.objects.create(
        organisation=patient.organisation, patient=patient, kind=kind, channel=channel, language=Language.ENGLISH,
        status=status, **{**usual, **fields},
    )  # fmt: skip


def test_figures_count_every_outcome_by_kind_and_channel(patient):
    for status in MessageStatus:
        write(patient, status)
    write(patient, S.SENT, delivered_at=BEFORE + 2 * MINUTE)
    write(patient, S.SENT, channel=Channel.EMAIL)
    write(patient, S.SENT, kind=MessageKind.REMINDER)

    found = deliveries(patient.organisation, since=BEFORE, until=BEFORE + MINUTE)

    assert [(one.kind, one.channel, one.written) for one in found] == [
        ("booked", "sms", 8),
        ("booked", "email", 1),
        ("reminder", "sms", 1),
    ]
    sms = found[0]
    assert (sms.sent, sms.delivered, sms.failed, sms.skipped, sms.expired, sms.cancelled) == (2, 1, 1, 1, 1, 1)
    assert sms.under_way == 2


@pytest.mark.parametrize(
    ("seconds", "median"), [([40], 40), ([10, 20], 15), ([5, 1, 300], 5), ([1, 2, 10, 90], 6), ([7] * 5, 7)]
)
def test_median_delay_is_that_of_the_message_in_the_middle(patient, seconds, median):
    for took in seconds:
        write(patient, S.SENT, took=timedelta(seconds=took))
    write(patient, S.SENT, channel=Channel.EMAIL, took=timedelta(hours=9))
    write(patient)

    sms = deliveries(patient.organisation, since=BEFORE, until=BEFORE + MINUTE)[0]

    assert sms.delay == timedelta(seconds=median)


def test_delay_counts_from_when_a_message_was_due_and_is_none_where_none_was_sent(patient):
    write(patient, S.SENT, due_at=BEFORE + timedelta(hours=11), took=MINUTE)
    write(patient, S.FAILED, kind=MessageKind.MOVED)

    booked, moved = deliveries(patient.organisation, since=BEFORE, until=BEFORE + MINUTE)

    assert (booked.delay, moved.delay) == (MINUTE, None)


def test_figures_leave_out_other_days_and_other_organisations(patient):
    write(patient, S.SENT, at=BEFORE - MINUTE)
    write(patient, S.SENT, at=BEFORE + MINUTE)
    write(make_patient(make_organisation("Theirs")), S.SENT)

    assert deliveries(patient.organisation, since=BEFORE, until=BEFORE + MINUTE) == []


@pytest.mark.parametrize("n", [1, 3])
def test_figures_cost_two_queries(patient, n, django_assert_num_queries):
    for _ in range(n):
        write(patient, S.SENT)
        write(patient, S.SENT, channel=Channel.EMAIL)

    with django_assert_num_queries(2):
        deliveries(patient.organisation, since=BEFORE, until=BEFORE + MINUTE)


def test_outbox_now_counts_what_waits_and_what_was_given_up(patient):
    write(patient, at=BEFORE - 9 * MINUTE)
    write(patient, at=BEFORE + MINUTE)
    write(patient, S.SENDING)
    write(patient, S.SENT)
    write(patient, S.FAILED)
    write(patient, S.FAILED, at=BEFORE - timedelta(days=2))
    write(patient, S.FAILED, at=BEFORE - timedelta(days=40))
    write(make_patient(make_organisation("Theirs")), S.FAILED)

    found = outbox_counts(patient.organisation, at=BEFORE, today=MIDNIGHT)

    assert (found.waiting, found.sending, found.failed_today, found.failed) == (2, 1, 1, 2)
    assert found.oldest_due_at == BEFORE - 9 * MINUTE


def test_outbox_in_which_nothing_is_due_has_no_oldest(patient):
    write(patient, at=BEFORE + MINUTE)

    assert outbox_counts(patient.organisation, at=BEFORE, today=MIDNIGHT).oldest_due_at is None
