"""When a message that could not be sent is tried again, and when it is given up. Pure: no database."""

import random
from datetime import timedelta

MOST_ATTEMPTS = 10  # about four hours in all
LONGEST_WAIT = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
JITTER = 0.25  # what failed together does not come back together


def wait_after(attempts: int) -> timedelta:
    """A minute after the first attempt and twice as long after each further one, an hour at most, give or take."""
    wait = min(A_MINUTE * 2 ** (attempts - 1), LONGEST_WAIT)
    return wait * random.uniform(1 - JITTER, 1 + JITTER)
