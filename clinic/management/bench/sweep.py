"""The least work behind any right answer about free slots: read every row that can change it, and sweep once.

The rows are those the engine reads (who offers the service where, rooms, policy, hours, leave, closures, what is
taken), in four raw queries and whole numbers; of what is taken only whose and when. The sweep knows no rule that the
bench's own diary does not need (lanes, rooms, buffers, a finer grid), and answers in bare numbers, not in moments and
rows that a page could show. What the engine takes beyond this is the price of its other rules and of a usable answer.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.management.bench.diary import FIRST_DAY, NOW, SLOT
from clinic.models import Provider, Service
from clinic.scheduling.intervals import DAY, Span, merged
from clinic.scheduling.openings import Hours, days_of
from clinic.scheduling.sql import ABSENCES, HOURS, OFFERS, ROOMS_AND_POLICY, ask

STEP = int(SLOT.total_seconds())
ACTIVE = """
SELECT id, '' FROM clinic_provider WHERE organisation_id = %(organisation)s AND active AND id AMONG(providers)
UNION ALL
SELECT id, time_zone FROM clinic_clinic WHERE organisation_id = %(organisation)s AND active AND id AMONG(clinics)
"""
TAKEN = """
SELECT provider_id, INSTANT(busy_from), INSTANT(busy_until) FROM clinic_appointment
 WHERE provider_id AMONG(providers) AND status IN ('scheduled', 'rescheduled', 'confirmed', 'arrived', 'in_progress')
   AND busy_from > %(start)s AND busy_from < %(end)s
"""


def sweep(service: Service, providers: Iterable[Provider], last_day: date) -> list[tuple[int, int]]:
    """Free (instant, provider) pairs from FIRST_DAY to `last_day`, in order."""
    organisation = service.organisation_id
    days = {"first_day": FIRST_DAY, "last_day": last_day}
    providers = [provider.pk for provider in providers]
    frame = ask(
        OFFERS, HOURS, ROOMS_AND_POLICY,
        services=[service.pk], providers=providers, clinics=None, organisation=organisation, **days,
    )  # fmt: skip
    pairs = {(provider, clinic) for kind, _, provider, clinic, *_ in frame if kind == "offer"}
    clinics = {clinic for _, clinic in pairs}
    zones = dict(ask(ACTIVE, providers=providers, clinics=clinics, organisation=organisation))
    start = datetime.combine(FIRST_DAY, time(), UTC) - timedelta(days=1)
    window = {"start": start, "end": datetime.combine(last_day, time(), UTC) + timedelta(days=2)}
    absences = ask(ABSENCES, providers=providers, clinics=clinics, organisation=organisation, **days, **window)
    taken = ask(TAKEN, providers=providers, **window)

    shut = {day for kind, _, first, last, *_ in absences if kind == "closure" for day in range(first, last + 1)}
    busy = merged_by_owner([*taken, *(row[1:4] for row in absences if row[0] in ("leave", "elsewhere"))])
    opens, closes = next(bookable(notice, horizon) for kind, notice, horizon, *_ in frame if kind == "policy")
    midnights = {clinic: Midnights(zones[clinic]) for clinic in clinics}
    free = []
    for row in (Hours(*row) for kind, *row, _code in frame if kind == "hours"):
        if (row.provider, row.clinic) in pairs and row.provider in zones:
            for day in days_of(row, FIRST_DAY.toordinal(), last_day.toordinal()):
                if day not in shut:
                    midnight = midnights[row.clinic][day]
                    gaps = free_in(midnight + row.start, midnight + row.end, busy.get(row.provider, []))
                    free += [(instant, row.provider) for instant in gaps]
    free.sort()
    return free[bisect_left(free, (opens,)) : bisect_left(free, (closes,))]


def bookable(notice: int, horizon_days: int) -> Span:
    now = int(NOW.timestamp())
    return now + notice, now + horizon_days * DAY


class Midnights(dict[int, int]):
    """By day, the instant at which it begins in a zone."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self.zone = ZoneInfo(zone)

    def __missing__(self, day: int) -> int:
        midnight = self[day] = int(datetime.fromordinal(day).replace(tzinfo=self.zone).timestamp())
        return midnight


def merged_by_owner(rows: Iterable[tuple[int, int, int]]) -> dict[int, list[Span]]:
    spans = defaultdict(list)
    for owner, start, end in rows:
        spans[owner].append((start, end))
    return {owner: merged(own) for owner, own in spans.items()}


def free_in(opens: int, closes: int, busy: Sequence[Span]) -> list[int]:
    """The starts between two instants at which nothing is taken for one step."""
    free = []
    position = max(0, bisect_left(busy, (opens,)) - 1)
    for instant in range(opens, closes - STEP + 1, STEP):
        while position < len(busy) and busy[position][1] <= instant:
            position += 1
        if position == len(busy) or busy[position][0] >= instant + STEP:
            free.append(instant)
    return free
