"""What is to be repeated: for whom, which service, on which package; and how it went until now."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.timezone import now

from admin_ext.reading import read_moment
from admin_ext.scope import own_rows, row_or_404
from clinic.models import Appointment, Clinic, Organisation, PackagePurchase, Patient, Provider, Service
from clinic.packages.balance import Balance
from clinic.packages.selectors import item_balances, local_day
from clinic.scheduling.series.patterns import Pattern, pattern_for, patterns_of

USUAL_COUNT = 10  # appointments, where no package says how many are left


@dataclass(frozen=True)
class Subject:
    """A patient and a service, on a purchase or not; `pattern` is how this patient's sessions of it have gone."""

    patient: Patient
    service: Service
    purchase: PackagePurchase | None
    pattern: Pattern | None
    balance: Balance | None

    @property
    def count(self) -> int:
        """How many appointments are usual: what the package has left."""
        return self.balance.free if self.balance else USUAL_COUNT

    @cached_property
    def providers(self) -> QuerySet[Provider]:
        return self.service.providers.filter(active=True).order_by("name_en", "pk")

    @cached_property
    def clinics(self) -> QuerySet[Clinic]:
        return self.service.clinics.filter(active=True).order_by("code")


def subject_of(query: QueryDict, organisation: Organisation) -> Subject | None:
    """What the address or the form asks to repeat; None where it names no service that could be repeated.

    `purchase` stands for its patient, and for the service that has gone on until now; `appointment` for all of it.
    """
    origin = row(query, "appointment", Appointment, organisation, "patient", "service", "package_purchase")
    purchase = row(query, "purchase", PackagePurchase, organisation, "patient", "package")
    purchase = purchase or (origin and origin.package_purchase)
    source = purchase or origin
    patient = row(query, "patient", Patient, organisation) or (source and source.patient)
    if patient is None:
        return None
    balances = item_balances(purchase) if purchase else {}
    patterns = patterns_of(patient, at=now())
    service = row(query, "service", Service, organisation) or (origin and origin.service)
    if service is None and purchase is not None:
        left = [item.service for item, balance in balances.items() if balance.free]
        pattern = pattern_for(purchase, left, patterns)
        service = pattern.service if pattern else next(iter(left), None)
    if service is None:
        return None
    balance = next((left for item, left in balances.items() if item.service_id == service.pk), None)
    return Subject(patient, service, purchase, patterns.get(service.pk), balance)


def row(query: QueryDict, name: str, model, organisation: Organisation, *related: str):
    """The person's own row that the query names, or none; 404 for a foreign one."""
    if not (key := query.get(name)):
        return None
    rows = own_rows(model, organisation)
    return row_or_404(rows.select_related(*related) if related else rows, key)


def usual_query(query: QueryDict, subject: Subject, *, today: date) -> QueryDict:
    """The query where the form has filled it; else what it says, and for the rest what has gone on until now."""
    if "asked" in query:
        return query
    full = query.copy()
    usual = {**beginning(subject, today=today), **asked_start(query, subject)}
    for name, values in {**usual, "weeks": ["1"], "ends": ["count"], "count": [str(max(subject.count, 1))]}.items():
        if name not in query:
            full.setlist(name, values)
    return full


def beginning(subject: Subject, *, today: date) -> dict[str, list[str]]:
    """As the last sessions went; without any, with the first who gives the service, from tomorrow on at nine."""
    pattern = subject.pattern
    if pattern is not None:
        return {
            "weekday": [str(day) for day in pattern.weekdays], "start": [f"{pattern.start:%H:%M}"],
            "weeks": [str(pattern.every_n_weeks)], "first_on": [pattern.next_day(today).isoformat()],
            "provider": [str(pattern.provider.pk)], "clinic": [str(pattern.clinic.pk)],
        }  # fmt: skip
    provider, clinic = subject.providers.first(), subject.clinics.first()
    return {
        "weekday": [str(today.isoweekday())], "start": ["09:00"], "first_on": [today.isoformat()],
        "provider": [str(provider.pk)] if provider else [], "clinic": [str(clinic.pk)] if clinic else [],
    }  # fmt: skip


def asked_start(query: QueryDict, subject: Subject) -> dict[str, list[str]]:
    """What the time that was chosen on another page says, on the wall of the clinic chosen with it."""
    moment = read_moment(query.get("starts_at", "").replace(" ", "+"))
    clinic = next((row for row in subject.clinics if str(row.pk) == query.get("clinic")), None)
    if moment is None or clinic is None:
        return {}
    local: datetime = moment.astimezone(clinic.zone)
    return {
        "weekday": [str(local.isoweekday())], "start": [f"{local:%H:%M}"], "first_on": [local.date().isoformat()],
    }  # fmt: skip


def today_of(organisation: Organisation) -> date:
    return local_day(organisation, now())
