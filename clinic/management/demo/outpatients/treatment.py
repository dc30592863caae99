"""The visits that are over, and what the doctors wrote in them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from random import Random

from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, VisitStatus
from clinic.management.demo.chronicle import Chronicle, write_all, write_versions
from clinic.management.demo.outpatients.arrivals import WalkIn
from clinic.management.demo.records import BATCH
from clinic.management.demo.tables import Row, table
from clinic.management.demo.world import World, need_of
from clinic.models import Addendum, Consultation, InvoiceLine, Service, Visit

S = ConsultationStatus
ADDENDUM_RATE = 0.03
ADDENDA = (
    "Results by telephone: all normal. The patient was told.",
    "Mother called: better since yesterday.",
    "اتصل المريض: تحسّن بعد يومين من العلاج.",
)
#: Paid like this when the visit ended; VOID is no status of a visit.
ENDED = {PaymentStatus.VOID: PaymentStatus.UNPAID}


@dataclass(frozen=True, eq=False)
class Past:
    """A walk-in with the row of its visit."""

    walk_in: WalkIn
    visit: Visit


def write_visits(world: World, walk_ins: Iterable[WalkIn]) -> list[Past]:
    """One closed visit for every walk-in, oldest first."""
    walk_ins = list(walk_ins)
    chronicles = [visit_chronicle(world, one) for one in walk_ins]
    write_all(Visit, chronicles)
    return [Past(one, chronicle.row) for one, chronicle in zip(walk_ins, chronicles, strict=True)]


def visit_chronicle(world: World, one: WalkIn) -> Chronicle:
    chronicle, cashier = Chronicle(), world.logins.get("Cashier", world.desk)
    chronicle.add(
        one.came_at, world.desk, organisation_id=world.organisation.pk, patient_id=one.person.patient.pk,
        clinic_id=one.clinic.pk, status=VisitStatus.OPEN, payment_status=PaymentStatus.UNPAID,
        opened_by_id=world.desk.pk, opened_at=one.came_at,
    )  # fmt: skip
    if one.fate in (PaymentStatus.PAID, PaymentStatus.PARTIAL, PaymentStatus.WAIVED):
        chronicle.add(one.settled_at, cashier, payment_status=one.fate)
    ended_at = max(one.settled_at, one.left_at) + timedelta(seconds=30)
    by = one.doctor.user if one.fate == PaymentStatus.PAID else world.desk
    chronicle.add(ended_at, by, status=VisitStatus.CLOSED, closed_by_id=by.pk, closed_at=ended_at)
    return chronicle


def treat(world: World, past: list[Past], lines: dict[Past, InvoiceLine], chance: Random) -> None:
    """Write the consultations as they were begun, close them, and add to a few what came later.

    A row begins pending or active and is closed by a second writing: the table allows no other way.
    """
    treated = [one for one in past if one.walk_in.is_treated]
    chronicles = [consultation_chronicle(world, one, lines[one], chance) for one in treated]
    for chronicle in chronicles:
        chronicle.row = Consultation(**chronicle.fields | {"status": S.ACTIVE, "closed_at": None})
    rows = Consultation.objects.bulk_create([chronicle.row for chronicle in chronicles], batch_size=BATCH)
    for row, one in zip(rows, treated, strict=True):
        row.status, row.closed_at = S.CLOSED, one.walk_in.left_at
    Consultation.objects.bulk_update(rows, ["status", "closed_at"], batch_size=BATCH)
    write_versions(Consultation, chronicles)
    add_to(rows, chance)


def consultation_chronicle(world: World, past: Past, line: InvoiceLine, chance: Random) -> Chronicle:
    """Asked for, begun, written and closed."""
    one, chronicle = past.walk_in, Chronicle()
    doctor, timing = one.doctor.user, BillTiming(one.service.bill_timing)
    words = words_for(one.service, chance)
    asked = {
        "organisation_id": world.organisation.pk, "visit_id": past.visit.pk, "patient_id": one.person.patient.pk,
        "clinic_id": one.clinic.pk, "service_id": one.service.pk, "line_id": line.pk, "bill_timing": timing,
        "requested_by_id": world.desk.pk, "requested_at": one.came_at,
    }  # fmt: skip
    begun = {"status": S.ACTIVE, "doctor_id": one.doctor.pk, "activated_by_id": doctor.pk}
    if timing == BillTiming.BEFORE:
        chronicle.add(one.settled_at, world.desk, **asked, status=S.PENDING)
        chronicle.add(one.called_at, doctor, **begun, activated_at=one.called_at)
    else:
        begun |= {"activated_by_id": world.desk.pk, "activated_at": one.came_at}
        chronicle.add(one.came_at, world.desk, **asked, **begun)
    chronicle.add(one.left_at - timedelta(seconds=50), doctor, **words, version=1)
    chronicle.add(one.left_at, doctor, status=S.CLOSED, closed_by_id=doctor.pk, closed_at=one.left_at)
    return chronicle


def words_for(service: Service, chance: Random) -> dict[str, object]:
    """What a doctor writes: one of the notes of the field, and vital signs."""
    note = chance.choice(notes()[need_of(service)])
    words = {name: note[name] for name in ("complaint", "findings", "diagnosis", "plan")}
    return {**words, "diagnosis_codes": note["codes"].split(), **vitals(chance, is_child=need_of(service) == "PED")}


@cache
def notes() -> dict[str, list[Row]]:
    by_need = defaultdict(list)
    for row in table("doctors_notes"):
        by_need[row["need"]].append(row)
    return by_need


def vitals(chance: Random, *, is_child: bool) -> dict[str, object]:
    measured = {
        "temperature": Decimal(str(round(chance.triangular(36.2, 39.1, 36.9), 1))),
        "pulse": round(chance.triangular(*((85, 130, 102) if is_child else (58, 104, 74)))),
        "weight": Decimal(str(round(chance.triangular(*((10, 46, 18) if is_child else (48, 118, 76))), 1))),
    }
    if not is_child:
        measured |= {
            "systolic": round(chance.triangular(102, 162, 124)), "diastolic": round(chance.triangular(62, 98, 78)),
        }  # fmt: skip
    return measured


def add_to(rows: list[Consultation], chance: Random) -> None:
    addenda = [
        Addendum(
            organisation_id=row.organisation_id, consultation=row, text=chance.choice(ADDENDA),
            written_by_id=row.closed_by_id, written_at=row.closed_at + timedelta(hours=5),
        )
        for row in rows
        if chance.random() < ADDENDUM_RATE
    ]  # fmt: skip
    Addendum.objects.bulk_create(addenda, batch_size=BATCH)
