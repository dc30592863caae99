"""Whatever is done to many appointments and undone leaves the rows as they were.

Only these may differ: `calendar_sequence`, which rises with every version that a calendar must hear of, the history,
and the messages. What the operation had booked remains as a cancelled row. UNDO_EXAMPLES says how many days are tried.
"""

import os
from contextlib import contextmanager
from datetime import date, time, timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic import operations
from clinic.enums import LIVE_STATUSES, AppointmentStatus, OperationKind
from clinic.errors import ClinicError, WrongStatus
from clinic.models import Appointment, Change, PackagePurchase
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.booking import NewTime, SomeRefused, Wanted
from clinic.scheduling.undoing import prospects, undo
from tests.factories import (
    BEFORE,
    NINE,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_service,
    make_user,
    make_week,
)

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("UNDO_EXAMPLES", "12"))
seeds = st.integers(0, 2**32 - 1)
HALF_HOUR = timedelta(minutes=30)


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class World:
    """Two providers, one of whom sees two patients at once, two rooms, four patients with six sessions each."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.user = make_user(make_organisation())
        self.clinic = make_clinic(self.user.organisation)
        self.providers = [make_provider(self.clinic, name=name) for name in ("Sara", "Lina")]
        self.service = make_service(*self.providers, buffer_after=random.choice([timedelta(0), HALF_HOUR / 3]))
        for provider, capacity in zip(self.providers, (1, 2), strict=True):
            make_week(provider, self.clinic, start=time(9), end=time(12), capacity=capacity, slot_minutes=10)
        for name in ("Blue", "Red"):
            make_room(self.clinic, self.service, name=name)
        self.patients = [make_patient(self.user.organisation, name=name) for name in "abcd"]
        package = make_package((self.service, 6))
        self.purchases = {p: assign(package, p, by=self.user, on=date(2030, 1, 1)) for p in self.patients}
        for _wish in range(12):
            self.try_to(self.book_one)

    def wanted(self) -> Wanted:
        patient = self.random.choice(self.patients)
        purchase = self.random.choice([self.purchases[patient], None])
        return Wanted(patient, self.service, self.provider(), self.clinic, self.start(), purchase)

    def provider(self):
        return self.random.choice(self.providers)

    def start(self):
        return NINE + timedelta(days=self.random.randrange(2), minutes=10 * self.random.randrange(16))

    def live(self) -> list[Appointment]:
        return list(Appointment.objects.filter(status__in=LIVE_STATUSES).order_by("pk"))

    def some(self) -> list[Appointment]:
        rows = self.live()
        return self.random.sample(rows, self.random.randint(1, len(rows))) if rows else []

    def book_one(self) -> None:
        one = self.wanted()
        booking.book(
            patient=one.patient, service=one.service, provider=one.provider, clinic=one.clinic,
            starts_at=one.starts_at, purchase=one.purchase, by=self.user, at=BEFORE,
        )  # fmt: skip

    def move_one(self) -> None:
        for row in self.some()[:1]:
            booking.move(row, starts_at=self.start(), provider=self.provider(), by=self.user, at=BEFORE)

    def cancel_one(self) -> None:
        for row in self.some()[:1]:
            booking.cancel(row, by=self.user, at=BEFORE)

    def confirm_one(self) -> None:
        for row in self.some()[:1]:
            booking.confirm(row, by=self.user, at=BEFORE)

    def try_to(self, deed) -> None:
        with transaction.atomic():
            try:
                deed()
            except ClinicError:
                transaction.set_rollback(True)

    def operate(self):
        """One operation that does what it may of a random choice; None when it was refused."""
        operation = operations.begin(OperationKind.MOVE_REMAINING, by=self.user, at=BEFORE)
        named = {"by": self.user, "operation": operation, "at": BEFORE}
        rows = self.some()
        match self.random.choice(["move", "swap", "swap", "cancel", "book", "all"]):
            case "move":
                self.try_to(lambda: self.fitting([NewTime(row, self.start(), self.provider()) for row in rows], named))
            case "swap":
                places = self.random.sample([(row.starts_at, row.provider) for row in rows], len(rows))
                times = [NewTime(row, *place) for row, place in zip(rows, places, strict=True)]
                self.try_to(lambda: self.fitting(times, named))
            case "cancel":
                booking.cancel_all(rows, **named)
            case "book":
                for _wish in range(4):
                    self.try_to(lambda: booking.book_all([self.wanted()], **named))
            case "all":
                half = len(rows) // 2
                booking.cancel_all(rows[:half], **named)
                self.try_to(lambda: self.fitting([NewTime(row, self.start()) for row in rows[half:]], named))
                self.try_to(lambda: booking.book_all([self.wanted()], **named))
        return operation if operation.appointments.exists() or operation.changes.exists() else None

    def fitting(self, times, named) -> None:
        """Move those that fit, as a person would who leaves out whoever was refused."""
        while times:
            try:
                booking.move_all(times, **named)
            except SomeRefused as refused:
                misfits = [time for time, _reasons in refused.misfits]
                times = [time for time in times if time not in misfits]
            else:
                return


def rows_now(*, without=()) -> dict[int, dict]:
    rows = Appointment.objects.exclude(pk__in=without).order_by("pk").values()
    return {row.pop("id"): {k: v for k, v in row.items() if k != "calendar_sequence"} for row in rows}


@settings(max_examples=EXAMPLES)
@given(seeds)
def test_what_is_done_and_undone_leaves_the_rows_as_they_were(seed):
    with rolled_back():
        world = World(Random(seed))
        before, purchases = rows_now(), list(PackagePurchase.objects.values())
        operation = world.operate()
        if operation is None:
            return
        booked = set(operation.appointments.values_list("pk", flat=True))

        assert all(one.is_possible for one in prospects(operation, at=BEFORE))
        undone = undo(operation, by=world.user, at=BEFORE)

        assert undone.kept == []
        assert rows_now(without=booked) == before
        assert list(PackagePurchase.objects.values()) == purchases
        left = Appointment.objects.filter(pk__in=booked).values_list("status", flat=True)
        assert set(left) <= {AppointmentStatus.CANCELLED_BY_CLINIC}


@settings(max_examples=EXAMPLES)
@given(seeds)
def test_what_others_did_meanwhile_stays_and_what_is_kept_says_why(seed):
    with rolled_back():
        world = World(Random(seed))
        before = rows_now()
        operation = world.operate()
        if operation is None:
            return
        for _deed in range(world.random.randint(1, 4)):
            world.try_to(world.random.choice([world.book_one, world.move_one, world.cancel_one, world.confirm_one]))
        meanwhile = rows_now()

        expected = {(one.row.pk, one.kept_because) for one in prospects(operation, at=BEFORE) if one.kept_because}
        try:
            undone = undo(operation, by=world.user, at=BEFORE)
        except WrongStatus:
            assert rows_now() == meanwhile
            return

        assert {(one.row.pk, one.kept_because) for one in undone.kept} == expected
        assert no_overlap(Appointment.objects.filter(status__in=LIVE_STATUSES))
        done = {row.pk for row in undone.done}
        now = rows_now()
        assert {pk: now[pk] for pk in now if pk not in done} == {pk: meanwhile[pk] for pk in now if pk not in done}
        changed = set(operation.changes.exclude(undone_at=None).values_list("appointment", flat=True))
        assert {pk: now[pk]["starts_at"] for pk in changed} == {pk: before[pk]["starts_at"] for pk in changed}
        assert not Change.objects.filter(operation=operation, undone_at=None, kept_because="").exists()


def no_overlap(rows) -> bool:
    """That no lane, room place or patient is taken twice, looked at row by row."""
    rows = list(rows)
    for number, one in enumerate(rows):
        for other in rows[:number]:
            busy = one.busy_from < other.busy_until and other.busy_from < one.busy_until
            seated = (one.provider_id, one.lane) == (other.provider_id, other.lane)
            roomed = (one.room_id, one.room_place) == (other.room_id, other.room_place)
            treated = one.starts_at < other.ends_at and other.starts_at < one.ends_at
            if (busy and (seated or roomed)) or (treated and one.patient_id == other.patient_id):
                return False
    return True
