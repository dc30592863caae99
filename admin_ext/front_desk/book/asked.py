"""What the booking page is asked for by its address or its form: rows of the person's own organisation, or 404."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.http import QueryDict

from admin_ext.reading import read_day, read_key, read_moment, read_wall_time, read_words
from admin_ext.scope import own_rows, row_or_404
from admin_ext.who import Who, who
from clinic.enums import AppointmentKind
from clinic.models import Appointment, Clinic, Consultation, Organisation, PackagePurchase, Provider, Service

LONGEST = {"reason": 250, "overbook_reason": 250}


@dataclass(frozen=True)
class Time:
    """A start that was chosen, free or not; `starts_at` is in the clinic's zone."""

    provider: Provider
    clinic: Clinic
    starts_at: datetime

    @property
    def value(self) -> str:
        """As a value of the form's choice `slot`."""
        return time_value(self.provider.pk, self.clinic.pk, self.starts_at)

    @property
    def day(self) -> date:
        return self.starts_at.date()


@dataclass(frozen=True)
class Asked(Who):
    """`provider` and `clinic` narrow the search for a time; `time` is the one chosen."""

    service: Service | None = None
    purchase: PackagePurchase | None = None
    is_without_package: bool = False  # a service was chosen, and no package for it
    provider: Provider | None = None
    clinic: Clinic | None = None
    time: Time | None = None
    starts_at: datetime | None = None  # a start with anybody who is free then
    kind: str = ""
    follow_up_of: Appointment | None = None
    consultation: Consultation | None = None  # whose follow-up is noted with the booking
    reason: str = ""
    overbook_reason: str = ""
    first_day: date | None = None
    request_key: UUID | None = None
    as_page: bool = False

    @property
    def day(self) -> date | None:
        """The day of the time that is asked for."""
        moment = self.time.starts_at if self.time else self.starts_at
        return moment.date() if moment else None


def asked(query: QueryDict, organisation: Organisation) -> Asked:
    """Read the address of the page, or its form. A row of another organisation, or no row at all, is not found."""
    reader = Reader(query, organisation)
    origin, consultation = reader.row("follow_up_of", Appointment), reader.row("consultation", Consultation)
    came_from = origin or consultation
    service, purchase, is_without_package = reader.what()
    time = reader.time()
    return Asked(
        **who(query, organisation, otherwise=came_from and came_from.patient),
        service=service or (purchase is None and origin and origin.service) or None,
        purchase=purchase,
        is_without_package=is_without_package,
        provider=reader.filter("provider", Provider, origin and origin.provider),
        clinic=reader.filter("clinic", Clinic, origin and origin.clinic),
        time=time,
        starts_at=None if time else reader.moment("starts_at"),
        kind=reader.kind() or (AppointmentKind.FOLLOW_UP if origin and "kind" not in query else ""),
        follow_up_of=origin,
        consultation=consultation,
        reason=reader.text("reason"),
        overbook_reason=reader.text("overbook_reason"),
        first_day=read_day(query.get("from", "")),
        request_key=read_key(query.get("request_key", "")),
        as_page="as_page" in query,
    )


@dataclass(frozen=True)
class Reader:
    query: QueryDict
    organisation: Organisation

    def row(self, name: str, model):
        return self.own(model, key) if (key := self.query.get(name)) else None

    def own(self, model, key: str):
        related = {
            Appointment: ("patient", "provider", "clinic", "service"),
            Consultation: ("patient",),
            PackagePurchase: ("package", "patient"),
        }
        rows = own_rows(model, self.organisation)
        return row_or_404(rows.select_related(*related[model]) if model in related else rows, key)

    def text(self, name: str) -> str:
        return read_words(self.query.get(name, ""), LONGEST[name])

    def moment(self, name: str) -> datetime | None:
        return read_moment(self.query.get(name, "").replace(" ", "+"))  # a plus sign that was not quoted

    def kind(self) -> str:
        kind = self.query.get("kind", "")
        return kind if kind in AppointmentKind.values else ""

    def filter(self, name: str, model, usual):
        """The row to which the search is narrowed; an empty filter, chosen by hand, is nobody."""
        return self.row(name, model) if name in self.query else usual

    def what(self) -> tuple[Service | None, PackagePurchase | None, bool]:
        """The choice `what` of the form, service.purchase, or else `service` and `purchase` of an address."""
        if chosen := self.query.get("what"):
            service, _dot, purchase = chosen.partition(".")
            row = self.own(PackagePurchase, purchase) if purchase else None
            return self.own(Service, service), row, not purchase
        return self.row("service", Service), self.row("purchase", PackagePurchase), False

    def time_entered(self) -> Time | None:
        """A time of the wall of the clinic chosen, with the provider chosen."""
        provider, clinic = self.row("provider", Provider), self.row("clinic", Clinic)
        shown = read_wall_time(self.query.get("entered", ""))
        if not (provider and clinic and shown):
            return None
        on_the_clock = shown.replace(tzinfo=clinic.zone).astimezone(UTC)  # an hour that the clocks skip is moved on
        return Time(provider, clinic, on_the_clock.astimezone(clinic.zone))

    def time(self) -> Time | None:
        """The choice `slot` of the form, or else `provider`, `clinic` and `starts_at` of an address."""
        if "take" in self.query:
            return self.time_entered()
        if chosen := self.query.get("slot"):
            provider, clinic, starts_at = [*chosen.split("~"), "", ""][:3]
            moment = read_moment(starts_at)
        else:
            provider, clinic = self.query.get("provider"), self.query.get("clinic")
            moment = self.moment("starts_at")
        if not (provider and clinic and moment):
            return None
        at_clinic = self.own(Clinic, clinic)
        return Time(self.own(Provider, provider), at_clinic, moment.astimezone(at_clinic.zone))


def time_value(provider: int, clinic: int, starts_at: datetime) -> str:
    return f"{provider}~{clinic}~{starts_at.isoformat()}"
