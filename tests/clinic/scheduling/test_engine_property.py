"""The engine against the minute-by-minute model, in random worlds around changes of the clocks.

ENGINE_EXAMPLES says how many worlds each test tries.
"""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.errors import SlotTaken
from clinic.scheduling import booking, selectors, slots_for, why_not
from clinic.scheduling.refusals import Question, refusals
from tests.clinic.scheduling.model import minute_of, moment_of
from tests.clinic.scheduling.worlds import Stage, worlds
from tests.factories import make_patient

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "20"))
many = settings(max_examples=EXAMPLES)


@pytest.fixture
def stage(db):
    return Stage()


def days_of(world):
    return world.day, world.day + timedelta(days=1)


def offered(stage, world, patient):
    first_day, last_day = days_of(world)
    at = moment_of(world.at)
    return slots_for(stage.service, first_day=first_day, last_day=last_day, patient=patient, at=at)


def test_the_engine_offers_what_the_model_allows(stage):
    @many
    @given(worlds())
    def check(world):
        with stage.show(world):
            slots = offered(stage, world, stage.patient)

        assert [(minute_of(slot.starts_at), slot.free_places) for slot in slots] == world.slots(*days_of(world))

    check()


def test_every_start_is_refused_for_exactly_the_rules_it_breaks(stage):
    @many
    @given(worlds())
    def check(world):
        first_day, last_day = days_of(world)
        with stage.show(world):
            situation = selectors.situation(
                [stage.service], patients=[stage.patient], first_day=first_day, last_day=last_day
            )
            for minute in world.minutes_of(first_day)[::7]:
                asked = (stage.service, stage.provider, stage.clinic, minute * 60, moment_of(world.at), stage.patient)
                reasons = refusals(Question(situation, *asked))
                assert {reason.code for reason in reasons} == world.against(minute), moment_of(minute)
                assert all(reason.message and reason.hint for reason in reasons)

    check()


def test_why_not_asked_of_the_database_says_the_same(stage):
    @many
    @given(worlds(), st.lists(st.integers(0, 1379), min_size=1, max_size=6))
    def check(world, chosen):
        minutes = world.minutes_of(world.day)
        with stage.show(world):
            for minute in (minutes[number] for number in chosen):
                asked = (stage.service, stage.provider, stage.clinic, moment_of(minute))
                reasons = why_not(*asked, patient=stage.patient, at=moment_of(world.at))
                assert {reason.code for reason in reasons} == world.against(minute), moment_of(minute)

    check()


def test_every_slot_can_be_booked_as_often_as_it_has_places(stage):
    def book(slot, patient, at):
        return booking.book(
            patient=patient, service=stage.service, provider=slot.provider, clinic=slot.clinic,
            starts_at=slot.starts_at, by=stage.user, at=at,
        )  # fmt: skip

    @many
    @given(worlds(), st.data())
    def check(world, data):
        with stage.show(world):
            slots = offered(stage, world, None)
            if not slots:
                return
            slot = data.draw(st.sampled_from(slots))
            for _ in range(slot.free_places):
                book(slot, make_patient(stage.organisation), moment_of(world.at))
            with transaction.atomic(), pytest.raises(SlotTaken):
                book(slot, make_patient(stage.organisation), moment_of(world.at))

    check()
