"""A process that is killed while it books a whole plan leaves all of its sessions or none, and nothing half done."""

import random
from datetime import date, time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.enums import MessageKind
from clinic.models import Appointment, Change, Message, Operation, PackagePurchase, SessionEntry
from clinic.packages.selectors import balance_of
from clinic.packages.services import assign
from clinic.scheduling.planning import answer, apply, plan
from clinic.scheduling.planning.packing import pack
from tests.factories import (
    BEFORE,
    MONDAY,
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
from tests.faults.killed import Killer

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

SESSIONS, PATIENTS, EXPIRY = 5, 3, date(2030, 1, 12)
NOTHING = {
    "appointments": 0, "history": 0, "operations": 0, "changes": 0, "messages": 0, "reserved": [0] * PATIENTS,
    "expiry": {EXPIRY}, "ledger": PATIENTS,
}  # fmt: skip
EVERYTHING = NOTHING | {
    "appointments": 15, "history": 15, "operations": 1, "changes": PATIENTS, "messages": PATIENTS,
    "reserved": [SESSIONS] * PATIENTS, "expiry": {date(2030, 1, 15)},
}  # fmt: skip


def stands() -> dict:
    """What is there, as another process sees it."""
    return {
        "appointments": Appointment.objects.count(),
        "history": Appointment.history.count(),
        "operations": Operation.objects.count(),
        "changes": Change.objects.count(),
        "messages": Message.objects.filter(kind=MessageKind.PLANNED).count(),
        "reserved": [balance_of(purchase).reserved for purchase in PackagePurchase.objects.all()],
        "expiry": set(PackagePurchase.objects.values_list("expires_on", flat=True)),
        "ledger": SessionEntry.objects.count(),
    }


def start_again() -> None:
    Message.objects.filter(kind=MessageKind.PLANNED).delete()
    for table in (Change.objects, Appointment.objects, Appointment.history, Operation.objects):
        table.all().delete()
    PackagePurchase.objects.update(expires_on=EXPIRY)


@pytest.fixture
def user(transactional_db):
    return make_user(make_organisation())


@pytest.fixture
def planned(user):
    """Fifteen sessions of three patients that fit only if the packages are extended by three days."""
    clinic = make_clinic(user.organisation)
    provider = make_provider(clinic)
    service = make_service(provider)
    make_week(provider, clinic, start=time(9), end=time(12))
    make_room(clinic, service)
    package = make_package((service, SESSIONS), validity_days=5)
    patients = [make_patient(user.organisation, name=name) for name in "abc"]
    purchases = [assign(package, patient, by=user, on=MONDAY, at=BEFORE) for patient in patients]
    asked = {"providers": None, "first_day": date(2030, 1, 11), "last_day": EXPIRY, "at": BEFORE}
    ways = plan(purchases, **asked).ways_out
    (longer,) = (way.request for way in ways if way.request.extend_days and way.remaining == 0)
    return answer(longer, at=BEFORE)


@pytest.fixture
def killer(planned, user):
    return Killer("book_all", plan=pack(planned), by=user.pk)


def statements_of(planned, user) -> int:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            apply(planned, by=user, at=BEFORE)
        transaction.set_rollback(True)
    return len(queries) - 2  # not the savepoint around it all


def test_book_all_killed_at_any_statement_writes_nothing(killer, planned, user):
    statements = statements_of(planned, user)
    numbers = sorted({1, statements, *random.Random(9).sample(range(1, statements), 25)})

    for number in numbers:
        assert killer.kill(statement=number) == "killed"
        assert stands() == NOTHING, f"killed at statement {number} of {statements}"


def test_book_all_killed_right_before_the_commit_writes_nothing_and_right_after_it_everything(killer):
    assert killer.kill(commit=True) == "killed"
    assert stands() == NOTHING

    assert killer.kill(committed=True) == "killed"
    assert stands() == EVERYTHING


def test_book_all_killed_at_random_moments_writes_everything_or_nothing(killer):
    moments = random.Random(9)
    ends = set()

    for _ in range(12):
        end = killer.kill(seconds=moments.uniform(0.005, 0.25))
        assert stands() == EVERYTHING if end == "done" else stands() in (NOTHING, EVERYTHING)
        ends.add(end)
        start_again()

    assert "killed" in ends
    assert killer.kill() == "done"
    assert stands() == EVERYTHING
