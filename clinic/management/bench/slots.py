"""Slot search against the least work behind any right answer, and against asking once for each slot."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from time import perf_counter

from django.db import connection

from clinic.enums import LIVE_STATUSES
from clinic.management.bench.clock import side_by_side
from clinic.management.bench.diary import DAYS_AHEAD, FIRST_DAY, NOW, Diary, make_diary
from clinic.management.bench.report import Row
from clinic.management.bench.sweep import sweep
from clinic.models import Appointment, Provider
from clinic.scheduling import Slot, slots_for

CASES = ((1, 1), (10, 30), (100, DAYS_AHEAD))
ASKED = 200  # slots that are asked for one by one; the rest is reckoned from them


def rows(*, scale: str) -> Iterator[Row]:
    diary = make_diary(days_back=1_100 if scale == "million" else 0)
    for providers, days in CASES:
        yield from compared(diary, diary.providers[:providers], FIRST_DAY + timedelta(days=days - 1))


def compared(diary: Diary, providers: list[Provider], last_day: date) -> Iterator[Row]:
    case = f"{len(providers)} providers × {(last_day - FIRST_DAY).days + 1} days"
    engine = connection.vendor
    found = search(diary, providers, last_day)
    if {(slot.starts_at.timestamp(), slot.provider.pk) for slot in found} != set(
        sweep(diary.service, providers, last_day)
    ):
        raise AssertionError(f"{case}: the engine and the raw sweep disagree")
    ours, raw = side_by_side(
        lambda: search(diary, providers, last_day), lambda: sweep(diary.service, providers, last_day)
    )
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
