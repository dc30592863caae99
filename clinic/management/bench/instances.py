"""Made-up scheduling problems for the bench and the tests: equal arguments, equal problem."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clinic.scheduling.planning.problem import NO_LIMIT, NONE, Candidates, Demands, Ints, Problem, Rules

MONDAY = 739_623  # 2026-01-05, an ordinal that falls on a Monday
SLOT = 60  # minutes; also the length of every session, so a half-day has SLOTS_A_HALF places
MORNING, AFTERNOON = 9 * 60, 14 * 60
SLOTS_A_HALF = 4


@dataclass(frozen=True)
class Shape:
    """Size and tightness of an instance."""

    patients: int = 200
    sessions: int = 10
    providers: int = 20
    days: int = 60
    gap_days: int = 2
    eligible: int = 3  # providers a patient may see
    free_share: float = 0.5  # of the providers' places that earlier bookings leave free
    choosy: bool = True  # patients have preferred weekdays and half-days, and packages that expire
    short_last: bool = False  # the packages that expire soon come last in the queue
    seed: int = 1


ROOMY = Shape(free_share=0.75)
TIGHT = Shape(free_share=0.355)
ADVERSARIAL = Shape(free_share=0.36, short_last=True)
SINGLE = Shape(patients=1, sessions=20, providers=5, days=90, eligible=5, free_share=0.9, choosy=False)
SINGLE_SCARCE = Shape(patients=1, sessions=20, providers=5, days=90, eligible=5, free_share=0.06, choosy=False)
SCALE = Shape(patients=1000, providers=243, days=90, free_share=0.9, choosy=False)


def instance(shape: Shape) -> Problem:
    """A problem of this shape: a purchase with one item per patient, one session a day, hourly places on five days."""
    rng = np.random.default_rng(shape.seed)
    place_provider, place_day, place_minute = _free_places(shape, rng)
    demand, place = _offers(_wishes(shape, rng), place_provider, place_day, place_minute)
    start = place_day[place] * 1440 + place_minute[place]
    everyone = np.arange(shape.patients)
    return Problem(
        demands=Demands(
            patient=everyone,
            purchase=everyone,
            service=0 * everyone,
            sessions=0 * everyone + shape.sessions,
            rank=0 * everyone,
            capacity=0 * everyone + NO_LIMIT,
        ),
        rules=Rules(
            per_day=0 * everyone + 1,
            per_week=0 * everyone + NO_LIMIT,
            gap_days=0 * everyone + shape.gap_days,
            keep_provider=everyone >= 0,
            keep_time=everyone >= 0,
        ),
        candidates=Candidates(
            demand=demand,
            provider=place_provider[place],
            room_set=np.full(len(place), NONE),
            start=start,
            end=start + SLOT,
            busy_from=start,
            busy_until=start + SLOT,
            day=place_day[place] + MONDAY,
            week=place_day[place] // 7,
            weekday=place_day[place] % 7 + 1,
            minute=place_minute[place],
        ),
    )


def _free_places(shape: Shape, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Provider, day and minute of each free place; a provider works about four half-days in five, on weekdays 1..5."""
    starts = np.concatenate([half + SLOT * np.arange(SLOTS_A_HALF) for half in (MORNING, AFTERNOON)])
    works = rng.random((shape.providers, shape.days, 2)) < 0.8
    works &= (np.arange(shape.days) % 7 < 5)[None, :, None]
    free = np.repeat(works, SLOTS_A_HALF, axis=2) & (
        rng.random((shape.providers, shape.days, len(starts))) < shape.free_share
    )
    provider, day, slot = np.nonzero(free)
    return provider, day, starts[slot]


@dataclass(frozen=True)
class Wishes:
    """What suits each patient; one row per patient."""

    eligible: NDArray[np.bool_]  # patient × provider
    weekdays: NDArray[np.bool_]  # patient × Monday..Sunday
    halves: NDArray[np.bool_]  # patient × (morning, afternoon)
    last_day: NDArray[np.int64]  # the package's expiry


def _wishes(shape: Shape, rng: np.random.Generator) -> Wishes:
    n = shape.patients
    eligible = rng.permuted(np.tile(np.arange(shape.providers) < shape.eligible, (n, 1)), axis=1)
    if not shape.choosy:
        return Wishes(eligible, np.ones((n, 7), bool), np.ones((n, 2), bool), np.full(n, shape.days))
    weekdays = rng.permuted(np.tile(np.arange(5) < 4, (n, 1)), axis=1)
    only_half = rng.random(n) < 0.4
    halves = ~only_half[:, None] | (rng.integers(0, 2, n)[:, None] == np.arange(2))
    last_day = rng.integers(shape.days // 2, shape.days + 1, n)
    if shape.short_last:
        last_day = np.where(np.arange(n) < 0.7 * n, shape.days, shape.days // 3 + rng.integers(0, 10, n))
    return Wishes(eligible, np.pad(weekdays, ((0, 0), (0, 2))), halves, last_day)


def _offers(wishes: Wishes, provider: Ints, day: Ints, minute: Ints) -> tuple[Ints, Ints]:
    """(demand, place) of every place that suits a patient, patient by patient."""
    suits = [
        np.flatnonzero(
            wishes.eligible[patient][provider]
            & wishes.weekdays[patient][day % 7]
            & wishes.halves[patient][(minute >= AFTERNOON).astype(int)]
            & (day < wishes.last_day[patient])
        )
        for patient in range(len(wishes.last_day))
    ]
    return np.repeat(np.arange(len(suits)), [len(places) for places in suits]), np.concatenate(suits)
