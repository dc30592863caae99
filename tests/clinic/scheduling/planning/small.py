"""Small problems: one written by hand a few lines at a time, and random ones by seed."""

import random
from dataclasses import replace

import numpy as np

from clinic.scheduling.planning.problem import NONE, Booked, Candidates, Demands, Lanes, Places, Problem, Rules, Visits
from tests.clinic.scheduling.planning.rules import has_home

DAY = 1440


def demands(*rows, **columns):
    """Rows of (patient, purchase, sessions); rank 0, service 0 and no capacity unless given by column."""
    patient, purchase, sessions = zip(*rows, strict=True)
    rest = {name: columns.get(name, [0] * len(rows)) for name in ("service", "rank", "capacity")}
    return Demands(patient=patient, purchase=purchase, sessions=sessions, **rest)


def rules(n=1, *, per_day=1, per_week=0, gap_days=1, keep_provider=True, keep_time=True):
    return Rules([per_day] * n, [per_week] * n, [gap_days] * n, [keep_provider] * n, [keep_time] * n)


def offer(demand, day, minute, *, provider=0, length=60, room_set=NONE, before=0, after=0):
    """One candidate; day 0 is a Monday, weeks begin on Mondays, local time is UTC."""
    start = (day + 1000) * DAY + minute
    return (demand, provider, room_set, start, start + length, start - before, start + length + after,
            day, day // 7, day % 7 + 1, minute)  # fmt: skip


def candidates(offers):
    return Candidates(*zip(*offers, strict=True)) if offers else Candidates.empty()


def booked(*rows):
    """Rows of (demand, provider, day, minute), an hour each."""
    return Booked(
        *zip(
            *(
                (
                    demand,
                    provider,
                    (day + 1000) * DAY + minute,
                    (day + 1000) * DAY + minute + 60,
                    day,
                    day // 7,
                    day % 7 + 1,
                    minute,
                )
                for demand, provider, day, minute in rows
            ),
            strict=True,
        )
    )


def lanes(provider, n, *, since=0, until=3000 * DAY):
    return [(provider, lane, since, until) for lane in range(n)]


def random_problem(seed):
    """Up to three demands of up to two patients and a dozen offers, with every kind of rule now and then."""
    rng = random.Random(seed)
    n = rng.choice([1, 2, 2, 3])
    n_purchases = rng.randint(1, n)
    purchase = sorted([*range(n_purchases), *(rng.randrange(n_purchases) for _ in range(n - n_purchases))])
    patient_of = [rng.randrange(2) for _ in range(n_purchases)]
    length, before = [rng.choice([30, 60]) for _ in range(n)], rng.choice([0, 0, 15])
    room_sets = rng.choice([(), (), ((0,),), ((0, 1), (1, 2)), ((0,), (0, 1), (2,))])
    offers = set()
    for _ in range(rng.randint(3, 11)):
        demand = rng.randrange(n)
        offers.add(
            offer(
                demand,
                rng.randrange(rng.choice([3, 9])),
                rng.choice([540, 570, 600, 660]),
                provider=rng.randrange(rng.choice([1, 2, 3])),
                length=length[demand],
                before=before,
                room_set=rng.randrange(len(room_sets)) if room_sets and rng.random() < 0.8 else NONE,
            )
        )
    gap = [rng.choice([0, 0, 1, 2, 3]) for _ in range(n_purchases)]
    per_day, per_week = [rng.choice([0, 1, 2]) for _ in "xy"], [rng.choice([0, 0, 1, 2]) for _ in "xy"]
    visits = [(rng.randrange(2), day, day // 7) for day in rng.sample(range(9), rng.choice([0, 0, 1, 2]))]
    several = [row for provider in range(2) if rng.random() < 0.5 for row in lanes(provider, rng.randint(1, 3))]
    if several and rng.random() < 0.5:
        several[-1] = (*several[-1][:2], 1000 * DAY + 560, 1004 * DAY)
    problem = Problem(
        demands=Demands(
            patient=[patient_of[p] for p in purchase],
            purchase=purchase,
            service=list(range(n)),
            sessions=[rng.choice([0, 1, 2, 2, 3, 4]) for _ in range(n)],
            rank=[rng.choice([0, 0, 1]) for _ in range(n)],
            capacity=[rng.choice([0, 0, 1, 2]) for _ in range(n)],
        ),
        rules=Rules(
            per_day=[per_day[patient] for patient in patient_of],
            per_week=[per_week[patient] for patient in patient_of],
            gap_days=gap,
            keep_provider=[True] * n_purchases,
            keep_time=[rng.random() < 0.5 for _ in gap],
        ),
        candidates=candidates(sorted(offers)),
        booked=booked((0, 0, 1, 600)) if rng.random() < 0.3 else Booked.empty(),
        visits=Visits(*zip(*visits, strict=True)) if visits else Visits.empty(),
        lanes=Lanes(*zip(*several, strict=True)) if several else Lanes.empty(),
        places=Places([0], [1000 * DAY], [1001 * DAY + 600]) if room_sets and rng.random() < 0.3 else Places.empty(),
        room_sets=room_sets,
    )
    real = np.array([has_home(problem, row) for row in range(len(offers))])
    return replace(problem, candidates=problem.candidates.take(real))
