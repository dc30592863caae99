"""How much a new time disturbs a patient who has lost the old one: the one measure of every re-booking. Pure.

A new time is as far from the old one as there are days between them, earlier or later, and beside that as many minutes
as the hour of the day is another: whoever comes at nine would rather come at nine on the day before than at five of its
afternoon. Nothing is added where the time itself stays and somebody else treats. Another time has to be agreed upon
with the patient, which counts like an hour; another provider at another time like three days of waiting for the usual
one; another clinic like a week more. So at the same distance the order is that of `RebookingWay`: same time, same
provider, another provider, another clinic. Not to be placed at all outweighs everything: how many are placed comes
first, what they bear second.
"""

import numpy as np
from numpy.typing import NDArray

type Whole = int | NDArray[np.integer]
type Truth = bool | NDArray[np.bool_]

A_DAY = 24 * 60  # in minutes, as every weight
ANOTHER_TIME = 60
ANOTHER_PROVIDER = 3 * A_DAY
ANOTHER_CLINIC = 7 * A_DAY


def disturbance(days: Whole, minutes: Whole, *, other_provider: Truth, other_clinic: Truth) -> Whole:
    """The minutes that a change weighs, of one or of columns of them.

    The new time is `days` days and `minutes` minutes of the wall clock from the old one, neither negative. Another
    provider at the same time in the same clinic weighs nothing.
    """
    apart = days * A_DAY + minutes
    moved = (apart > 0) | other_clinic
    return apart + moved * (ANOTHER_TIME + other_provider * ANOTHER_PROVIDER) + other_clinic * ANOTHER_CLINIC
