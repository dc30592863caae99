"""How much a new time disturbs a patient who has lost the old one: the one measure of every re-booking. Pure.

A time is measured in minutes of distance from the old one, whether earlier or later. Nothing is added where the time
itself stays and somebody else treats. Another time has to be agreed upon with the patient, which counts like an hour;
another provider at another time like three days of waiting for the usual one; another clinic like a week. So at the
same distance the order is that of `RebookingWay`: same time, same provider, another provider, another clinic. Not to
be placed at all outweighs everything and is told apart, as the number of those who are.
"""

from typing import NamedTuple

from clinic.scheduling.intervals import MINUTE

A_DAY = 24 * 60  # in minutes, as every weight
ANOTHER_TIME = 60
ANOTHER_PROVIDER = 3 * A_DAY
ANOTHER_CLINIC = 7 * A_DAY


class Spot(NamedTuple):
    """Where somebody is treated, by whom, from which instant on."""

    start: int
    provider: int
    clinic: int


def disturbance(old: Spot, new: Spot) -> int:
    """The minutes that the change weighs; 0 for another provider at the same time in the same clinic."""
    apart = abs(new.start - old.start) // MINUTE
    if new.clinic != old.clinic:
        return ANOTHER_CLINIC + (ANOTHER_PROVIDER if new.provider != old.provider else 0) + ANOTHER_TIME + apart
    if not apart:
        return 0
    return ANOTHER_TIME + apart + (ANOTHER_PROVIDER if new.provider != old.provider else 0)
