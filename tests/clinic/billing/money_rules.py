"""What is true of money after every step, counted from the rows themselves and not as the clinic counts it."""

from collections import Counter
from decimal import Decimal

from django.db.models import Max

from clinic.enums import ChargeStatus, PaymentKind, PaymentStatus, RefundRequestStatus
from clinic.models import (
    Charge,
    DayClosing,
    DocumentNumber,
    Invoice,
    InvoiceLine,
    Message,
    Payment,
    RefundRequest,
    Visit,
)

S = PaymentStatus
WRITTEN = (
    Invoice, InvoiceLine, Payment, DayClosing, Message, Invoice.history.model, Visit.history.model,
    Charge.history.model, RefundRequest.history.model,
)  # fmt: skip


def last_writings() -> list:
    """What a step that writes anything changes: the newest rows, the last numbers, which receipts are closed."""
    newest = [table.objects.aggregate(Max("pk"))["pk__max"] for table in WRITTEN]
    return [
        *newest,
        list(DocumentNumber.objects.order_by("pk").values_list("kind", "last")),
        Payment.objects.filter(closing__isnull=False).count(),
    ]


def check() -> None:
    """Every rule at once."""
    lines, payments = list(InvoiceLine.objects.all()), list(Payment.objects.order_by("pk"))
    invoices = {row.pk: row for row in Invoice.objects.order_by("pk")}
    total, paid = sums(lines), sums(payments)
    statuses = {pk: status_of(row, total[pk], paid[pk]) for pk, row in invoices.items()}
    assert {pk: row.status for pk, row in invoices.items()} == statuses, "an invoice says what its payments do not"
    nothing_is_paid_too_much(invoices, total, paid)
    refunds_stay_within_their_payments(payments)
    visits_follow_their_invoices(invoices, total, paid)
    fees_follow_their_invoices(invoices, lines)
    numbers_have_no_gap(invoices.values(), payments)
    everybody_has_a_receipt(payments)
    closings_count_what_is_theirs(payments)
    requests_are_answered_by_another()
    history_ends_with_the_row(invoices)


def sums(rows: list) -> Counter:
    summed = Counter()
    for row in rows:
        summed[row.invoice_id] += row.amount
    return summed


def status_of(row: Invoice, total: Decimal, paid: Decimal) -> PaymentStatus:
    if row.voided_at:
        return S.VOID
    if row.waived_at:
        return S.WAIVED
    if paid == total:
        return S.PAID
    return S.PARTIAL if paid else S.UNPAID


def nothing_is_paid_too_much(invoices: dict[int, Invoice], total: Counter, paid: Counter) -> None:
    for pk, row in invoices.items():
        assert 0 <= paid[pk] <= total[pk], "more is paid than is asked for, or less than nothing"
        assert row.status != S.VOID or paid[pk] == 0, "something is paid on a void invoice"


def refunds_stay_within_their_payments(payments: list[Payment]) -> None:
    left = {row.pk: row.amount for row in payments if row.kind == PaymentKind.PAYMENT}
    assert all(amount > 0 for amount in left.values())
    for row in payments:
        if row.kind == PaymentKind.REFUND:
            left[row.refund_of_id] += row.amount
            assert left[row.refund_of_id] >= 0, "more is given back than was paid"


def visits_follow_their_invoices(invoices: dict[int, Invoice], total: Counter, paid: Counter) -> None:
    for visit in Visit.objects.all():
        asked = [row for row in invoices.values() if row.visit_id == visit.pk and row.status != S.VOID]
        left = sum(total[row.pk] - paid[row.pk] for row in asked if row.status != S.WAIVED)
        if asked and {row.status for row in asked} == {S.WAIVED}:
            status = S.WAIVED
        elif asked and not left:
            status = S.PAID
        else:
            status = S.PARTIAL if any(paid[row.pk] for row in asked) else S.UNPAID
        assert visit.payment_status == status, "a visit says what its invoices do not"


def fees_follow_their_invoices(invoices: dict[int, Invoice], lines: list[InvoiceLine]) -> None:
    wanted = {S.PAID: ChargeStatus.PAID, S.WAIVED: ChargeStatus.WAIVED}
    asked = {(line.invoice_id, line.charge_id) for line in lines}
    for charge in Charge.objects.all():
        if charge.invoice_id is None:
            assert charge.status != ChargeStatus.PAID, "a fee is paid on no invoice"
            continue
        status = invoices[charge.invoice_id].status
        assert status != S.VOID, "a fee stands on a void invoice"
        assert charge.status == wanted.get(status, ChargeStatus.OPEN)
        assert (charge.invoice_id, charge.pk) in asked
    live = Counter(line.charge_id for line in lines if line.charge_id and invoices[line.invoice_id].status in OWED)
    assert set(live.values()) <= {1}, "two invoices ask for one fee"


OWED = (S.UNPAID, S.PARTIAL, S.PAID)


def numbers_have_no_gap(invoices, payments: list[Payment]) -> None:
    given = dict(DocumentNumber.objects.values_list("kind", "last"))
    for kind, numbers in (
        ("invoice", [row.number for row in invoices]),
        ("receipt", [row.receipt_number for row in payments]),
    ):
        assert numbers == list(range(1, len(numbers) + 1)), f"the {kind}s do not follow each other"
        assert given.get(kind, 0) == len(numbers), f"a number of a {kind} is lost"


def everybody_has_a_receipt(payments: list[Payment]) -> None:
    told = set(Message.objects.filter(kind="receipt").values_list("dedupe_key", flat=True))
    assert told == {f"receipt:payment-{row.pk}" for row in payments}


def closings_count_what_is_theirs(payments: list[Payment]) -> None:
    for closing in DayClosing.objects.all():
        own = [row for row in payments if row.closing_id == closing.pk]
        assert closing.cash_expected == sum(row.amount for row in own if row.method == "cash")
        assert {row.taken_by_id for row in own} == {closing.cashier_id}


def requests_are_answered_by_another() -> None:
    for request in RefundRequest.objects.select_related("refund"):
        assert request.answered_by_id is None or request.answered_by_id != request.asked_by_id
        if request.status == RefundRequestStatus.APPROVED:
            assert (request.refund.refund_of_id, request.refund.amount) == (request.payment_id, -request.amount)


def history_ends_with_the_row(invoices: dict[int, Invoice]) -> None:
    latest = {version.id: version.status for version in Invoice.history.order_by("history_id")}
    assert latest == {pk: row.status for pk, row in invoices.items()}, "history does not know the last status"
