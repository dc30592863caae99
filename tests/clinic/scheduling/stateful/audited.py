"""The audit as a single question, for a test that asks it after every step."""

from datetime import datetime
from functools import cache

from django.db import connection

from clinic.audit.look import invariants


def broken_now(at: datetime) -> list[tuple[str, str]]:
    """The invariants that are broken, each with the key of a row that breaks it; guards are not looked at."""
    with connection.cursor() as cursor:
        cursor.execute(everything(connection.vendor), {"now": connection.ops.adapt_datetimefield_value(at)})
        return cursor.fetchall()


@cache
def everything(vendor: str) -> str:
    asked = [one for one in invariants(history=True) if one.question]
    return " UNION ALL ".join(
        f"SELECT '{one.name}', CAST(key AS TEXT) FROM ({one.written()}) asked_{number}"
        for number, one in enumerate(asked)
    )
