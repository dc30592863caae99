"""Packages that run out with sessions nobody has booked: which, what they are worth, and who can be reminded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db.models import ExpressionWrapper, F, FloatField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from clinic.enums import PurchaseStatus
from clinic.messaging.expiring import ExpiryNotice, reminded
from clinic.models import Appointment, Clinic, Organisation, PackagePurchase
from clinic.packages.selectors import local_day, with_balances

EXPIRING_DAYS = 30


def expiring(organisation: Organisation, *, today: date, days: int = EXPIRING_DAYS) -> QuerySet[PackagePurchase]:
    """Purchases in use that expire within `days` with sessions free, the greatest value left first.

    Rows have `used`, `reserved`, `free`, and `value`: the free sessions' share of the price.
    """
    rows = PackagePurchase.objects.of(organisation).filter(
        status=PurchaseStatus.ACTIVE,
        expires_on__range=(today, today + timedelta(days=days)),
        total_sessions__gt=F("sessions_used"),
    )
    value = ExpressionWrapper(Cast("price", FloatField()) * F("free") / F("total_sessions"), FloatField())
    return with_balances(rows).filter(free__gt=0).annotate(value=value).order_by("-value", "expires_on", "pk")


def with_usual_place(purchases: QuerySet[PackagePurchase]) -> QuerySet[PackagePurchase]:
    """The same with `usual_provider` and `usual_clinic`, the keys of those of the patient's newest appointment."""
    newest = Appointment.objects.filter(patient=OuterRef("patient")).order_by("-starts_at", "-pk")
    return purchases.annotate(
        usual_provider=Subquery(newest.values("provider")[:1]), usual_clinic=Subquery(newest.values("clinic")[:1])
    )


@dataclass(frozen=True)
class Reminders:
    """Who would be written to, who cannot be and why, and who has heard of this last day already."""

    possible: list[ExpiryNotice]
    unreachable: list[ExpiryNotice]
    told: list[tuple[ExpiryNotice, datetime]]

    @property
    def count(self) -> int:
        return len(self.possible) + len(self.unreachable) + len(self.told)

    @property
    def stamp(self) -> str:
        """A short text that is different when others would be written to."""
        keys = sorted(reminder.key for reminder in self.possible)
        return sha256(repr(keys).encode()).hexdigest()[:16]


def reminders_for(organisation: Organisation, *, at: datetime) -> Reminders:
    """Every purchase that expires soon, sorted out; three queries, whatever their number."""
    reminders = reminders_of(organisation, expiring(organisation, today=local_day(organisation, at)))
    heard = reminded(organisation, since=at - timedelta(days=EXPIRING_DAYS + 1))
    new = [reminder for reminder in reminders if reminder.key not in heard]
    return Reminders(
        possible=[reminder for reminder in new if not reminder.destination.obstacle],
        unreachable=[reminder for reminder in new if reminder.destination.obstacle],
        told=[(reminder, heard[reminder.key]) for reminder in reminders if reminder.key in heard],
    )


def reminders_of(organisation: Organisation, purchases: QuerySet[PackagePurchase]) -> list[ExpiryNotice]:
    """One for each of these rows of `expiring`; two queries."""
    clinics = Clinic.objects.of(organisation).in_bulk()
    rows = with_usual_place(purchases).select_related("patient", "organisation")
    return [ExpiryNotice(row, row.free, clinics.get(row.usual_clinic)) for row in rows]
