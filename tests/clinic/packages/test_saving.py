"""What a package saves against single sessions."""

from decimal import Decimal

import pytest

from clinic.models import Service
from clinic.packages.saving import saving_per_session

SPEECH = Service(pk=1, price=Decimal("280.00"))
MOTOR = Service(pk=2, price=Decimal("140.00"))


@pytest.mark.parametrize(
    ("price", "contents", "saving"),
    [
        (Decimal("2400.00"), [(SPEECH, 10)], Decimal("40.00")),
        (Decimal("1000.00"), [(SPEECH, 3)], Decimal(0)),
        (Decimal("2800.00"), [(SPEECH, 10)], Decimal(0)),
        (Decimal("630.00"), [(SPEECH, 2), (MOTOR, 2)], Decimal("70.00")),
        (Decimal("500.00"), [(SPEECH, 2)], Decimal("30.00")),
        (Decimal("100.00"), [], Decimal(0)),
    ],
    ids=["cheaper", "dearer", "the same", "shared by price", "a mixed number", "nothing in it"],
)
def test_saving_is_what_a_session_costs_less_in_the_package(price, contents, saving):
    assert saving_per_session(price, contents, SPEECH) == saving
