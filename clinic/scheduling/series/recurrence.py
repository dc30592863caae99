"""What is to recur: a rule for one patient, service and provider, and the moments that it means."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import NamedTuple, Self

from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import BookingRefused, Refusal
from clinic.models import Clinic, PackagePurchase, Patient, Provider, Service
from clinic.scheduling.local_time import WallClock, instant_of
from clinic.scheduling.series.rule import Rule, seconds_of


class Place(NamedTuple):
    """When, with whom and where."""

    starts_at: datetime
    provider: Provider
    clinic: Clinic

    @property
    def key(self) -> tuple[int, int, int]:
        """As the engine's free starts name it."""
        return instant_of(self.starts_at), self.provider.pk, self.clinic.pk


@dataclass(frozen=True)
class Recurrence:
    """A rule that counts from `first_on`, at `start` on the wall clock of the clinic."""

    rule: Rule
    patient: Patient
    service: Service
    provider: Provider
    clinic: Clinic
    first_on: date
    start: time
    purchase: PackagePurchase | None = None
    exceptions: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def from_first(
        cls, rule: Rule | str, *, clinic: Clinic, starts_at: datetime, exceptions: frozenset[date], **of: object
    ) -> Self:
        """Of a rule or its text and its first moment; BookingRefused for a text that says no such rule."""
        local = starts_at.astimezone(clinic.zone)
        rule = rule if isinstance(rule, Rule) else parsed(rule, local.date())
        return cls(
            rule, clinic=clinic, first_on=local.date(), start=local.time(), exceptions=frozenset(exceptions), **of
        )

    @cached_property
    def clock(self) -> WallClock:
        return WallClock(self.clinic.zone)

    @cached_property
    def places(self) -> dict[date, Place]:
        """Where the rule puts each of its days, in order; BookingRefused where it has none."""
        places = {day: self.place_on(day) for day in self.rule.days(self.first_on, self.exceptions)}
        if not places:
            message = _("This rule has no day from its first day to its last.")
            raise BookingRefused(Refusal(RefusalCode.INVALID, message, _("Choose a later end or other weekdays.")))
        return places

    def without_end_left_out(self) -> Self:
        """The same days with a rule that ends on the last of them, so that no exception follows it."""
        *_others, last = self.places
        days = [day for day in self.rule.days(self.first_on) if day <= last]
        end = {"until": last} if self.rule.until else {"count": len(days)}
        return replace(self, rule=replace(self.rule, **end), exceptions=self.exceptions & frozenset(days))

    def place_on(self, day: date) -> Place:
        instant = self.clock.start(day.toordinal(), seconds_of(self.start))
        return Place(self.clock.moment(instant), self.provider, self.clinic)


def parsed(text: str, first_on: date) -> Rule:
    try:
        return Rule.parse(text, first_on=first_on)
    except ValueError as error:
        message = _("“%(rule)s” is not a weekly rule with an end.") % {"rule": text[:100]}
        hint = _("Choose weekdays, and after how many times or when it ends.")
        raise BookingRefused(Refusal(RefusalCode.INVALID, message, hint)) from error
