"""Reminders a second: everything that sending one takes, against a channel alone that is handed the same letters.

The channel costs nothing, so that what is measured is ours: taking in hand, looking once more whether each may leave,
claiming, noting. The letters are those that really leave, made from the rows beforehand for the channel alone.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import perf_counter
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from clinic.enums import Channel, MessageKind, MessageStatus
from clinic.management.bench.diary import Diary, make_diary
from clinic.management.bench.report import Row
from clinic.messaging.channels import Carrier, Delivery, Letter, letter_of
from clinic.messaging.channels.composing import LOADED
from clinic.messaging.sending import sender
from clinic.models import Appointment, Message, Patient

REMINDERS = 10_000
PROVIDERS = 100
BATCH = 500
AT_MOST = 12.0  # seconds for all of them
LOOKS = 5  # queries for a batch, whatever its size; each message takes two more
MARKS = 2
MEBIBYTES = 32.0  # more than before, at most


class Nowhere(Carrier):
    """Takes every letter at once."""

    def deliver(self, letter: Letter) -> Delivery:
        return Delivery()


def rows(*, scale: str) -> Iterator[Row]:
    diary = make_diary(providers=PROVIDERS, share=0.09)  # two appointments a day and provider
    at = write_reminders(diary)
    set_up = override_settings(GATEWAYS={Channel.SMS: "console:", Channel.WHATSAPP: ""})
    with set_up, patch.object(sender, "channel_of", lambda channel: Nowhere()):
        queries = queries_of_a_batch(at)
        before = memory()
        ours = seconds_to_send(at)
    grown = memory() - before
    bare = seconds_to_hand_over()
    engine, case, count = connection.vendor, f"{REMINDERS:,} due", REMINDERS - BATCH
    ours_a_second, bare_a_second = count / ours, count / bare
    yield Row("reminders", case, engine, "/s", ours_a_second, bare_a_second, "the channel alone")
    took = ours / count * REMINDERS
    yield Row("reminders", case, engine, "s", took, AT_MOST, "target", f"< {AT_MOST:.0f} s", took < AT_MOST)
    looks = queries - MARKS * BATCH
    yield Row("reminders", f"batch of {BATCH}", engine, "queries", looks, LOOKS, "target", f"≤ {LOOKS}", looks <= LOOKS)
    yield Row("reminders", case, engine, "MiB more", grown, MEBIBYTES, "target", "bounded", grown <= MEBIBYTES)


def write_reminders(diary: Diary) -> datetime:
    """A reminder for each of the first appointments; when all of them are due and none is of no use yet."""
    kept = {"status__in": ["scheduled", "confirmed"]}
    coming = Appointment.objects.of(diary.organisation).filter(**kept).order_by("starts_at", "pk")[:REMINDERS]
    found = list(coming.values_list("pk", "patient", "starts_at"))
    Patient.objects.update(phone="+966501234567")
    at = found[0][2].replace(hour=9) - timedelta(days=1)
    Message.objects.bulk_create(
        (
            Message(
                organisation=diary.organisation, patient_id=patient, appointment_id=pk, kind=MessageKind.REMINDER,
                channel=Channel.SMS, address="+966501234567", language="en", body="See you tomorrow.",
                starts_at=starts_at, expires_at=starts_at, queued_at=at, due_at=at, dedupe_key=f"reminder:{pk}",
            )
            for pk, patient, starts_at in found
        ),
        batch_size=BATCH,
    )  # fmt: skip
    if len(found) < REMINDERS:
        raise RuntimeError(f"the diary holds {len(found)} appointments only")
    return at


def queries_of_a_batch(at: datetime) -> int:
    """Of one look: a machine on which a batch takes longer than a second looks again at some."""
    with patch.object(sender, "FRESH", 600.0), CaptureQueriesContext(connection) as queries:
        batch = sender.send_due(at=at, limit=BATCH, seconds=600)
    if batch.sent != BATCH:
        raise RuntimeError(f"{batch} of {BATCH}")
    return sum(
        not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for row in queries.captured_queries
    )


def seconds_to_send(at: datetime) -> float:
    """For all that is left; each of them must be marked as sent."""
    began = perf_counter()
    while sender.send_due(at=at, limit=BATCH, seconds=600).taken:
        pass
    took = perf_counter() - began
    if left := Message.objects.exclude(status=MessageStatus.SENT).count():
        raise RuntimeError(f"{left} reminders have not left")
    return took


def seconds_to_hand_over() -> float:
    """For the letters alone, made beforehand, in batches as ours."""
    took = 0.0
    messages = Message.objects.select_related(*LOADED).order_by("pk")[BATCH:]
    letters = [letter_of(message) for message in messages.iterator(chunk_size=BATCH)]
    for start in range(0, len(letters), BATCH):
        began = perf_counter()
        with Nowhere().open() as channel:
            for letter in letters[start : start + BATCH]:
                channel.send(letter)
        took += perf_counter() - began
    return took


def memory() -> float:
    """The most that this process has ever held, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform == "linux" else 1024**2)
