"""Re-booking a week of one provider against the optimum of the assignment problem, and against greedy nearest."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import median

import numpy as np
from django.db import connection
from scipy.optimize import linear_sum_assignment

from clinic.enums import LIVE_STATUSES
from clinic.management.bench.diary import DAYS_AHEAD, FIRST_DAY, NOW, Diary, make_diary
from clinic.management.bench.report import Row
from clinic.models import Appointment, Leave
from clinic.scheduling import Slot, slots_for
from clinic.scheduling.planning import plan_rebooking
from clinic.scheduling.planning.disturbance import disturbance
from clinic.scheduling.planning.replacements import AFTER, BEFORE
from clinic.scheduling.rebooking.hits import stranded

SHARE = 0.71  # of the slots are booked: 17 a day, 85 in a week
AWAY_FROM = FIRST_DAY + timedelta(days=28)
SHAPES = {"group": {"providers": 12, "clinics": 3}, "large": {"providers": 100, "clinics": 5}}
ROUNDS, MOST_MS = 5, 100
NO_WAY = 10_000_000  # in the classical problem: more than all of them can weigh


def rows(*, scale: str) -> Iterator[Row]:
    back = 1_100 if scale == "million" else 0
    for name, shape in SHAPES.items():
        yield from compared(make_diary(name, days_back=back, share=SHARE, **shape))


def compared(diary: Diary) -> Iterator[Row]:
    """A large practice has so much free time that the nearest is free for nearly everybody."""
    leave = week_away(diary)
    hit, engine = stranded(leave, at=NOW), connection.vendor
    plans = [plan_rebooking(leave, at=NOW) for _round in range(ROUNDS)]
    plan, weights = plans[0], weights_of(hit, free_around(diary, leave))
    case = f"{len(hit)} appointments, {len(diary.providers)} providers"
    best = int(weights[linear_sum_assignment(weights)].sum())
    hasty = greedy(weights)
    ours = median(plan.seconds for plan in plans) * 1e3
    placed = len(plan.placed)
    yield Row("rebooking", case, engine, "placed", placed, len(hit), "all of them", "= 1", placed == len(hit))
    yield Row(
        "rebooking", case, engine, "minutes", plan.disturbance, best, "the optimum, solved alone", "= 1",
        plan.optimal and plan.disturbance == best,
    )  # fmt: skip
    yield Row("rebooking", case, engine, "minutes", plan.disturbance, hasty, "greedy nearest")
    yield Row("rebooking", case, engine, "ms", ours, MOST_MS, "what was promised", "≤ 1", ours < MOST_MS)


def week_away(diary: Diary) -> Leave:
    """Leave of one provider that nobody has entered yet; it costs nothing to ask what it would do."""
    starts_at = NOW.replace(hour=0) + (AWAY_FROM - NOW.date())
    owner = {"organisation": diary.organisation, "provider": diary.providers[1]}
    leave = Leave(**owner, starts_at=starts_at, ends_at=starts_at + timedelta(days=7), status="approved")
    Leave.objects.filter(provider=leave.provider).delete()
    Leave.objects.bulk_create([leave])  # without the list that saving it would open
    return leave


def free_around(diary: Diary, leave: Leave) -> list[Slot]:
    first, last = AWAY_FROM - BEFORE, min(AWAY_FROM + timedelta(days=4) + AFTER, FIRST_DAY + timedelta(DAYS_AHEAD))
    return slots_for(diary.service, first_day=first, last_day=last, at=NOW)


def weights_of(hit: Sequence[Appointment], slots: Sequence[Slot]) -> np.ndarray:
    """What each appointment would bear in each slot: equal lengths on one grid, so that no two slots overlap."""
    columns = [(slot.starts_at, slot.provider.pk, slot.clinic.pk) for slot in slots]
    days = np.array([start.toordinal() for start, _, _ in columns])
    minutes = np.array([start.hour * 60 + start.minute for start, _, _ in columns])
    providers, clinics = (np.array([column[place] for column in columns]) for place in (1, 2))
    engaged = engagements(hit)
    weights = np.empty((len(hit), len(slots)), dtype=np.int64)
    for number, row in enumerate(hit):
        local = row.starts_at.astimezone(row.clinic.zone)
        weights[number] = disturbance(
            np.abs(days - local.toordinal()),
            np.abs(minutes - local.hour * 60 - local.minute),
            other_provider=providers != row.provider_id,
            other_clinic=clinics != row.clinic_id,
        )
        too_early = days < local.toordinal() - BEFORE.days
        busy = np.array([start in engaged[row.patient_id] - {row.starts_at} for start, _, _ in columns])
        weights[number][too_early | busy] = NO_WAY
    return weights


def engagements(hit: Sequence[Appointment]) -> dict[int, set]:
    """When the patients are treated already; every treatment begins on the grid and lasts one step of it."""
    rows = Appointment.objects.filter(
        patient__in={row.patient_id for row in hit}, status__in=LIVE_STATUSES,
        starts_at__range=(NOW, NOW + timedelta(days=DAYS_AHEAD)),
    )  # fmt: skip
    found = defaultdict(set)
    for patient, starts_at in rows.values_list("patient", "starts_at"):
        found[patient].add(starts_at)
    return found


def greedy(weights: np.ndarray) -> int:
    """Everybody in turn takes the slot that is nearest to them among those left."""
    left, total = weights.copy(), 0
    for number in range(len(left)):
        slot = int(left[number].argmin())
        total += int(left[number][slot])
        left[:, slot] = NO_WAY
    return total
