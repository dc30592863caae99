"""Services that others stand in the way of: tried again, and in the end refused politely."""

from collections.abc import Callable
from functools import wraps

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import Crowded, Refusal

ATTEMPTS = 3
GIVEN_UP = {"40P01", "40001", "55P03"}  # PostgreSQL: deadlock detected, could not serialize, lock not available


def retried[**P, R](service: Callable[P, R]) -> Callable[P, R]:
    """Run a service again when the database gave it up for another's sake; raises Crowded after `ATTEMPTS` times.

    Inside somebody else's transaction there is nothing to try again: what happened is left to that one.
    """

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for _attempt in range(ATTEMPTS):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if not given_up(error) or transaction.get_connection().in_atomic_block:
                    raise
                last = error
        raise crowded() from last

    return attempt


def given_up(error: OperationalError) -> bool:
    """Whether nothing was written because others were in the way: a deadlock, or a wait that was too long."""
    return getattr(error.__cause__, "sqlstate", None) in GIVEN_UP or "database is locked" in str(error)


def crowded() -> Crowded:
    message = _("Too many people are writing at once. Nothing was saved.")
    return Crowded(Refusal(RefusalCode.CROWDED, message, _("Try again.")))
