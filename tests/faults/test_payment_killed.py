"""A process that is killed between a payment and the opening of the consultation leaves both of them or neither.

PAYMENT_KILLS says how many times it is killed.
"""

import os
import random
import sys

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.enums import ConsultationStatus, MessageKind, PaymentStatus
from clinic.models import Consultation, Invoice, Message, Payment, RefusedAttempt, Visit
from tests.clinic.audit.bare import broken
from tests.clinic.consultations.house import Outpatients
from tests.concurrency import consultation_racers
from tests.factories import BEFORE, NINE, make_patient
from tests.faults.killed import Killer

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

KILLS = int(os.environ.get("PAYMENT_KILLS", "20"))
TIMED = KILLS // 5  # of them, by the clock; such a kill may come too late
RULES = (
    "consultation_began_when_it_was_paid", "paid_service_has_its_consultation", "visit_ends_when_everything_is_done",
    "consultation_history", "visit_history", "invoice_history",
)  # fmt: skip


@pytest.fixture
def house(transactional_db):
    """Patients who have to pay before Sara sees them."""
    house = Outpatients()
    service = house.service(doctor=house.sara)
    for number in range(TIMED + 1):
        house.patient = make_patient(house.organisation, f"Patient {number}")
        house.start(service, at=BEFORE)
    return house


@pytest.fixture
def killer(house):
    return Killer("consultation_racers.pay_next", by=house.cashier.pk)


def paid_and_opened() -> set[int]:
    """The invoices that are paid, after making sure that each has all that belongs to a payment, and the others none.

    Another process has written it, and died.
    """
    paid = list(Payment.objects.order_by("receipt_number").values_list("invoice", "receipt_number"))
    invoices = {invoice for invoice, _number in paid}
    cleared = Invoice.objects.filter(status=PaymentStatus.PAID).values_list("pk", flat=True)
    visits = Visit.objects.filter(payment_status=PaymentStatus.PAID).values_list("invoices", flat=True)
    opened = Consultation.objects.filter(status=ConsultationStatus.ACTIVE).values_list("line__invoice", flat=True)
    assert invoices == set(cleared) == set(visits) == set(opened)
    assert [number for _invoice, number in paid] == list(range(1, len(paid) + 1))
    assert Consultation.objects.count() == Consultation.history.count() == len(paid)
    assert Message.objects.filter(kind=MessageKind.RECEIPT).count() == len(paid)
    assert not RefusedAttempt.objects.exists()
    return invoices


def statements_of(by) -> int:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            consultation_racers.pay_next(by=by)
        transaction.set_rollback(True)
    return len(queries) - 2  # not the savepoint around it all


def moments(statements: int) -> list[dict]:
    """When to die: before one of the statements, or after some hundredths of a second."""
    chance = random.Random(9)
    counted = [{"statement": chance.randint(1, statements)} for _ in range(KILLS - TIMED)]
    return counted + [{"seconds": chance.uniform(0.01, 0.4)} for _ in range(TIMED)]


def test_payment_killed_at_random_points_is_never_without_its_consultation(house, killer, capsys):
    statements, ends = statements_of(house.cashier.pk), []

    for moment in moments(statements):
        before = paid_and_opened()
        ends.append(killer.kill(**moment))
        paid = len(paid_and_opened() - before)
        assert paid <= (0 if "statement" in moment else 1)
        assert paid or ends[-1] == "killed"

    killed, paid = ends.count("killed"), len(paid_and_opened())
    with capsys.disabled():
        sys.stdout.write(f"\n{killed} of {KILLS} payments killed at one of {statements} statements or by the clock: ")
        sys.stdout.write(f"{paid} paid and opened, all others neither\n")
    assert killed > KILLS // 2
    assert broken(*RULES, at=NINE) == {}


def test_payment_killed_right_before_the_commit_is_nothing_and_right_after_it_everything(house, killer):
    assert killer.kill(commit=True) == "killed"
    assert len(paid_and_opened()) == 0

    assert killer.kill(committed=True) == "killed"
    assert len(paid_and_opened()) == 1
