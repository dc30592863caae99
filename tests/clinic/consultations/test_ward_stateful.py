"""Walk-ins, money and doctors in any order: refused or done, and nobody is ever seen unpaid or rewritten.

WARD_EXAMPLES says how many days in the clinic are tried.
"""

import os

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.clinic.consultations.ward import Rooms, Ward

EXAMPLES = int(os.environ.get("WARD_EXAMPLES", "10"))
STEPS = 15


def test_whatever_happens_nobody_is_seen_unpaid_and_nothing_closed_changes(db):
    ward = type("OwnWard", (Ward,), {"world": Rooms()})

    run_state_machine_as_test(ward, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
