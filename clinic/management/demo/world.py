"""What has been made so far: the rows of one organisation by the codes its tables use."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from clinic.models import Clinic, Organisation, Package, Patient, Provider, Service, User

HISTORY = timedelta(days=182)
AHEAD = timedelta(days=28)
CLOSED_WEEKDAY = 5


@dataclass(frozen=True)
class Person:
    """A patient as the demo knows them: where they go, since when, and how often they forget to come.

    `needs` are the first parts of the codes of the services they may ask for, as in SLP for SLP-S.
    """

    patient: Patient
    clinic: Clinic
    registered_at: datetime
    needs: frozenset[str]
    forgets_rate: float


def need_of(service: Service) -> str:
    return service.code.partition("-")[0]


@dataclass
class World:
    """`today` and `now` are the moment the demo plays at; `share` is its size, 1 for the full number of patients."""

    organisation: Organisation
    folder: str
    now: datetime
    chance: Random
    share: float = 1.0
    clinics: dict[str, Clinic] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    logins: dict[str, User] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def founded_at(self) -> datetime:
        """The moment to which the history of clinics, catalogue and rota goes back."""
        return (self.now - HISTORY - timedelta(days=30)).replace(hour=6, minute=0)

    @property
    def desk(self) -> User:
        """Who books: the login of the front desk, or whoever stands in for it."""
        return self.logins.get("Front desk") or next(iter(self.logins.values()))

    @cached_property
    def treating_logins(self) -> set[int]:
        """The keys of the providers who can sign in; asked once they are written."""
        return {provider.pk for provider in self.providers.values() if provider.user_id}

    @property
    def office(self) -> User:
        """Who keeps catalogue and rota."""
        return self.logins["Administrator"]

    def table(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def day(self, weeks: int, weekday: int) -> date:
        """The weekday of the week that lies `weeks` weeks from this one; weeks start with the organisation's day."""
        start = self.organisation.week_start
        week_began_on = self.today - timedelta(days=(self.today.isoweekday() - start) % 7)
        return week_began_on + timedelta(weeks=weeks, days=(weekday - start) % 7)


def by_code[T](rows: Iterable[T]) -> dict[str, T]:
    return {row.code: row for row in rows}
