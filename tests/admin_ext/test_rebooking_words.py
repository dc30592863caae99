"""How far a new time is from the old one, in words."""

from datetime import timedelta

import pytest

from admin_ext.rebooking.lines import distance_words
from tests.factories import NINE, RIYADH


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(0), ""), (timedelta(minutes=30), "30 min later"), (-timedelta(minutes=90), "1:30 h earlier"),
        (timedelta(hours=2), "2 h later"), (timedelta(days=1), "1 day later"), (-timedelta(days=3), "3 days earlier"),
        (timedelta(hours=20), "1 day later"),
    ],
)  # fmt: skip
def test_distance_is_said_as_people_say_it(apart, words):
    assert distance_words(NINE, NINE + apart, RIYADH) == words
