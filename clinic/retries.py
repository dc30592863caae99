"""What may fail: services that others stand in the way of, forms that are sent twice, one work among many."""

import logging
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.enums import RefusalCode
from clinic.errors import Crowded, InvalidEntry, Refusal

ATTEMPTS = 3
GIVEN_UP = {"40P01", "40001", "55P03"}  # PostgreSQL: deadlock detected, could not serialize, lock not available

logger = logging.getLogger(__name__)


def retried[**P, R](service: Callable[P, R]) -> Callable[P, R]:
    """Run a service again when the database gave it up for another's sake; raises Crowded after `ATTEMPTS` times.

    Inside somebody else's transaction there is nothing to try again: what happened is left to that one.
    """

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for _attempt in range(ATTEMPTS):
            try:
                return service(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                if not given_up(error) or transaction.get_connection().in_atomic_block:
                    raise
                last = error
        raise crowded() from last

    return attempt


def on_its_own(work: Callable[[], int], row: Model) -> int:
    """What came of the work on one row of many; if it fails it is left to the log and the next run, and others go on.

    The count of a failure is 0. It catches nothing that ends the worker.
    """
    try:
        return work()
    except Exception:
        logger.exception("%s %s failed", row._meta.verbose_name, row.pk)
        return 0


def given_up(error: OperationalError | IntegrityError) -> bool:
    """Whether nothing was written because others were in the way.

    A deadlock, a wait that was too long, or the same form that somebody sends at the same moment.
    """
    if isinstance(error, IntegrityError):
        return "request_key" in str(error)
    return getattr(error.__cause__, "sqlstate", None) in GIVEN_UP or "database is locked" in str(error)


def crowded() -> Crowded:
    message = _("Too many people are writing at once. Nothing was saved.")
    return Crowded(Refusal(RefusalCode.CROWDED, message, _("Try again.")))


def made_before[M: Model](model: type[M], request_key: UUID | None, **asked: Model) -> M | None:
    """The row that this form made when it was sent before, whatever has become of it; None for a new form.

    `asked` are the rows that it was made for. Raises InvalidEntry when the same form asks for others now. Call it
    under lock: forms sent at the same moment find each other here, or else in the constraint, and are tried again.
    """
    row = None if request_key is None else model._default_manager.filter(request_key=request_key).first()
    if row is not None and any(getattr(row, f"{name}_id") != other.pk for name, other in asked.items()):
        raise sent_for_something_else()
    return row


def sent_for_something_else() -> InvalidEntry:
    message = _("This form has been sent before, for something else.")
    return InvalidEntry(Refusal(RefusalCode.INVALID, message, _("Open a new one.")))
