"""Bookings a second by 1, 8 and 32 client processes, against writing that nothing guards.

A booking leaves three rows: the appointment, its history and the patient's message. What the rules and the locks cost
shows beside a program that leaves the same three in one transaction and asks nothing (`unguarded`). Beside that stands
the bare `create()` of the appointment, with its history and no message: what the least program of all would write.

Speed is compared where all of them make the same bookings, each in a slot of its own. Then a tenth wants a slot that
somebody else has: the unguarded double it, and we answer with the nearest free slots, which takes longer than booking.
"""

import multiprocessing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from time import perf_counter
from typing import NamedTuple

from django.apps import apps
from django.db import connection, connections, transaction
from django.db.models import Count

from clinic.constraints import NoOverlap, install_triggers
from clinic.enums import Channel, MessageKind
from clinic.errors import ClinicError
from clinic.management.bench.diary import FIRST_DAY, NOW, SLOT, SLOTS_A_DAY, Diary, make_diary
from clinic.management.bench.report import Row
from clinic.models import Appointment, Message, Patient
from clinic.scheduling.booking import book

CLIENTS = (1, 8, 32)
BOOKINGS = 320  # in all, shared out among the clients
ROUNDS = 3
UNGUARDED = "the same rows unguarded"


class Try(NamedTuple):
    """One booking to be made."""

    provider: int
    patient: int
    starts_at: datetime


class Outcome(NamedTuple):
    bookings_a_second: float
    slow: float  # seconds within which 99 of 100 answers came
    doubles: int


type Wishes = Callable[[Diary], Iterator[Try]]


def rows(*, scale: str) -> Iterator[Row]:
    diary = make_diary(providers=32, share=0)
    warm_up(diary, next(own_slots(diary)), guarded)  # what is read once in a process, its children need not read
    for clients in CLIENTS:
        yield from compared(f"{clients} clients", *turn_about(diary, clients, own_slots))
        yield from clashed(f"{clients} clients, a tenth clash", *turn_about(diary, clients, clashing))


def turn_about(diary: Diary, clients: int, wanted: Wishes) -> tuple[Outcome, Outcome, Outcome]:
    """Booking, the same rows unguarded, and the bare row, in turns: the best round of each, but its every double."""
    ours, plain, least = [], [], []
    for _round in range(ROUNDS):
        tries = list(wanted(diary))
        ours.append(run(diary, clients, guarded, tries))
        with without_guards():
            plain.append(run(diary, clients, unguarded, tries))
            least.append(run(diary, clients, bare, tries))
    return best(ours), best(plain), best(least)


def best(rounds: Collection[Outcome]) -> Outcome:
    speeds, slowest, doubles = zip(*rounds, strict=True)
    return Outcome(max(speeds), min(slowest), max(doubles))


def compared(case: str, ours: Outcome, plain: Outcome, least: Outcome) -> Iterator[Row]:
    speed = ours.bookings_a_second, plain.bookings_a_second
    yield Row("book", case, connection.vendor, "/s", *speed, UNGUARDED, "≥ 0.6", speed[0] >= 0.6 * speed[1])
    slow = ours.slow * 1e3, plain.slow * 1e3
    yield Row("book", case, connection.vendor, "ms p99", *slow, UNGUARDED, "≤ 3", slow[0] <= 3 * slow[1])
    yield Row("book", case, connection.vendor, "/s", speed[0], least.bookings_a_second, "create() alone")


def clashed(case: str, ours: Outcome, plain: Outcome, _least: Outcome) -> Iterator[Row]:
    engine = connection.vendor
    yield Row("book", case, engine, "/s", ours.bookings_a_second, plain.bookings_a_second, UNGUARDED)
    yield Row("book", case, engine, "ms p99", ours.slow * 1e3, plain.slow * 1e3, UNGUARDED)
    yield Row("book", case, engine, "doubles", ours.doubles, plain.doubles, UNGUARDED, "0", ours.doubles == 0)


def run(diary: Diary, clients: int, way: Callable[[Diary, Try], object], tries: Sequence[Try]) -> Outcome:
    """Let the clients book at once in an empty diary."""
    clear()
    shares = [list(tries[number::clients]) for number in range(clients)]
    connections.close_all()  # a connection does not survive the fork
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(clients + 1), context.Queue()
    processes = [context.Process(target=client, args=(diary, share, way, start, answers)) for share in shares]
    for process in processes:
        process.start()
    start.wait()
    started = perf_counter()
    seconds = sorted(second for _process in processes for second in answers.get())
    wall = perf_counter() - started
    for process in processes:
        process.join()
    booked = Appointment.objects.count()
    return Outcome(booked / wall, seconds[int(len(seconds) * 0.99) - 1], double_bookings())


