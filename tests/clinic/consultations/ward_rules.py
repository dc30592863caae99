"""What is true of consultations after every step, told from the rows themselves and not by the clinic's own words."""

from django.db.models import Max

from clinic.consultations.access import accessible, doctor_of
from clinic.enums import BillTiming, ConsultationStatus, PaymentStatus, VisitStatus
from clinic.models import Addendum, Consultation, Invoice, InvoiceLine, Visit

PENDING, ACTIVE, CLOSED = ConsultationStatus
CLEARED = (PaymentStatus.PAID, PaymentStatus.WAIVED)
WAYS = {(None, PENDING), (None, ACTIVE), (PENDING, PENDING), (PENDING, ACTIVE), (ACTIVE, ACTIVE), (ACTIVE, CLOSED)}
WRITTEN = (Consultation.history.model, Addendum)


def last_writings() -> list:
    return [table.objects.aggregate(Max("pk"))["pk__max"] for table in WRITTEN] + [
        list(Consultation.objects.order_by("pk").values_list("pk", "version"))
    ]


def stand() -> dict[int, dict]:
    """Every consultation as it stands in the table, to the letter."""
    return {row["id"]: row for row in Consultation.objects.values()}


def went_the_one_way(before: dict[int, dict], after: dict[int, dict]) -> None:
    """Pending, active, closed, and closed unchanged; only what waits may go, with the invoice that asked for it."""
    for key, row in after.items():
        was = before.get(key)
        if was is not None and was["status"] == CLOSED:
            assert row == was, "a closed consultation has changed"
        else:
            assert (was and was["status"], row["status"]) in WAYS, "a consultation went another way"
        begun = row["status"] == ACTIVE and (was is None or was["status"] == PENDING)
        assert not (begun and row["bill_timing"] == BillTiming.BEFORE) or is_cleared(row), "begun and not paid"
    gone = [before[key] for key in before.keys() - after.keys()]
    void = set(Invoice.objects.filter(status=PaymentStatus.VOID).values_list("lines", flat=True))
    assert all(row["status"] == PENDING and row["line_id"] in void for row in gone), "a consultation is gone"


def is_cleared(row: dict) -> bool:
    visit, invoice = Visit.objects.get(pk=row["visit_id"]), Invoice.objects.get(lines=row["line_id"])
    return visit.payment_status in CLEARED and invoice.status in CLEARED


def everything_paid_is_open() -> None:
    """What is paid in a cleared visit has its consultation, one for each line, and a closed visit is over."""
    for visit in Visit.objects.all():
        lines = InvoiceLine.objects.filter(invoice__visit=visit, invoice__status__in=CLEARED)
        asked = {line.pk for line in lines.filter(service__workflow_type="gopd_consult")}
        rows = list(visit.consultations.all())
        if visit.payment_status in CLEARED:
            assert asked <= {row.line_id for row in rows}, "paid, and nobody waits for it"
        if visit.status == VisitStatus.CLOSED:
            assert {row.status for row in rows} <= {CLOSED}, "somebody waits in a closed visit"


def only_its_doctor_reads(logins: dict[str, object], clinics: dict[str, set[int]]) -> None:
    """`logins` by name, and the clinics of those who are doctors; none for one who has left."""
    everything = Consultation.objects.all()
    seen = {name: set(accessible(everything, doctor_of(user))) for name, user in logins.items()}
    for row in everything:
        gate = row.status != PENDING or row.bill_timing == BillTiming.AFTER or is_cleared(vars(row))
        readers = {name for name in logins if row in seen[name]}
        if row.doctor_id:
            may = {name for name, own in clinics.items() if own and logins[name].provider.pk == row.doctor_id}
        else:
            may = {name for name, own in clinics.items() if row.clinic_id in own}
        assert readers == (may if gate else set()), "somebody reads what is another's"
