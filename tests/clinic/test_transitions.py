"""How rows may change: what is final stays as it is by every way of writing, and a step is taken in its order only."""

from contextlib import nullcontext

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.constraints import Frozen, Needs, Steps
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus
from clinic.models import Addendum, Consultation, DayClosing, Invoice, InvoiceLine, Payment, RefusedAttempt, Visit
from tests.clinic.full_world import constraints, refused
from tests.factories import NINE, make_invoice, make_visit

# Each rule that freezes rows: a row that it has frozen, and a column of it.
FROZEN = {
    "addendum_is_final": (Addendum, lambda ours: ours.addendum, "text"),
    "closed_consultation_is_final": (Consultation, lambda ours: ours.closed_consultation, "findings"),
    "consultation_stays_what_was_asked_for": (Consultation, lambda ours: ours.consultation, "bill_timing"),
    "day_closing_is_final": (DayClosing, lambda ours: ours.closing, "note"),
    "invoice_line_is_final": (InvoiceLine, lambda ours: ours.line, "description_en"),
    "payment_is_final": (Payment, lambda ours: ours.payment, "method"),
    "refused_attempt_is_final": (RefusedAttempt, lambda ours: ours.attempt, "message"),
    "void_invoice_is_final": (Invoice, lambda ours: void(ours), "reason"),
}
DELETED_TOO = [name for name in FROZEN if name != "consultation_stays_what_was_asked_for"]
ALLOWED_VALUES = {"method": "card", "bill_timing": BillTiming.AFTER}


def void(ours) -> Invoice:
    invoice = make_invoice(ours.patient, ours.clinic)
    Invoice.objects.filter(pk=invoice.pk).update(status=PaymentStatus.VOID, voided_at=NINE)
    return invoice


def by_save(row, field):
    row.save()


def by_saving_the_field(row, field):
    row.save(update_fields=[field])


def by_update(row, field):
    type(row).objects.filter(pk=row.pk).update(**{field: getattr(row, field)})


def by_bulk_update(row, field):
    type(row).objects.bulk_update([row], [field])


def by_upsert(row, field):
    type(row).objects.bulk_create([row], update_conflicts=True, unique_fields=["pk"], update_fields=[field])


def by_sql(row, field):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {field} = %s WHERE id = %s", [getattr(row, field), row.pk])


def by_delete(row):
    row.delete()


def by_deleting_the_query(row):
    queryset = type(row).objects.filter(pk=row.pk)
    queryset._raw_delete(queryset.db)


def by_sql_delete(row):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])


WAYS_TO_WRITE = (by_save, by_saving_the_field, by_update, by_bulk_update, by_upsert, by_sql)
WAYS_TO_DELETE = (by_deleting_the_query, by_sql_delete)


def stored(row) -> dict[str, object]:
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def test_every_rule_about_changes_is_proven_here():
    assert {rule.name for _, rule in constraints(Frozen)} == set(FROZEN)
    assert [rule.name for _, rule in constraints(Steps)] == ["consultation_goes_one_way"]
    assert [rule.name for _, rule in constraints(Needs)] == ["consultation_begins_when_paid"]


@pytest.mark.parametrize("way", WAYS_TO_WRITE)
@pytest.mark.parametrize("name", FROZEN)
def test_a_final_row_is_changed_by_no_way_of_writing(ours, name, way):
    model, frozen, field = FROZEN[name]
    row = model.objects.get(pk=frozen(ours).pk)
    before = stored(row)
    setattr(row, field, ALLOWED_VALUES.get(field, "other words"))

    with refused(f"{name}|consultation_goes_one_way"), transaction.atomic():  # an upsert inserts first
        way(row, field)

    assert stored(row) == before


@pytest.mark.parametrize("way", WAYS_TO_DELETE)
@pytest.mark.parametrize("name", DELETED_TOO)
def test_a_final_row_is_deleted_by_no_way_of_writing(ours, name, way):
    row = FROZEN[name][1](ours)
    before = stored(row)

    with refused(name), transaction.atomic():
        way(row)

    assert stored(row) == before


