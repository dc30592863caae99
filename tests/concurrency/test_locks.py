"""Who waits for whom: a service does not go past what somebody else's transaction holds, nor wait for ever."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections

from clinic.billing.services import issue_invoice, line_for, void
from clinic.enums import PaymentStatus
from clinic.errors import Crowded
from clinic.models import Appointment, Message, PackagePurchase, SessionEntry
from clinic.packages.services import assign
from clinic.scheduling import booking
from clinic.scheduling.locks import PATIENT, PROVIDER, ROOMS_OF_CLINIC
from clinic.scheduling.planning import apply, plan
from tests.clinic.scheduling.conftest import Desk, monday
from tests.factories import BEFORE, MONDAY, make_package, make_provider

pytestmark = pytest.mark.concurrency

ADVISORY = "SELECT pg_advisory_xact_lock(%s, %s)"
ROW_OF_PURCHASE = "SELECT 1 FROM clinic_packagepurchase WHERE id = %s FOR UPDATE"
ROW_OF_PACKAGE = "SELECT 1 FROM clinic_package WHERE id = %s FOR UPDATE"


@pytest.fixture
def desk(transactional_db):
    return Desk()


@pytest.fixture(autouse=True)
def impatient(transactional_db):
    """We wait for a tenth of a second at most; the connection of the next test waits as long as usual."""
    mine = connections["default"]
    with mine.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'" if mine.vendor == "postgresql" else "PRAGMA busy_timeout = 100")
    yield
    mine.close()


@contextmanager
def held_by_somebody(statement: str, *values: int):
    """A block during which another connection holds this lock; on SQLite, where one writes at a time, the pen."""
    somebody = connections.create_connection("default")
    somebody.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        if somebody.vendor == "postgresql":
            with somebody.cursor() as cursor:
                cursor.execute(statement, values)
        yield
    finally:
        somebody.rollback()
        somebody.close()


@pytest.mark.parametrize(("kind", "row"), [(PROVIDER, "provider"), (PATIENT, "patient")], ids=["provider", "patient"])
def test_booking_waits_for_the_provider_and_the_patient(desk, kind, row):
    with held_by_somebody(ADVISORY, kind, getattr(desk, row).pk), pytest.raises(Crowded):
        desk.book()

    assert not Appointment.objects.exists()
    assert not Message.objects.exists()


def test_booking_waits_for_the_purchase(desk):
    purchase = desk.purchase()

    with held_by_somebody(ROW_OF_PURCHASE, purchase.pk), pytest.raises(Crowded):
        desk.book(purchase=purchase)

    assert not Appointment.objects.exists()


def test_an_invoice_is_not_void_while_somebody_uses_its_package(desk):
    purchase = desk.purchase()
    invoice = issue_invoice(desk.patient, [line_for(purchase)], by=desk.user, clinic=desk.clinic, at=BEFORE)

    with held_by_somebody(ROW_OF_PURCHASE, purchase.pk), pytest.raises(Crowded):
        void(invoice, by=desk.user, reason="Wrong package", at=BEFORE)

    invoice.refresh_from_db()
    assert invoice.status == PaymentStatus.UNPAID


def test_move_waits_for_the_new_provider_too(desk):
    appointment = desk.book()
    mona = make_provider(desk.clinic, name="Mona")

    with held_by_somebody(ADVISORY, PROVIDER, mona.pk), pytest.raises(Crowded):
        booking.move(appointment, starts_at=monday(10), provider=mona, by=desk.user, at=BEFORE)

    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.moves) == (monday(9), 0)


def test_completing_waits_for_the_purchase(desk):
    purchase = desk.purchase()
    appointment = booking.check_in(desk.book(purchase=purchase), by=desk.user, at=BEFORE)

    with held_by_somebody(ROW_OF_PURCHASE, purchase.pk), pytest.raises(Crowded):
        booking.complete(appointment, by=desk.user, at=BEFORE)

    assert SessionEntry.objects.filter(appointment=appointment).count() == 0


@pytest.mark.parametrize(
    ("kind", "row"),
    [(PROVIDER, "provider"), (PATIENT, "patient"), (ROOMS_OF_CLINIC, "clinic")],
    ids=["provider", "patient", "rooms"],
)
def test_plan_waits_for_everybody_it_books(desk, kind, row):
    purchase = desk.purchase(sessions=1)
    planned = plan(purchase, providers=None, first_day=MONDAY, last_day=MONDAY + timedelta(days=7), at=BEFORE)

    with held_by_somebody(ADVISORY, kind, getattr(desk, row).pk), pytest.raises(Crowded):
        apply(planned, by=desk.user, at=BEFORE)

    assert not Appointment.objects.exists()


def test_assigning_waits_for_the_package(desk):
    package = make_package((desk.service, 10))

    with held_by_somebody(ROW_OF_PACKAGE, package.pk), pytest.raises(Crowded) as refused:
        assign(package, desk.patient, by=desk.user, at=BEFORE)

    assert str(refused.value) == "Too many people are writing at once. Nothing was saved. Try again."
    assert not PackagePurchase.objects.exists()
