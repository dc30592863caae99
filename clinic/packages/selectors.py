"""Questions about purchases: what is left, what can be chosen, who can deliver it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from clinic.enums import LIVE_STATUSES, SessionEntryKind
from clinic.errors import Refusal
from clinic.models import (
    Appointment,
    Change,
    Clinic,
    Operation,
    Organisation,
    Package,
    PackageItem,
    PackagePurchase,
    Patient,
    Provider,
    PurchaseItem,
    Service,
    SessionEntry,
    User,
)
from clinic.packages.balance import Balance
from clinic.packages.refusals import purchase_refusals

USES = (SessionEntryKind.USE, SessionEntryKind.GIVE_BACK)


@dataclass(frozen=True)
class AssignedChoice:
    """A purchase of the patient; it can be chosen when there are no `refusals`."""

    purchase: PackagePurchase
    balance: Balance
    items: dict[PurchaseItem, Balance]
    refusals: list[Refusal]


@dataclass(frozen=True)
class Choices:
    assigned: list[AssignedChoice]
    available: list[Package]


@dataclass(frozen=True)
class Deliverer:
    """A provider with the wanted services that he or she gives."""

    provider: Provider
    services: list[Service]


def reserving() -> QuerySet[Appointment]:
    """Appointments that hold a session which is not yet used."""
    return Appointment.objects.filter(status__in=LIVE_STATUSES, session_used=False).order_by()


def with_balances(purchases: QuerySet[PackagePurchase]) -> QuerySet[PackagePurchase]:
    """The same purchases with `used`, `reserved` and `free` on each row, in the same query."""
    reserved = reserving().filter(package_purchase=OuterRef("pk")).values("package_purchase").annotate(n=Count("pk"))
    return purchases.annotate(used=F("sessions_used"), reserved=Coalesce(Subquery(reserved.values("n")), 0)).annotate(
        free=F("total_sessions") - F("sessions_used") - F("reserved")
    )


def balance_of(purchase: PackagePurchase) -> Balance:
    """Sessions used, reserved and free, as the tables say now; one query."""
    row = with_balances(PackagePurchase.objects.filter(pk=purchase.pk)).get()
    return Balance(used=row.used, reserved=row.reserved, free=row.free)


def item_balances(purchase: PackagePurchase) -> dict[PurchaseItem, Balance]:
    """The same for each item, in the order of its steps; one query, services loaded."""
    return balances_by_purchase([purchase])[purchase.pk]


def balances_by_purchase(purchases: Iterable[PackagePurchase]) -> dict[int, dict[PurchaseItem, Balance]]:
    """The balances of the items of several purchases by the purchase's key; one query."""
    found: dict[int, dict[PurchaseItem, Balance]] = defaultdict(dict)
    for item in items_with_balances().filter(purchase__in=[purchase.pk for purchase in purchases]):
        free = item.granted - item.used - item.reserved
        found[item.purchase_id][item] = Balance(used=item.used, reserved=item.reserved, free=free)
    return found


def items_with_balances() -> QuerySet[PurchaseItem]:
    """Items with `granted`, `used` and `reserved` on each row."""
    entries = SessionEntry.objects.filter(item=OuterRef("pk")).order_by().values("item")
    reserved = reserving().filter(package_purchase=OuterRef("purchase"), service=OuterRef("service"))
    return (
        PurchaseItem.objects.select_related("service")
        .annotate(
            granted=Coalesce(Subquery(entries.exclude(kind__in=USES).annotate(n=Sum("sessions")).values("n")), 0),
            used=-Coalesce(Subquery(entries.filter(kind__in=USES).annotate(n=Sum("sessions")).values("n")), 0),
            reserved=Coalesce(Subquery(reserved.values("service").annotate(n=Count("pk")).values("n")), 0),
        )
        .order_by("purchase", "step", "pk")
    )


def stands_after(purchase: PackagePurchase, day: date) -> bool:
    """Whether a session of the purchase is booked or was used later than on this day of its clinic; one query."""
    standing = Appointment.objects.filter(
        Q(status__in=LIVE_STATUSES) | Q(session_used=True), package_purchase=purchase
    ).filter(starts_at__date__gte=day - timedelta(days=1))
    return any(row.starts_at.astimezone(row.clinic.zone).date() > day for row in standing.select_related("clinic"))


def operations_of(purchase: PackagePurchase) -> QuerySet[Operation]:
    """What was done to the purchase, or to sessions of it, in bulk; newest first."""
    itself = Change.objects.filter(purchase=purchase).values("operation")
    sessions = Change.objects.filter(appointment__package_purchase=purchase).values("operation")
    touched = Operation.objects.filter(Q(pk__in=itself) | Q(pk__in=sessions))
    return touched.select_related("by").order_by("-at", "-pk")


def last_operation(purchase: PackagePurchase, *, by: User) -> Operation | None:
    return operations_of(purchase).filter(by=by).order_by("-pk").first()


def choices_for(patient: Patient, *, on: date | None = None) -> Choices:
    """What the package dialog offers to this patient for sessions from `on`, today where it is not given.

    Assigned: every purchase of the patient, those that can be used first, soonest expiring first; then the others
    with the reason. Available: the organisation's active packages that have items, with items and services loaded.
    """
    on = on or local_day(patient.organisation, now())
    purchases = with_balances(PackagePurchase.objects.filter(patient=patient).select_related("package"))
    rows = list(purchases.order_by("expires_on", "pk"))
    items = balances_by_purchase(rows)
    assigned = [assigned_choice(row, items[row.pk], on=on) for row in rows]
    return Choices(
        assigned=sorted(assigned, key=lambda choice: bool(choice.refusals)),
        available=list(available_packages(patient)),
    )


def assigned_choice(row: PackagePurchase, items: dict[PurchaseItem, Balance], *, on: date) -> AssignedChoice:
    balance = Balance(used=row.used, reserved=row.reserved, free=row.free)
    return AssignedChoice(row, balance, items, purchase_refusals(row, balance, on=on))


def available_packages(patient: Patient) -> QuerySet[Package]:
    items = Prefetch("items", queryset=PackageItem.objects.select_related("service"))
    packages = Package.objects.filter(organisation=patient.organisation_id, active=True, items__isnull=False)
    return packages.distinct().prefetch_related(items)


def clinics_for(services: Iterable[Service]) -> QuerySet[Clinic]:
    """Active clinics in which an active provider gives at least one of these services."""
    return Clinic.objects.filter(
        active=True,
        services__in=list(services),
        services__active=True,
        services__providers=F("providers"),
        providers__active=True,
    ).distinct()


def providers_for(services: Iterable[Service], clinics: Iterable[Clinic]) -> list[Deliverer]:
    """Active providers who give at least one of these services in one of these clinics, by name; one query."""
    wanted = {service.pk: service for service in services}
    rows = Provider.objects.filter(
        active=True,
        clinics__in=list(clinics),
        services__in=list(wanted),
        services__active=True,
        services__clinics=F("clinics"),
    )
    deliverers: dict[int, Deliverer] = {}
    for provider in rows.annotate(gives=F("services")).distinct().order_by("name_en", "pk", "gives"):
        deliverers.setdefault(provider.pk, Deliverer(provider, [])).services.append(wanted[provider.gives])
    return list(deliverers.values())


def local_day(organisation: Organisation, at: datetime) -> date:
    """The organisation's calendar day at this moment."""
    return at.astimezone(ZoneInfo(organisation.time_zone)).date()
