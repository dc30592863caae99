"""Slot search against the least work that any right answer needs, and against asking once for each slot."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.db import connection

from clinic.enums import LIVE_STATUSES
from clinic.management.bench.clock import side_by_side
from clinic.management.bench.diary import DAYS_AHEAD, FIRST_DAY, NOW, SLOT, Diary, make_diary
from clinic.management.bench.report import Row
from clinic.models import Appointment, Provider
from clinic.scheduling import Slot, slots_for
from clinic.scheduling.intervals import merged

CASES = ((1, 1), (10, 30), (100, DAYS_AHEAD))
ASKED = 200  # slots that are asked for one by one; the rest is reckoned from them
STEP = int(SLOT.total_seconds())
DAY = 86_400
UTC_OFFSET = 3 * 3600  # the diary's zone keeps it all year
EPOCH = {"sqlite": "unixepoch({0})", "postgresql": "EXTRACT(EPOCH FROM {0})::bigint"}
SECONDS = {"sqlite": "unixepoch('1970-01-01 ' || {0})", "postgresql": "EXTRACT(EPOCH FROM {0})::int"}


def rows(*, scale: str) -> Iterator[Row]:
    diary = make_diary(days_back=1_100 if scale == "million" else 0)
    for providers, days in CASES:
        yield from compared(diary, diary.providers[:providers], FIRST_DAY + timedelta(days=days - 1))


def compared(diary: Diary, providers: list[Provider], last_day: date) -> Iterator[Row]:
    case = f"{len(providers)} providers × {(last_day - FIRST_DAY).days + 1} days"
    engine = connection.vendor
    found = search(diary, providers, last_day)
    if {(slot.starts_at.timestamp(), slot.provider.pk) for slot in found} != set(sweep(providers, last_day)):
        raise AssertionError(f"{case}: the engine and the raw sweep disagree")
    ours, raw = side_by_side(lambda: search(diary, providers, last_day), lambda: sweep(providers, last_day))
    yield Row("slots", case, engine, "ms", ours * 1e3, raw * 1e3, "raw fetch and sweep", "≤ 2", ours <= 2 * raw)
    counting = count_each(found[:ASKED]) * len(found) / min(len(found), ASKED)
    yield Row("slots", case, engine, "ms", ours * 1e3, counting * 1e3, "one COUNT for each free slot")


def search(diary: Diary, providers: list[Provider], last_day: date) -> list[Slot]:
    return slots_for(diary.service, providers=providers, first_day=FIRST_DAY, last_day=last_day, at=NOW)


def count_each(slots: Iterable[Slot]) -> float:
    """Seconds to ask the table about each slot by itself."""
    started = perf_counter()
    for slot in slots:
        live = Appointment.objects.filter(provider=slot.provider, status__in=LIVE_STATUSES)
        live.filter(busy_from__lt=slot.ends_at, busy_until__gt=slot.starts_at).count()
    return perf_counter() - started


def sweep(providers: list[Provider], last_day: date) -> list[tuple[int, int]]:
    """Free (instant, provider) pairs from five raw queries and one pass; knows only this diary's simple rules."""
    keys = ", ".join(str(provider.pk) for provider in providers)
    epoch, seconds = EPOCH[connection.vendor].format, SECONDS[connection.vendor].format
    first, last = FIRST_DAY.toordinal(), last_day.toordinal()
    weekly = fetch("clinic_workinghours", keys, "provider_id", "weekday", seconds("start"), seconds('"end"'))
    extra = fetch("clinic_extrahours", keys, "provider_id", epoch("date"), seconds("start"), seconds('"end"'))
    leave = fetch("clinic_leave", keys, "provider_id", epoch("starts_at"), epoch("ends_at"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {epoch('first_on')}, {epoch('last_on')} FROM clinic_closure")
        closed = {day for start, end in cursor.fetchall() for day in range(start // DAY, end // DAY + 1)}
    window = f"busy_until > '{FIRST_DAY - timedelta(days=1)}' AND busy_from < '{last_day + timedelta(days=2)}'"
    live = f"status IN ({', '.join(repr(str(status)) for status in LIVE_STATUSES)})"
    booked = fetch(
        "clinic_appointment", keys, "provider_id", epoch("busy_from"), epoch("busy_until"), where=f"{window} AND {live}"
    )
    taken = defaultdict(list)
    for provider, start, end in [*booked, *leave]:
        taken[provider].append((start, end))
    taken = {provider: merged(spans) for provider, spans in taken.items()}
    epoch_day = date(1970, 1, 1).toordinal()
    spans = [(p, day // DAY, start, end) for p, day, start, end in extra if first <= day // DAY + epoch_day <= last]
    for provider, weekday, start, end in weekly:
        days = range(first + (weekday - 1 - (first - 1)) % 7, last + 1, 7)
        spans += [(provider, day - epoch_day, start, end) for day in days]
    free = []
    for provider, day, start, end in spans:
        if day in closed:
            continue
        busy = taken.get(provider, [])
        midnight = day * DAY - UTC_OFFSET
        position = max(0, bisect_left(busy, (midnight + start,)) - 1)
        for moment in range(midnight + start, midnight + end - STEP + 1, STEP):
            while position < len(busy) and busy[position][1] <= moment:
                position += 1
            if position == len(busy) or busy[position][0] >= moment + STEP:
                free.append((moment, provider))
    free.sort()
    return free


def fetch(table: str, keys: str, *columns: str, where: str = "TRUE") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE provider_id IN ({keys}) AND {where}")
        return cursor.fetchall()
