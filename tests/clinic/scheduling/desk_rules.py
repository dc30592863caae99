"""What is true of a desk after every step, counted from the rows themselves and not as the clinic counts it."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import Max

from clinic.enums import (
    LIVE_STATUSES,
    AppointmentStatus,
    ChargeKind,
    ChargeStatus,
    MessageKind,
    MessageStatus,
    PurchaseStatus,
    SessionEntryKind,
)
from clinic.models import Appointment, Charge, Message, PackagePurchase, Patient, Policy, SessionEntry
from clinic.packages.selectors import with_balances
from clinic.scheduling.attendance import no_show_records

S = AppointmentStatus


def check(at: datetime, limits: dict[int, int]) -> None:
    """Every rule at once, at this moment; `limits` are the patients at once by provider."""
    rows = list(Appointment.objects.order_by("pk"))
    live = [row for row in rows if row.status in LIVE_STATUSES]
    nobody_is_booked_twice(live, limits)
    sessions_are_counted(rows)
    statuses_agree_with_what_they_stand_for(rows)
    charges_belong_to_what_was_not_held({row.pk: row for row in rows})
    messages_are_true({row.pk: row for row in rows})
    history_ends_with_the_row(rows)
    no_shows_are_counted(rows, at)


def check_appointments(at: datetime, limits: dict[int, int]) -> None:
    """What stays true of the appointments however packages are changed."""
    rows = list(Appointment.objects.order_by("pk"))
    nobody_is_booked_twice([row for row in rows if row.status in LIVE_STATUSES], limits)
    statuses_agree_with_what_they_stand_for(rows)
    charges_belong_to_what_was_not_held({row.pk: row for row in rows})
    history_ends_with_the_row(rows)
    no_shows_are_counted(rows, at)


def last_writings() -> list:
    """What a step that writes anything changes: the newest rows of histories and ledger, the state of every message."""
    tables = (Appointment.history.model, PackagePurchase.history.model, Charge.history.model, SessionEntry)
    newest = [table.objects.aggregate(Max("pk"))["pk__max"] for table in tables]
    return [*newest, *Message.objects.order_by("pk").values_list("pk", "status", "queued_at")]


def nobody_is_booked_twice(live: list[Appointment], limits: dict[int, int]) -> None:
    for one, other in combinations(live, 2):
        busy = one.busy_from < other.busy_until and other.busy_from < one.busy_until
        treated = one.starts_at < other.ends_at and other.starts_at < one.ends_at
        assert not (busy and (one.provider_id, one.lane) == (other.provider_id, other.lane)), "one lane, two patients"
        assert not (treated and one.patient_id == other.patient_id), "one patient, two places"
        same_place = one.room_id is not None and (one.room_id, one.room_place) == (other.room_id, other.room_place)
        assert not (busy and same_place), "one place of a room, two patients"
    for row in live:
        assert row.lane < limits[row.provider_id] or row.overbook_reason, "beyond the limit without a reason"


def sessions_are_counted(rows: list[Appointment]) -> None:
    entries = list(SessionEntry.objects.exclude(kind=SessionEntryKind.GRANT))
    spent = Counter()
    for entry in entries:
        spent[entry.appointment_id] -= entry.sessions
    assert {row.pk for row in rows if row.session_used} == {pk for pk, count in spent.items() if count == 1}
    assert set(spent.values()) <= {0, 1}, "a session used twice for one appointment"
    for purchase in with_balances(PackagePurchase.objects.all()):
        own = [row for row in rows if row.package_purchase_id == purchase.pk]
        holding = [row for row in own if row.session_used or row.status in LIVE_STATUSES]
        used = sum(row.session_used for row in own)
        assert (purchase.sessions_used, purchase.used, purchase.reserved) == (used, used, len(holding) - used)
        assert purchase.free == purchase.total_sessions - len(holding) >= 0, "more sessions than were bought"
        numbers = [row.session_number for row in holding]
        assert len(set(numbers)) == len(numbers), "a session number twice"
        assert set(numbers) <= set(range(1, purchase.total_sessions + 1))
        all_used = used == purchase.total_sessions
        assert purchase.status == (PurchaseStatus.COMPLETED if all_used else PurchaseStatus.ACTIVE)


def statuses_agree_with_what_they_stand_for(rows: list[Appointment]) -> None:
    for row in rows:
        cancelled = row.status in (S.CANCELLED_BY_PATIENT, S.CANCELLED_BY_CLINIC)
        assert bool(row.cancelled_at) == cancelled
        assert bool(row.completed_at) == (row.status == S.COMPLETED)
        assert row.cancelled_late <= (row.status == S.CANCELLED_BY_PATIENT)
        assert bool(row.waived_at) <= (row.status == S.NO_SHOW or row.cancelled_late)
        if row.session_used:
            assert row.status in (S.COMPLETED, S.NO_SHOW) or row.cancelled_late
            assert not row.waived_at, "waived and yet paid with a session"
        if row.status == S.COMPLETED:
            assert row.session_used == bool(row.package_purchase_id)


def charges_belong_to_what_was_not_held(rows: dict[int, Appointment]) -> None:
    for charge in Charge.objects.all():
        row = rows[charge.appointment_id]
        assert charge.patient_id == row.patient_id
        if charge.status in (ChargeStatus.OPEN, ChargeStatus.PAID):
            missed, late = row.status == S.NO_SHOW, row.cancelled_late
            assert charge.kind == (ChargeKind.NO_SHOW if missed else ChargeKind.LATE_CANCELLATION)
            assert missed or late, "a fee for an appointment that was held, or cancelled in time"
        assert (charge.status == ChargeStatus.OPEN) <= (row.waived_at is None), "waived and yet owed"
        assert (charge.status == ChargeStatus.WAIVED) <= (row.waived_at is not None)


def messages_are_true(rows: dict[int, Appointment]) -> None:
    for message in Message.objects.filter(status=MessageStatus.QUEUED, appointment__isnull=False):
        row = rows[message.appointment_id]
        called_off = row.status in (S.CANCELLED_BY_PATIENT, S.CANCELLED_BY_CLINIC)
        assert called_off == (message.kind == MessageKind.CANCELLED), f"{message.kind} for what is {row.status}"


def history_ends_with_the_row(rows: list[Appointment]) -> None:
    latest = {version.id: version for version in Appointment.history.order_by("history_id")}
    for row in rows:
        version = latest[row.pk]
        for field in ("status", "starts_at", "provider_id", "session_used", "waived_at", "cancelled_late"):
            assert getattr(version, field) == getattr(row, field), f"history does not know the last {field}"


def no_shows_are_counted(rows: list[Appointment], at: datetime) -> None:
    policy = Policy.objects.get()
    since = at - timedelta(days=policy.no_show_days)
    counted = Counter(
        row.patient_id for row in rows if row.status == S.NO_SHOW and not row.waived_at and since < row.starts_at <= at
    )
    for patient, record in no_show_records(Patient.objects.all(), at=at).items():
        assert record.count == counted[patient]
        assert (record.consequence is None) == (counted[patient] < policy.no_show_limit)
