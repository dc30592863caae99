"""A gateway that fails, falls silent or refuses somebody: nothing is lost, nothing stands in the way of the rest.

The minutes are those of a clock that is put forward, one sending a minute as the worker does it; the seconds are real.
GATEWAY_MESSAGES says how many letters wait for each channel, GATEWAY_SECONDS how long a silent gateway is listened to.
"""

import os
import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from time import monotonic

import pytest

from clinic.enums import Channel, MessageStatus
from clinic.environment import mailer_from_url
from clinic.messaging.services import send_due
from clinic.models import Message
from tests.clinic.messaging.outbox import NOON, Outbox
from tests.factories import make_patient
from tests.gateway import Gateway
from tests.mailbox import Mailbox

pytestmark = pytest.mark.django_db

EACH = int(os.environ.get("GATEWAY_MESSAGES", "8"))
SECONDS = float(os.environ.get("GATEWAY_SECONDS", "0.2"))
MINUTE = timedelta(minutes=1)
OUTAGE = 10 * MINUTE
RECOVERY = 15 * MINUTE  # the wait after the last failed attempt of ten minutes, give or take
SENT = MessageStatus.SENT


@pytest.fixture
def gateway(settings):
    random.seed(6)  # how long is waited before the next attempt
    with Gateway() as gateway:
        settings.GATEWAYS = {"sms": f"{gateway.address}&rto={SECONDS}", "whatsapp": ""}
        yield gateway


@pytest.fixture
def mailbox(settings):
    with Mailbox() as mailbox:
        settings.MAILERS = {"default": mailer_from_url(mailbox.address)}
        settings.MAILERS["default"]["OPTIONS"]["timeout"] = SECONDS
        yield mailbox


@pytest.fixture
def outbox(db):
    """Letters of both channels, turn and turn about."""
    outbox = Outbox()
    for _ in range(EACH):
        outbox.message()
        outbox.message(channel=Channel.EMAIL, address="huda@example.org")
    return outbox


def sent_by(channel: Channel) -> int:
    return Message.objects.filter(channel=channel, status=SENT).count()


def every_minute(since: datetime, done: Callable[[datetime], bool]) -> tuple[datetime, float]:
    """Send minute by minute until it is done: the moment at which it is, and the longest sending in real seconds."""
    longest = 0.0
    for minute in count():
        at, began = since + minute * MINUTE, monotonic()
        send_due(at=at)
        longest = max(longest, monotonic() - began)
        if done(at):
            return at, longest
    raise AssertionError


def tell(words: str) -> None:
    sys.stdout.write(f"\n{words}")


@pytest.mark.parametrize(
    "trouble",
    [{"answer": 500}, {"hangs": True}, {"answer": 401}, {"swallows": True}],
    ids=["fails", "hangs", "forgets us", "fails after delivering"],
)
def test_gateway_in_trouble_for_ten_minutes_loses_nothing_and_delays_no_mail(outbox, gateway, mailbox, trouble):
    vars(gateway).update(trouble)

    well, longest = every_minute(NOON, lambda at: at >= NOON + OUTAGE)
    mails, during = len(mailbox.received), len(gateway.calls)
    vars(gateway).update(answer=200, hangs=False, swallows=False)
    done, _ = every_minute(well + MINUTE, lambda at: sent_by(Channel.SMS) == EACH or at > well + RECOVERY)

    tell(f"gateway {trouble}: {during} calls in 10 minutes, longest sending {longest:.1f} s; ")
    sys.stdout.write(f"all {EACH} delivered {done - well} later, {gateway.duplicates} calls twice\n")
    assert mails == EACH
    assert len(gateway.delivered) == sent_by(Channel.SMS) == EACH
    assert during <= 3 * 11  # three a minute, however many wait
    assert bool(gateway.duplicates) == ("swallows" in trouble)
    assert set(Message.objects.values_list("status", flat=True)) == {SENT}


def test_number_that_is_refused_is_given_up_at_once_and_the_others_leave(outbox, gateway, mailbox):
    gateway.refused = {"+966501234567"}
    amal = make_patient(outbox.organisation, "Amal", phone="+966507654321")
    outbox.message(outbox.appointment(patient=amal))

    batch = send_due(at=NOON)

    tell(f"a refused number: {batch.sent} of {2 * EACH + 1} sent in the first minute, {batch.failed} given up\n")
    assert (batch.sent, batch.failed) == (EACH + 1, EACH)
    assert [call.to for call in gateway.delivered.values()] == ["+966507654321"]
    failed = Message.objects.filter(status=MessageStatus.FAILED)
    assert set(failed.values_list("error", "attempts")) == {
        ("The gateway refuses this number or this text (error 400).", 1)
    }


def test_mail_server_that_falls_silent_delays_no_text_message(outbox, gateway, mailbox):
    mailbox.hangs = True

    well, longest = every_minute(NOON, lambda at: at >= NOON + OUTAGE)
    texts = len(gateway.delivered)
    mailbox.hangs = False
    done, _ = every_minute(well + MINUTE, lambda at: sent_by(Channel.EMAIL) == EACH or at > well + RECOVERY)

    tell(f"mail server silent: longest sending {longest:.1f} s; all {EACH} mails {done - well} later\n")
    assert texts == EACH
    assert len({letter["Message-ID"] for letter in mailbox.received}) == EACH
