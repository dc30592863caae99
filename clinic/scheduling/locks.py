"""One lock call per transaction, before anything is read that decides.

On PostgreSQL it takes advisory locks, always in the same order, so that two bookings of one provider, patient or
clinic's rooms wait for each other instead of meeting in a constraint and deadlocking there. On SQLite every writing
transaction is alone from its start (IMMEDIATE), so there is nothing to take. The constraints remain the guarantee.
Nobody waits for ever: the connection's `lock_timeout`, or SQLite's, ends the wait (see `clinic.environment`).
"""

from collections.abc import Iterable

from django.db import connection

from clinic.models import Clinic, Patient, Provider

PROVIDER, PATIENT, ROOMS_OF_CLINIC = 1, 2, 3


def lock(
    *, providers: Iterable[Provider] = (), patients: Iterable[Patient] = (), clinics: Iterable[Clinic] = ()
) -> None:
    """Hold these until the transaction ends, in one round trip; `clinics` stands for their rooms."""
    keys = {(PROVIDER, provider.pk) for provider in providers}
    keys |= {(PATIENT, patient.pk) for patient in patients}
    keys |= {(ROOMS_OF_CLINIC, clinic.pk) for clinic in clinics}
    if connection.vendor != "postgresql" or not keys:
        return
    takes = [f"SELECT pg_advisory_xact_lock({kind:d}, {number:d})" for kind, number in sorted(keys)]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(takes))
