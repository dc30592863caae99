"""The starts at which sessions could be held, as columns, and which of them suit whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

import numpy as np
from numpy.typing import NDArray

from clinic.models import PackagePurchase, PurchaseItem, Service
from clinic.packages.balance import Balance
from clinic.scheduling.intervals import MINUTE, Span
from clinic.scheduling.planning.plan import PlanRequest, Preferences
from clinic.scheduling.situation import Situation
from clinic.scheduling.slots import Lengths, free_starts

type Column = NDArray[np.int64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Demand:
    """Sessions of one item that are still free to be booked."""

    purchase: PackagePurchase
    item: PurchaseItem
    sessions: int


@dataclass(frozen=True)
class Starts:
    """The starts of one service as columns: instants in seconds, keys of rows, local day and minute."""

    start: Column
    provider: Column
    clinic: Column
    day: Column
    minute: Column

    def __len__(self) -> int:
        return len(self.start)

    def where(self, mask: Mask) -> "Starts":
        return Starts(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def demands_of(purchases: Iterable[PackagePurchase], balances: dict[int, dict[PurchaseItem, Balance]]) -> list[Demand]:
    """Every item of the purchases, in their order; an item with nothing free stays, for its step counts."""
    return [
        Demand(purchase, item, max(0, balance.free))
        for purchase in purchases
        for item, balance in balances.get(purchase.pk, {}).items()
    ]


def starts_of(situation: Situation, service: Service, at: datetime) -> Starts:
    """Every free start of the service, by time, provider and clinic."""
    rows = np.array(sorted(free_starts(situation, service, at)), dtype=np.int64).reshape(-1, 4)
    start, provider, clinic = rows[:, 0], rows[:, 1], rows[:, 2]
    day, minute = np.empty_like(start), np.empty_like(start)
    for clinic_pk in np.unique(clinic):
        moment = situation.clocks[clinic_pk].moment
        here = clinic == clinic_pk
        instants, position = np.unique(start[here], return_inverse=True)
        local = [moment(int(instant)) for instant in instants]
        day[here] = np.array([m.toordinal() for m in local], dtype=np.int64)[position]
        minute[here] = np.array([m.hour * 60 + m.minute for m in local], dtype=np.int64)[position]
    return Starts(start, provider, clinic, day, minute)


def wanted_starts(demand: Demand, starts: Starts, situation: Situation, request: PlanRequest) -> Starts:
    """The starts at which this demand could be met."""
    if not demand.sessions:
        return starts.where(np.zeros(len(starts), bool))
    starts = at_usual_clinics(starts, demand, request)
    mask = within_preferences(starts, demand.item.service, request.preferences)
    mask &= starts.day <= last_day_of(demand.purchase, request)
    engaged = situation.patients_busy.get(demand.purchase.patient_id, ())
    mask &= ~elsewhere(starts, Lengths.of(demand.item.service).treatment, engaged)
    return starts.where(mask)


def at_usual_clinics(starts: Starts, demand: Demand, request: PlanRequest) -> Starts:
    """The starts at the clinics to which the purchase is limited, if there are any such limits and starts."""
    here = np.isin(starts.clinic, list(request.usual_clinics.get(demand.purchase.pk, ())))
    return starts.where(here) if here.any() else starts


def last_day_of(purchase: PackagePurchase, request: PlanRequest) -> int:
    """The last day on which a session of the purchase may be held."""
    return purchase.expires_on.toordinal() + request.extend_days


def within_preferences(starts: Starts, service: Service, preferences: Preferences) -> Mask:
    mask = np.isin(weekday_of(starts.day), list(preferences.weekdays))
    if preferences.closed_days:
        mask &= ~np.isin(starts.day, [day.toordinal() for day in preferences.closed_days])
    if preferences.earliest is not None:
        mask &= starts.minute >= minutes_of(preferences.earliest)
    if preferences.latest is not None:
        mask &= starts.minute + Lengths.of(service).treatment // MINUTE <= minutes_of(preferences.latest)
    return mask


def elsewhere(starts: Starts, treatment: int, engaged: Iterable[Span]) -> Mask:
    """At which starts the patient would have to be in two places."""
    mask = np.zeros(len(starts), bool)
    for start, end in engaged:
        mask |= (starts.start < end) & (starts.start + treatment > start)
    return mask


def thinned(chosen: list[Starts], most: int) -> list[Starts]:
    """The same, or every n-th minute of the day of each demand's starts when there are more than `most` in all.

    Neighbouring demands keep different times of day, each the same time on every day, so that they get out of each
    other's way and a session can still recur at its hour.
    """
    total = sum(map(len, chosen))
    if total <= most:
        return chosen
    keep_one_in = -(-total // most)
    result = []
    for number, starts in enumerate(chosen):
        _minutes, rank = np.unique(starts.minute, return_inverse=True)
        result.append(starts.where((rank + number) % keep_one_in == 0))
    return result


def joined(chosen: list[Starts]) -> Starts:
    columns = Starts.__dataclass_fields__
    empty = np.empty(0, np.int64)
    return Starts(*(np.concatenate([empty, *(getattr(starts, name) for starts in chosen)]) for name in columns))


def weekday_of(day: Column) -> Column:
    """ISO weekdays of day ordinals: ordinal 1 was a Monday."""
    return (day - 1) % 7 + 1


def week_of(day: Column, week_start: int) -> Column:
    """A number that is the same for all days of one week of the organisation."""
    return (day - week_start) // 7


def minutes_of(moment: time) -> int:
    return moment.hour * 60 + moment.minute
