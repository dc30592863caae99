"""What is booked already: the sessions of a purchase, and a patient's days beside a plan."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.enums import LIVE_STATUSES
from clinic.models import Appointment, Operation, PackagePurchase, Patient


@dataclass(frozen=True)
class BookedSessions:
    """The sessions of a purchase that are to come or under way, in order of time, and what booked some together."""

    appointments: list[Appointment]
    operations: list[tuple[Operation, int]]  # newest first, with the number of these sessions


def booked_sessions(purchase: PackagePurchase) -> BookedSessions:
    """Two queries, whatever the number of sessions."""
    live = Appointment.objects.filter(package_purchase=purchase, status__in=LIVE_STATUSES)
    rows = list(live.select_related("service", "provider", "clinic").order_by("starts_at"))
    together = Counter(row.operation_id for row in rows)
    operations = Operation.objects.filter(undone_at=None, pk__in=[pk for pk in together if pk]).select_related("by")
    return BookedSessions(rows, [(operation, together[operation.pk]) for operation in operations])


def booked_by_day(patient: Patient, first_day: date, last_day: date) -> dict[date, list[Appointment]]:
    """The live appointments of the patient by the clinic's day, from a day to another."""
    rows = Appointment.objects.filter(patient=patient, status__in=LIVE_STATUSES)
    near = rows.filter(starts_at__date__range=(first_day - timedelta(1), last_day + timedelta(1)))
    booked: dict[date, list[Appointment]] = defaultdict(list)
    for row in near.select_related("provider", "clinic", "service").order_by("starts_at"):
        booked[row.starts_at.astimezone(row.clinic.zone).date()].append(row)
    return booked
