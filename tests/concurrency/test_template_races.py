"""Administrators who write the first words of a kind at once: one is heard, the others see what stands there."""

import pytest

from clinic.models import MessageTemplate
from tests.concurrency.race import race, tally
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.concurrency


def test_first_words_of_four_at_once_are_those_of_one_and_the_others_are_told(transactional_db):
    by = make_user(make_organisation()).pk
    entries = [{"by": by, "body": f"{number} {{{{ day }}}} {{{{ time }}}}"} for number in range(4)]

    outcomes = race("template_racers.write", entries)

    assert tally(outcomes) == {"won": 1, "ChangedMeanwhile": 3}
    assert [outcome.result for outcome in outcomes if not outcome.error] == [MessageTemplate.objects.get().body]
