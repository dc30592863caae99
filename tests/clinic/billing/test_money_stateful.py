"""Invoices, payments, refunds, waivers and fees in any order: refused or done, and everything adds up after each step.

TILL_EXAMPLES says how many days at the cash desk are tried.
"""

import os

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.clinic.billing.money_machine import Till, World

EXAMPLES = int(os.environ.get("TILL_EXAMPLES", "10"))
STEPS = 25


def test_whatever_happens_at_the_cash_desk_everything_adds_up(db):
    till = type("OwnTill", (Till,), {"world": World()})

    run_state_machine_as_test(till, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
