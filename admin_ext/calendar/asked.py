"""What a calendar's address asks for: which days, whose columns, and the addresses of its neighbours."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.timezone import localtime

from admin_ext.reading import read_day
from clinic.models import Clinic, Provider

MOST_AT_ONCE = 20  # providers side by side before a clinic has to be chosen
KEPT = ("view", "by", "clinic", "specialty", "provider", "day", "cancelled")


class Asked:
    """The calendar's question. An unknown day is today; a row of another organisation is not found."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        self._query = request.GET
        self.user = request.user
        self.at = at
        organisation = request.user.organisation
        self.all_clinics = list(Clinic.objects.of(organisation).filter(active=True))
        self.all_providers = list(Provider.objects.of(organisation))

    @cached_property
    def is_week(self) -> bool:
        return self._query.get("view") == "week"

    @cached_property
    def is_by_room(self) -> bool:
        return self._query.get("by") == "room" and not self.is_week

    @cached_property
    def shows_cancelled(self) -> bool:
        return self._query.get("cancelled") == "1"

    @cached_property
    def clinic(self) -> Clinic | None:
        """The clinic asked for; one is chosen where all together would be too many or in several zones."""
        chosen = row_of(self.all_clinics, self._query.get("clinic"))
        if chosen is None and not self.may_show_all and self.all_clinics:
            return self.all_clinics[0]
        return chosen

    @cached_property
    def may_show_all(self) -> bool:
        active = [provider for provider in self.all_providers if provider.active]
        return len({clinic.time_zone for clinic in self.all_clinics}) == 1 and len(active) <= MOST_AT_ONCE

    @property
    def clinics(self) -> list[Clinic]:
        return [self.clinic] if self.clinic else self.all_clinics

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinics[0].time_zone if self.clinics else self.user.organisation.time_zone)

    @cached_property
    def specialty(self) -> str:
        return self._query.get("specialty", "")

    @cached_property
    def specialties(self) -> dict[str, str]:
        """Each specialty of an active provider with its name in the page's language, in its order."""
        known = {one.specialty: one.specialty_name for one in self.all_providers if one.active and one.specialty}
        return dict(sorted(known.items(), key=lambda pair: pair[1]))

    @cached_property
    def provider(self) -> Provider | None:
        """The provider asked for; a week is always somebody's."""
        chosen = row_of(self.all_providers, self._query.get("provider"))
        if chosen is None and self.is_week:
            own = [one for one in self._choice if one.user_id == self.user.pk]
            return next(iter([*own, *self._choice]), None)
        return chosen

    @property
    def providers(self) -> list[Provider]:
        """Whose time is shown; a room shows everybody who is in it."""
        if self.is_by_room:
            return self.all_providers
        return [self.provider] if self.provider else self._choice

    @property
    def choices(self) -> list[Provider]:
        """What the list of providers offers."""
        return [one for one in self._choice if one.active]

    @property
    def _choice(self) -> list[Provider]:
        return [one for one in self.all_providers if self.specialty in ("", one.specialty)]

    @cached_property
    def today(self) -> date:
        return localtime(self.at, self.zone).date()

    @cached_property
    def day(self) -> date:
        return read_day(self._query.get("day", "")) or self.today

    @property
    def first_day(self) -> date:
        if not self.is_week:
            return self.day
        return self.day - timedelta(days=(self.day.isoweekday() - self.user.organisation.week_start) % 7)

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=6 if self.is_week else 0)

    @property
    def previous_address(self) -> str:
        return self.address(day=(self.day - self._page).isoformat())

    @property
    def next_address(self) -> str:
        return self.address(day=(self.day + self._page).isoformat())

    @property
    def today_address(self) -> str:
        return self.address(day=None)

    @property
    def same_address(self) -> str:
        """This day by its date, so that the page goes on showing it after midnight."""
        return self.address(day=self.day.isoformat())

    @property
    def _page(self) -> timedelta:
        return timedelta(days=7 if self.is_week else 1)

    @property
    def is_other_zone(self) -> bool:
        """Whether the clock of the calendar is not the organisation's."""
        return self.zone.key != self.user.organisation.time_zone

    def address(self, **changes) -> str:
        """The query of this calendar with some of its answers changed; None takes one away."""
        query = self._query.copy()
        for name in set(query) - set(KEPT):
            del query[name]
        for name, value in changes.items():
            query[name] = value
            if value is None:
                del query[name]
        return f"?{query.urlencode()}"


def row_of[Row: Model](rows: Iterable[Row], key: str | None) -> Row | None:
    """The row with this key, None where none is asked for; 404 for a key that is not among the rows."""
    if not key:
        return None
    for row in rows:
        if str(row.pk) == key:
            return row
    raise Http404
