"""A patient's story with the clinic over all its tables, newest first, a page at a time. Only reads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Model, QuerySet, Value

from clinic.enums import CANCELLED_STATUSES, SessionEntryKind
from clinic.models import Appointment, Charge, Message, Patient, Payment, SessionEntry, Visit

APPOINTMENT, CANCELLED, CHARGE, MESSAGE, SESSIONS = "appointment", "cancelled", "charge", "message", "sessions"
VISIT, PAYMENT = "visit", "payment"
#: What of the ledger is news: what was bought and taken away. What was used is told by its appointment.
NEWS = [kind for kind in SessionEntryKind if kind not in (SessionEntryKind.USE, SessionEntryKind.GIVE_BACK)]
ROWS: dict[str, QuerySet] = {
    APPOINTMENT: Appointment.objects.select_related("service", "provider", "clinic", "package_purchase"),
    CANCELLED: Appointment.objects.select_related("service", "provider", "clinic", "cancelled_by"),
    CHARGE: Charge.objects.select_related("organisation", "raised_by"),
    MESSAGE: Message.objects.defer("body"),
    SESSIONS: SessionEntry.objects.select_related("purchase__package", "item__service", "by"),
    VISIT: Visit.objects.select_related("clinic").prefetch_related("invoices__lines__service"),
    PAYMENT: Payment.objects.select_related("invoice", "clinic", "taken_by"),
}


@dataclass(frozen=True)
class Episode:
    """One thing that was at a moment. `kind` says what `row` is: one of the words above."""

    at: datetime
    kind: str
    row: Model


def moments_of(patient: Patient, *, at: datetime, without: Collection[str] = ()) -> QuerySet:
    """The moment, kind and key of everything up to `at`, newest first; to be counted and cut into pages.

    An appointment stands at its start, one that was cancelled at the moment of cancelling, a visit when the patient
    came in. A refund is a payment too. `without` names kinds that are left out; not all of them.
    """
    booked = Appointment.objects.filter(patient=patient)
    sources = {
        APPOINTMENT: (booked.exclude(status__in=CANCELLED_STATUSES), "starts_at"),
        CANCELLED: (booked.filter(status__in=CANCELLED_STATUSES), "cancelled_at"),
        CHARGE: (Charge.objects.filter(patient=patient), "raised_at"),
        MESSAGE: (Message.objects.filter(patient=patient), "queued_at"),
        SESSIONS: (SessionEntry.objects.filter(purchase__patient=patient, kind__in=NEWS), "at"),
        VISIT: (Visit.objects.filter(patient=patient), "opened_at"),
        PAYMENT: (Payment.objects.filter(invoice__patient=patient), "taken_at"),
    }
    first, *others = (_moments(rows, field, kind, at) for kind, (rows, field) in sources.items() if kind not in without)
    return first.union(*others, all=True).order_by("-moment", "-what", "-key")


def episodes(moments: list[tuple[datetime, str, int]]) -> list[Episode]:
    """The rows of one page of `moments_of`, in the same order; one query for each kind, four for visits."""
    keys: dict[str, set[int]] = {}
    for _at, kind, key in moments:
        keys.setdefault(kind, set()).add(key)
    found = {kind: ROWS[kind].in_bulk(wanted) for kind, wanted in keys.items()}
    return [Episode(at, kind, found[kind][key]) for at, kind, key in moments]


def _moments(rows: QuerySet, field: str, kind: str, at: datetime) -> QuerySet:
    rows = rows.order_by().filter(**{f"{field}__lte": at})
    return rows.annotate(moment=F(field), what=Value(kind), key=F("pk")).values_list("moment", "what", "key")
