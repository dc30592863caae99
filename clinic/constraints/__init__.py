"""Rules over several rows or moments that the database itself keeps, the same on PostgreSQL and on SQLite.

`NoOverlap` is an exclusion constraint on PostgreSQL and a pair of triggers on SQLite; all others are triggers on
both. Triggers stand in the way of changes to tables (SQLite renames no table that a trigger of another one
looks into, PostgreSQL changes no column that a trigger watches), so `migrate` takes them all away first, if it has
anything to do, and makes them anew at its end. Either way a row that breaks the rule raises IntegrityError.
"""

from clinic.constraints.agrees import Agrees
from clinic.constraints.no_overlap import NoOverlap
from clinic.constraints.transitions import Frozen, Needs, Steps
from clinic.constraints.triggers import TriggerRule, install_triggers, remove_triggers, statements_for

__all__ = [
    "Agrees", "Frozen", "Needs", "NoOverlap", "Steps", "TriggerRule", "install_triggers", "remove_triggers",
    "statements_for",
]  # fmt: skip
