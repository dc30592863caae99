"""On random clinics: what is planned can be booked and breaks no wish, and no plan is better than the bound.

PLAN_EXAMPLES says how many clinics are tried.
"""

import os
from collections import Counter
from contextlib import contextmanager
from itertools import pairwise
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.models import BusyTime, Room
from clinic.packages.selectors import item_balances
from clinic.scheduling import slots_for
from clinic.scheduling.planning import apply, plan
from tests.clinic.scheduling.planning.judge import broken, overlap, planned, standing
from tests.clinic.scheduling.planning.worlds import World

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("PLAN_EXAMPLES", "20"))
seeds = st.integers(0, 2**32 - 1)


@contextmanager
def rolled_back():
    """What is written inside is gone afterwards, so that every example begins with an empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def plan_for(world):
    """A plan for all purchases, or for one beside what its patient has from the others."""
    asked = world.random.choice([world.purchases, world.purchases, world.purchases[:1]])
    return plan(
        asked, providers=world.random.choice([None, world.providers]), first_day=world.first_day,
        last_day=world.last_day, preferences=world.wishes(), at=world.at,
    )  # fmt: skip


def left_over(plan):
    """Sessions without a time, by purchase and step; with what was placed they are all that were free."""
    missing = Counter()
    for left in plan.unplaced:
        missing[left.purchase.pk, left.item.step] += left.sessions
    free = sum(balance.free for purchase in plan.request.purchases for balance in item_balances(purchase).values())
    assert missing.total() + len(plan.placed) == free
    return missing


@settings(max_examples=EXAMPLES)
@given(seeds)
def test_plan_keeps_every_rule_and_can_be_booked(seed):
    with rolled_back():
        world = World(Random(seed))
        answer = plan_for(world)

        sessions = [planned(s.purchase, s.item, s.provider, s.clinic, s.starts_at) for s in answer.placed]
        missing = left_over(answer)
        assert broken(answer.request, standing(world.patients) + sessions, missing) == []
        assert busy_elsewhere(answer) == []
        assert answer.certificate.placed == len(sessions) <= answer.certificate.bound
        assert all(one.starts_at <= other.starts_at for one, other in pairwise(answer.placed))
        assert all(left.reasons for left in answer.unplaced)
        for book_all in (booked_at_once, booked_one_by_one):
            with rolled_back():
                assert book_all(world, answer) == [(s.starts_at, s.session_number) for s in answer.placed]


def busy_elsewhere(answer):
    return [
        (session.starts_at, str(session.provider)) for session in answer.placed for busy in BusyTime.objects.all()
        if session.provider.pk == busy.provider_id
        and overlap((session.starts_at, session.ends_at), (busy.starts_at, busy.ends_at))
    ]  # fmt: skip


def booked_at_once(world, answer):
    rows = apply(answer, by=world.user, at=world.at) if answer.placed else []
    return [(row.starts_at, row.session_number) for row in rows]


def booked_one_by_one(world, answer):
    rows = []
    for s in answer.placed:
        room = s.place and Room.objects.get(pk=s.place.room)
        rows.append(
            world.book(
                s.purchase.patient, s.item.service, s.provider, s.clinic, s.starts_at, purchase=s.purchase, room=room
            )
        )
    assert [row for row in rows if isinstance(row, Exception)] == []
    return [(row.starts_at, row.session_number) for row in rows]


@pytest.mark.any_engine
@settings(max_examples=EXAMPLES)
@given(seeds)
def test_no_plan_places_more_than_the_bound_says(seed):
    with rolled_back():
        world = World(Random(seed), tiny=True)
        answer = plan_for(world)

        best = most_by_trying_everything(world, answer.request)

        assert len(answer.placed) <= best <= answer.certificate.bound
        assert not answer.certificate.optimal or len(answer.placed) == best


def most_by_trying_everything(world, request) -> int:
    """The most sessions that any choice among the slots on offer could hold."""
    (purchase,) = request.purchases
    free = {item: balance.free for item, balance in item_balances(purchase).items()}
    offers = [
        planned(purchase, item, slot.provider, slot.clinic, slot.starts_at)
        for item in free
        for slot in slots_for(
            item.service, providers=request.providers, patient=purchase.patient, first_day=request.first_day,
            last_day=request.last_day, at=world.at,
        )
    ]  # fmt: skip
    stand = standing([purchase.patient])
    offers = [offer for offer in offers if broken(request, [*stand, offer], Counter()) == []]
    wanted = {item.pk: sessions for item, sessions in free.items()}
    best = 0

    def extend(position, chosen):
        nonlocal best
        if len(chosen) + min(len(offers) - position, sum(wanted.values()) - len(chosen)) <= best:
            return
        taken = Counter(session.item for session in chosen)
        missing = Counter()
        for item, sessions in free.items():
            missing[purchase.pk, item.step] += sessions - taken[item.pk]
        if broken(request, stand + chosen, missing) == []:
            best = max(best, len(chosen))
        for number in range(position, len(offers)):
            offer = offers[number]
            fits = taken[offer.item] < wanted[offer.item] and not any(clash(offer, other) for other in chosen)
            if fits and broken(request, [*stand, *chosen, offer], Counter()) == []:
                extend(number + 1, [*chosen, offer])

    extend(0, [])
    return best


def clash(one, other) -> bool:
    same_provider = one.provider == other.provider
    return same_provider and overlap((one.busy_from, one.busy_until), (other.busy_from, other.busy_until))
