"""Which of those who wait a free time fits: the most urgent first, then who has waited longest."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils import timezone
from scipy.optimize import linear_sum_assignment

from clinic.messaging.services import destination_of
from clinic.models import Clinic, Provider, Service, WaitlistEntry
from clinic.packages.balance import Balance
from clinic.packages.refusals import usability_refusals
from clinic.packages.selectors import balances_by_purchase
from clinic.scheduling.attendance import NoShowRecord, no_show_records
from clinic.waitlist import selectors
from clinic.waitlist.times import FreeTime


def matches(
    service: Service,
    provider: Provider,
    clinic: Clinic,
    starts_at: datetime,
    *,
    at: datetime | None = None,
    leave_out: Collection[int] = (),
    given_up_by: int | None = None,
) -> list[WaitlistEntry]:
    """Those who could take this time, in the order in which they are asked; whether it is free is the engine's to say.

    Left out are who has another offer to answer, has declined this very time, or is among `leave_out` (keys of
    entries), and the patient, by key, who has given it up. At most five queries.
    """
    time = FreeTime(service, provider, clinic, starts_at, given_up_by)
    return [entry for entry in matches_of([time], at=at)[0] if entry.pk not in leave_out]


def wanted_at(
    provider: Provider, clinic: Clinic, starts_at: datetime, *, at: datetime | None = None
) -> dict[Service, list[WaitlistEntry]]:
    """By service that the provider gives in the clinic, those who could take this time; services without any left out.

    At most six queries.
    """
    given = provider.services.filter(active=True, clinics=clinic).order_by("name_en", "pk")
    times = [FreeTime(service, provider, clinic, starts_at) for service in given]
    found = zip(times, matches_of(times, at=at), strict=True)
    return {time.service: entries for time, entries in found if entries}


def matches_of(times: Sequence[FreeTime], *, at: datetime | None = None) -> list[list[WaitlistEntry]]:
    """The matches of each of several times of one organisation, at the price of one."""
    at = at or timezone.now()
    entries = list(selectors.askable(times, at=at)) if times else []
    if not entries:
        return [[] for _time in times]
    situation = Standing.of(entries, times, at=at)
    return [[entry for entry in entries if fits(entry, time) and situation.allows(entry, time)] for time in times]


def match_holes(times: Sequence[FreeTime], *, each: int, at: datetime | None = None) -> list[list[WaitlistEntry]]:
    """Up to `each` entries for every time, so that nobody is asked twice and as many times as possible are taken.

    The first entries of all the times together are the best assignment there is: most times matched, then the most
    urgent, then who has waited longest; the second ones are the best of what is left, and so on.
    """
    fitting = matches_of(times, at=at)
    chosen: list[list[WaitlistEntry]] = [[] for _time in times]
    asked: set[int] = set()
    for _round in range(each):
        left = [[entry for entry in row if entry.patient_id not in asked] for row in fitting]
        for place, entry in assigned(left):
            if entry.patient_id not in asked:
                chosen[place].append(entry)
                asked.add(entry.patient_id)
    return chosen


def assigned(fitting: Sequence[Sequence[WaitlistEntry]]) -> Iterator[tuple[int, WaitlistEntry]]:
    """One entry for each time at most and one time for each entry: most pairs, then the best ranked entries."""
    entries = sorted({entry.pk: entry for row in fitting for entry in row}.values(), key=rank)
    if not entries:
        return
    column = {entry.pk: number for number, entry in enumerate(entries)}
    # Which entries can be matched together is a matroid: any worth that falls with the rank finds the best ranked.
    dear = np.arange(len(entries), 0, -1)
    worth = np.zeros((len(fitting), len(entries)))
    for number, row in enumerate(fitting):
        wanted = [column[entry.pk] for entry in row]
        worth[number, wanted] = dear[wanted] + dear.sum()  # one more pair outweighs every rank
    for number, chosen in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
        if worth[number, chosen]:
            yield int(number), entries[chosen]


def rank(entry: WaitlistEntry) -> tuple[int, datetime, int]:
    """The order of the waiting list: the smaller is asked first."""
    return -entry.urgency, entry.joined_at, entry.pk


def fits(entry: WaitlistEntry, time: FreeTime) -> bool:
    """Whether the entry's own wishes allow the time, read on the clinic's wall; nobody wants back what was theirs."""
    zone = time.clinic.zone
    start, end = time.starts_at.astimezone(zone), time.ends_at.astimezone(zone)
    return (
        entry.service_id == time.service.pk
        and entry.patient_id != time.given_up_by
        and entry.clinic_id in (None, time.clinic.pk)
        and entry.provider_id in (None, time.provider.pk)
        and entry.first_on <= start.date() <= entry.last_on
        and (not entry.weekdays or start.isoweekday() in entry.weekdays)
        and (entry.earliest is None or entry.earliest <= start.time())
        and (entry.latest is None or (end.date() == start.date() and end.time() <= entry.latest))
    )


@dataclass(frozen=True)
class Standing:
    """What else decides whether somebody may be asked: other appointments, packages, no-shows, answers given before."""

    engaged: dict[int, list[tuple[datetime, datetime]]]
    balances: dict[int, dict]
    records: dict[int, NoShowRecord]
    declined: set[tuple[int, int, datetime]]

    @classmethod
    def of(cls, entries: Sequence[WaitlistEntry], times: Sequence[FreeTime], *, at: datetime) -> "Standing":
        patients = {entry.patient_id: entry.patient for entry in entries}
        engaged = defaultdict(list)
        for patient, start, end in selectors.engagements(patients, times):
            engaged[patient].append((start, end))
        purchases = [entry.package_purchase for entry in entries if entry.package_purchase]
        return cls(
            engaged=engaged,
            balances=balances_by_purchase(purchases) if purchases else {},
            records=no_show_records(patients.values(), at=at),
            declined=set(selectors.declined(entries, times)),
        )

    def allows(self, entry: WaitlistEntry, time: FreeTime) -> bool:
        return (
            (entry.pk, time.provider.pk, time.starts_at) not in self.declined
            and not destination_of(entry.patient).obstacle
            and not any(start < time.ends_at and time.starts_at < end for start, end in self.engaged[entry.patient_id])
            and self._may_book(entry)
            and self._has_session(entry, time)
        )

    def _may_book(self, entry: WaitlistEntry) -> bool:
        record = self.records[entry.patient_id]
        return record.may_book_online and (entry.package_purchase_id is not None or not record.must_prepay)

    def _has_session(self, entry: WaitlistEntry, time: FreeTime) -> bool:
        purchase = entry.package_purchase
        if purchase is None:
            return True
        balances: dict[object, Balance] = self.balances.get(purchase.pk, {})
        on = time.starts_at.astimezone(time.clinic.zone).date()
        return not usability_refusals(purchase, entry.patient, time.service, balances, on=on, count=1)
