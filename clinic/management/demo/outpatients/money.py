"""Invoices and payments of the visits that are over, numbered without a gap, and the days that were closed."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from clinic.enums import DocumentKind, PaymentKind, PaymentMethod, PaymentStatus
from clinic.management.demo.chronicle import Chronicle, write_all
from clinic.management.demo.outpatients.treatment import Past
from clinic.management.demo.records import BATCH
from clinic.management.demo.world import World
from clinic.models import DayClosing, DocumentNumber, Invoice, InvoiceLine, Payment, User

METHODS = {PaymentMethod.CARD: 60, PaymentMethod.CASH: 33, PaymentMethod.TRANSFER: 7}
GIVEN_BACK = timedelta(minutes=25)  # after the payment, to who cannot wait
CLOSED_AT = time(20, 10)
MISCOUNT_RATE = 0.04
MISCOUNT = Decimal("5.00")


def write_money(world: World, past: list[Past], chance: Random) -> dict[Past, InvoiceLine]:
    """Write invoices with one line each and what was paid on them; the lines by their visits."""
    invoices = write_invoices(world, past)
    lines = {
        one: InvoiceLine(
            organisation=world.organisation, invoice=invoice, service=one.walk_in.service,
            description_en=one.walk_in.service.name_en, description_ar=one.walk_in.service.name_ar,
            unit_price=one.walk_in.service.price, amount=one.walk_in.service.price,
        )
        for one, invoice in invoices.items()
    }  # fmt: skip
    InvoiceLine.objects.bulk_create(lines.values(), batch_size=BATCH)
    write_payments(world, sorted(payments(world, invoices, chance), key=lambda row: row.taken_at), chance)
    return lines


def write_invoices(world: World, past: list[Past]) -> dict[Past, Invoice]:
    chronicles = [invoice_chronicle(world, one, number) for number, one in enumerate(past, start=1)]
    write_all(Invoice, chronicles)
    return {one: chronicle.row for one, chronicle in zip(past, chronicles, strict=True)}


def invoice_chronicle(world: World, past: Past, number: int) -> Chronicle:
    one, chronicle = past.walk_in, Chronicle()
    chronicle.add(
        one.came_at, world.desk, organisation_id=world.organisation.pk, patient_id=one.person.patient.pk,
        clinic_id=one.clinic.pk, visit_id=past.visit.pk, number=number, currency=world.organisation.currency,
        status=PaymentStatus.UNPAID, issued_by_id=world.desk.pk, issued_at=one.came_at,
    )  # fmt: skip
    manager, at = world.logins.get("Manager", world.office), one.settled_at
    if one.fate in (PaymentStatus.PAID, PaymentStatus.PARTIAL):
        chronicle.add(at, cashier_of(world), status=one.fate)
    elif one.fate == PaymentStatus.WAIVED:
        chronicle.add(at, manager, status=one.fate, waived_by_id=manager.pk, waived_at=at, reason="Family of staff")
    elif one.fate == PaymentStatus.VOID:
        chronicle.add(at, cashier_of(world), status=PaymentStatus.PAID)
        chronicle.add(at + GIVEN_BACK, cashier_of(world), status=PaymentStatus.UNPAID)
        at += GIVEN_BACK + timedelta(minutes=4)
        chronicle.add(at, manager, status=one.fate, voided_by_id=manager.pk, voided_at=at, reason="Could not wait")
    return chronicle


def cashier_of(world: World) -> User:
    return world.logins.get("Cashier", world.desk)


def payments(world: World, invoices: dict[Past, Invoice], chance: Random) -> Iterator[Payment]:
    for past, invoice in invoices.items():
        one = past.walk_in
        if one.fate not in (PaymentStatus.PAID, PaymentStatus.PARTIAL, PaymentStatus.VOID):
            continue
        paid = Payment(
            organisation=world.organisation, invoice=invoice, clinic=one.clinic, taken_by=cashier_of(world),
            method=chance.choices(list(METHODS), list(METHODS.values()))[0], taken_at=one.settled_at,
            amount=one.service.price / (2 if one.fate == PaymentStatus.PARTIAL else 1),
        )  # fmt: skip
        if paid.method == PaymentMethod.CARD:
            paid.reference = f"{chance.randrange(10**6):06d}"
        yield paid
        if one.fate == PaymentStatus.VOID:
            yield Payment(
                organisation=world.organisation, invoice=invoice, clinic=one.clinic, taken_by=cashier_of(world),
                method=paid.method, taken_at=one.settled_at + GIVEN_BACK, amount=-paid.amount, refund_of=paid,
                kind=PaymentKind.REFUND, reason="Could not wait",
            )  # fmt: skip


def write_payments(world: World, rows: list[Payment], chance: Random) -> None:
    """Number the payments in order of time and write them, each in the closing of its day."""
    for number, row in enumerate(rows, start=1):
        row.receipt_number = number
    close_days(world, rows, chance)
    taken = [row for row in rows if row.kind == PaymentKind.PAYMENT]
    given = [row for row in rows if row.kind == PaymentKind.REFUND]
    Payment.objects.bulk_create(taken, batch_size=BATCH)
    for row in given:
        row.refund_of = row.refund_of  # its key is known only now
    Payment.objects.bulk_create(given, batch_size=BATCH)


def close_days(world: World, rows: list[Payment], chance: Random) -> None:
    """One closing for every clinic and day on which somebody paid; now and then the drawer is not what it should be."""
    days: dict[tuple, list[Payment]] = defaultdict(list)
    for row in rows:
        days[row.taken_at.astimezone(world.zone).date(), row.clinic].append(row)
    closings = {key: closing(world, key, taken, chance) for key, taken in days.items()}
    DayClosing.objects.bulk_create(closings.values(), batch_size=BATCH)
    for key, taken in days.items():
        for row in taken:
            row.closing = closings[key]


def closing(world: World, key: tuple, taken: list[Payment], chance: Random) -> DayClosing:
    day, clinic = key
    sums = {
        method: sum((row.amount for row in taken if row.method == method), Decimal("0.00")) for method in PaymentMethod
    }
    cash = sums[PaymentMethod.CASH]
    is_short = cash > MISCOUNT and chance.random() < MISCOUNT_RATE
    return DayClosing(
        organisation=world.organisation, cashier=cashier_of(world), clinic=clinic, closed_on=day,
        closed_at=datetime.combine(day, CLOSED_AT, world.zone).astimezone(world.now.tzinfo),
        sums={str(method): str(amount) for method, amount in sums.items()}, cash_expected=cash,
        cash_counted=cash - MISCOUNT if is_short else cash, note="Change was given wrongly once." if is_short else "",
    )  # fmt: skip


def number_documents(world: World) -> None:
    """Let the next invoice and the next receipt follow the last ones."""
    last = {
        DocumentKind.INVOICE: Invoice.objects.of(world.organisation).count(),
        DocumentKind.RECEIPT: Payment.objects.of(world.organisation).count(),
    }
    DocumentNumber.objects.bulk_create(
        DocumentNumber(organisation=world.organisation, kind=kind, last=number) for kind, number in last.items()
    )
