"""One lock call per transaction, before anything is read that decides.

On PostgreSQL it takes advisory locks, always in the same order, so that two bookings of one provider, patient or
clinic's rooms wait for each other instead of meeting in a constraint and deadlocking there. On SQLite every writing
transaction is alone from its start (IMMEDIATE), so there is nothing to take. The constraints remain the guarantee.
"""

from collections.abc import Callable, Iterable
from functools import wraps

from django.db import OperationalError, connection, transaction

from clinic.models import Clinic, Patient, Provider

PROVIDER, PATIENT, ROOMS_OF_CLINIC = 1, 2, 3
ATTEMPTS = 3
RETRIED = {"40P01", "40001"}  # PostgreSQL: deadlock detected, could not serialize


def lock(
    *, providers: Iterable[Provider] = (), patients: Iterable[Patient] = (), clinics: Iterable[Clinic] = ()
) -> None:
    """Hold these until the transaction ends; `clinics` stands for their rooms."""
    if connection.vendor != "postgresql":
        return
    keys = {(PROVIDER, provider.pk) for provider in providers}
    keys |= {(PATIENT, patient.pk) for patient in patients}
    keys |= {(ROOMS_OF_CLINIC, clinic.pk) for clinic in clinics}
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)


def retried[**P, R](service: Callable[P, R]) -> Callable[P, R]:
    """Run a service again when the database gave it up for another's sake; not inside somebody else's transaction."""

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(ATTEMPTS)):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if not left or not given_up(error) or transaction.get_connection().in_atomic_block:
                    raise
        raise AssertionError("unreachable")

    return attempt


def given_up(error: OperationalError) -> bool:
    """Whether nothing was written because others were in the way: a deadlock, or SQLite's queue of writers too long."""
    return getattr(error.__cause__, "sqlstate", None) in RETRIED or "database is locked" in str(error)