@pytest.mark.parametrize("name", DELETED_TOO)
def test_deleting_a_final_row_takes_nothing_along(ours, name):
    row = FROZEN[name][1](ours)
    before, addenda = stored(row), Addendum.objects.count()

    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()

    assert stored(row) == before
    assert Addendum.objects.count() == addenda


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("name", DELETED_TOO)
def test_a_final_row_is_not_replaced(ours, name):
    row = FROZEN[name][1](ours)
    before, table = stored(row), row._meta.db_table

    with refused(f"{name}|consultation_goes_one_way"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s", [row.pk])

    assert stored(row) == before


def test_what_is_not_final_yet_is_changed_and_deleted_freely(ours):
    invoice = make_invoice(ours.patient, ours.clinic)
    invoice.reason = "typed wrongly"
    ours.consultation.findings = "Wheezing on the left"

    invoice.save()
    ours.consultation.save()
    ours.consultation.delete()

    assert Invoice.objects.get(pk=invoice.pk).reason == "typed wrongly"
    assert list(Consultation.objects.all()) == [ours.closed_consultation]


def test_a_payment_still_finds_its_place_in_the_closing_of_the_day(ours):
    Payment.objects.filter(pk=ours.payment.pk).update(closing=None)

    assert Payment.objects.get(pk=ours.payment.pk).closing is None


PENDING = {"status": ConsultationStatus.PENDING, "activated_at": None, "closed_at": None}
ACTIVE = {"status": ConsultationStatus.ACTIVE, "activated_at": NINE, "closed_at": None}
CLOSED = {"status": ConsultationStatus.CLOSED, "activated_at": NINE, "closed_at": NINE}


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (PENDING, PENDING, ""), (PENDING, ACTIVE, ""), (PENDING, CLOSED, "consultation_goes_one_way"),
        (ACTIVE, PENDING, "consultation_goes_one_way"), (ACTIVE, ACTIVE, ""), (ACTIVE, CLOSED, ""),
        (CLOSED, PENDING, "consultation_goes_one_way|closed_consultation_is_final"),
        (CLOSED, ACTIVE, "consultation_goes_one_way|closed_consultation_is_final"),
        (CLOSED, CLOSED, "closed_consultation_is_final"),
    ],
    ids=lambda value: value["status"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_consultation_goes_from_pending_to_active_to_closed_and_no_other_way(ours, before, after, rule):
    row = consultation(ours.visit, before)

    with refused(rule) if rule else nullcontext(), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(**after)

    row.refresh_from_db()
    assert row.status == (before if rule else after)["status"]


@pytest.mark.parametrize(("moments", "is_allowed"), [(PENDING, True), (ACTIVE, True), (CLOSED, False)])
def test_a_consultation_is_born_pending_or_active(ours, moments, is_allowed):
    row = unsaved(ours.visit, moments)

    with nullcontext() if is_allowed else refused("consultation_goes_one_way"), transaction.atomic():
        Consultation.objects.bulk_create([row])

    assert Consultation.objects.count() == (3 if is_allowed else 2)


PAYMENT = pytest.mark.parametrize(
    ("timing", "payment", "is_allowed"),
    [
        (BillTiming.BEFORE, PaymentStatus.UNPAID, False), (BillTiming.BEFORE, PaymentStatus.PARTIAL, False),
        (BillTiming.BEFORE, PaymentStatus.PAID, True), (BillTiming.BEFORE, PaymentStatus.WAIVED, True),
        (BillTiming.AFTER, PaymentStatus.UNPAID, True), (BillTiming.AFTER, PaymentStatus.PAID, True),
    ],
)  # fmt: skip


@PAYMENT
def test_what_is_billed_before_begins_only_when_it_is_cleared(ours, timing, payment, is_allowed):
    visit = make_visit(ours.second_patient, ours.clinic, payment_status=payment)
    row = consultation(visit, PENDING, bill_timing=timing)

    with nullcontext() if is_allowed else refused("consultation_begins_when_paid"), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(**ACTIVE)

    row.refresh_from_db()
    assert row.status == ("active" if is_allowed else "pending")


@PAYMENT
def test_what_is_billed_before_is_born_active_only_when_it_is_cleared(ours, timing, payment, is_allowed):
    visit = make_visit(ours.second_patient, ours.clinic, payment_status=payment)

    with nullcontext() if is_allowed else refused("consultation_begins_when_paid"), transaction.atomic():
        Consultation.objects.bulk_create([unsaved(visit, ACTIVE, bill_timing=timing)])

    assert visit.consultations.count() == is_allowed


def test_one_unpaid_row_among_many_begins_none(ours):
    unpaid = consultation(make_visit(ours.second_patient, ours.clinic), PENDING)
    paid = consultation(ours.visit, PENDING)

    with refused("consultation_begins_when_paid"), transaction.atomic():
        Consultation.objects.filter(pk__in=[paid.pk, unpaid.pk]).update(**ACTIVE)

    assert set(Consultation.objects.filter(pk__in=[paid.pk, unpaid.pk]).values_list("status", flat=True)) == {"pending"}


def test_a_refund_afterwards_disturbs_nobody_in_the_room(ours):
    Visit.objects.filter(pk=ours.visit.pk).update(payment_status=PaymentStatus.UNPAID)

    ours.consultation.findings = "Wheezing on the left"
    ours.consultation.save()
    Consultation.objects.filter(pk=ours.consultation.pk).update(**CLOSED)

    ours.consultation.refresh_from_db()
    assert (ours.consultation.status, ours.consultation.findings) == ("closed", "Wheezing on the left")


def consultation(visit, moments, **fields) -> Consultation:
    """A row that has come to stand like this step by step."""
    row = unsaved(visit, PENDING, **fields)
    row.save()
    for step in {"pending": [], "active": [ACTIVE], "closed": [ACTIVE, CLOSED]}[moments["status"]]:
        Consultation.objects.filter(pk=row.pk).update(**step)
    return row


def unsaved(visit, moments, **fields) -> Consultation:
    service = visit.clinic.services.first()
    return Consultation(
        organisation=visit.organisation, visit=visit, patient=visit.patient, clinic=visit.clinic, service=service,
        requested_at=NINE, **{"bill_timing": BillTiming.BEFORE, **moments, **fields},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        (Frozen(name="a", where={"status": ["x"]}), {"where": {"status": ["y"]}}),
        (Frozen(name="a", but=["x"]), {"but": ["y"]}),
        (Frozen(name="a", only=["x"]), {"only": ["y"]}),
        (Steps(name="a", field="status", steps={"": ["x"]}), {"field": "state"}),
        (
            Needs(name="a", field="status", value="x", where={"b": ["c"]}, link="visit", has={"d": ["e"]}),
            {"has": {"d": ["f"]}},
        ),
    ],
    ids=["where", "but", "only", "Steps", "Needs"],
)
def test_a_migration_can_write_a_rule_down_and_compare_it(rule, other):
    path, arguments, keywords = rule.deconstruct()

    assert path == f"clinic.constraints.{type(rule).__name__}"
    assert type(rule)(*arguments, **keywords) == rule
    assert type(rule)(*arguments, **{**keywords, **other}) != rule


def test_enums_are_written_down_as_plain_texts():
    rule = Frozen(name="a", where={"status": [ConsultationStatus.CLOSED]})

    assert repr(rule.deconstruct()[2]["where"]) == "{'status': ('closed',)}"
