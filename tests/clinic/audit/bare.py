"""Tables without a guard, so that the audit alone is left to notice what is written to them."""

from django.db import connection
from django.db.models import Max

from clinic.audit.look import invariants, look
from tests.factories import BEFORE


def bare(*models) -> None:
    """Put a copy before each table until the test ends: a temporary table has no constraints and no triggers."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            source = f"main.{table}" if connection.vendor == "sqlite" else f"public.{table}"
            cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {source}")


def insert(world, model, changes) -> int:
    """The key of a second row like the world's but for the changes."""
    key = 1 + model._base_manager.aggregate(n=Max("pk"))["n"]
    world.insert(model, {**changes, "pk": key})
    return key


def broken(*names, at=BEFORE, most=20, history=False) -> dict[str, list]:
    """What breaks each invariant, by its name: the keys of its rows. Those that hold are left out."""
    asked = [one for one in invariants(history=history or bool(names)) if not names or one.name in names]
    assert set(names) <= {one.name for one in asked}
    return {
        finding.invariant.name: [row["key"] for found in finding.broken.values() for row in found.rows]
        for finding in look(asked, at=at, most=most)
        if finding.count
    }


def sentences(name, at=BEFORE) -> list[str]:
    """What is said of each row that breaks this invariant."""
    (finding,) = look([one for one in invariants() if one.name == name], at=at)
    return [finding.invariant.sentence(row) for found in finding.broken.values() for row in found.rows]