def client(diary: Diary, share: list[Try], way: Callable[[Diary, Try], object], start, answers) -> None:  # noqa: ANN001
    warm_up(diary, share[0], way)
    start.wait()
    seconds = []
    for wanted in share:
        began = perf_counter()
        way(diary, wanted)
        seconds.append(perf_counter() - began)
    answers.put(seconds)
    connection.close()


def warm_up(diary: Diary, wanted: Try, way: Callable[[Diary, Try], object]) -> None:
    """Book, and take it back: a desk reads its languages and templates and plans its questions once in its life.

    Thirty-two desks make ten bookings each here, and a first one takes longer than the other nine.
    """
    with transaction.atomic():
        way(diary, wanted)
        transaction.set_rollback(True)


def own_slots(diary: Diary) -> Iterator[Try]:
    return tries(diary, range(BOOKINGS))


def clashing(diary: Diary) -> Iterator[Try]:
    """Every tenth wants the slot of the one before."""
    return tries(diary, [slot - 1 if slot % 10 == 9 else slot for slot in range(BOOKINGS)])


def tries(diary: Diary, slots: Iterable[int]) -> Iterator[Try]:
    """One patient for each slot; the slots are numbered provider by provider, then half-hour by half-hour."""
    patients = Patient.objects.order_by("pk").values_list("pk", flat=True)
    opening = NOW.replace(day=FIRST_DAY.day, hour=9)
    for patient, slot in zip(patients, slots, strict=False):
        days, place = divmod(slot // len(diary.providers), SLOTS_A_DAY)
        yield Try(slot % len(diary.providers), patient, opening + timedelta(days=days) + place * SLOT)


def guarded(diary: Diary, wanted: Try) -> None:
    provider = diary.providers[wanted.provider]
    patient = Patient.objects.get(pk=wanted.patient)
    with suppress(ClinicError):
        book(
            patient=patient, service=diary.service, provider=provider, clinic=diary.clinic_of(provider),
            starts_at=wanted.starts_at, by=diary.user, at=NOW,
        )  # fmt: skip


def unguarded(diary: Diary, wanted: Try) -> None:
    """Leave what a booking leaves, without a look at anything."""
    with transaction.atomic():
        appointment = bare(diary, wanted)
        Message.objects.create(
            organisation=diary.organisation, patient=appointment.patient, appointment=appointment,
            kind=MessageKind.BOOKED, channel=Channel.SMS, language=appointment.patient.language, subject="Appointment",
            body="You have an appointment.", due_at=NOW, queued_at=NOW, dedupe_key=str(appointment.public_id),
        )  # fmt: skip


def bare(diary: Diary, wanted: Try) -> Appointment:
    provider = diary.providers[wanted.provider]
    patient = Patient.objects.get(pk=wanted.patient)
    ends_at = wanted.starts_at + SLOT
    return Appointment.objects.create(
        organisation=diary.organisation, patient=patient, service=diary.service, provider=provider,
        clinic=diary.clinic_of(provider), starts_at=wanted.starts_at, ends_at=ends_at, busy_from=wanted.starts_at,
        busy_until=ends_at, booked_by=diary.user, booked_at=NOW,
    )  # fmt: skip


def clear() -> None:
    Message.objects.all().delete()
    Appointment.objects.all().delete()


@contextmanager
def without_guards() -> Iterator[None]:
    """Take the rules against double booking out of this throw-away database; afterwards it is empty and guarded."""
    guards = [rule for rule in Appointment._meta.constraints if isinstance(rule, NoOverlap)]
    with connection.cursor() as cursor:
        for rule in guards:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE clinic_appointment DROP CONSTRAINT {rule.name}")
            else:
                cursor.execute(f"DROP TRIGGER {rule.name}_insert")
    yield
    clear()
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            for rule in guards:
                editor.add_constraint(Appointment, rule)
    else:
        install_triggers(apps.get_app_config("clinic"))


def double_bookings() -> int:
    slots = Appointment.objects.order_by().values("provider", "starts_at").annotate(n=Count("pk"))
    return slots.filter(n__gt=1).count()
