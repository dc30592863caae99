"""The database's own guards: what the models declare must be there, switched on and as declared."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import BaseConstraint, ForeignKey, Model
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant, Row
from clinic.constraints import TriggerRule, statements_for

# A trigger as the database has it: the statement that made it on SQLite, the body of its function on PostgreSQL.
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %(table)s",
    "postgresql": """
SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
 WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = %(table)s::regclass
""",
}

# Constraints and unique indexes by name, foreign keys and what is unique by itself by column. On SQLite the CHECKs
# stand in the text of the table alone.
GUARDS = {
    "sqlite": """
SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %(table)s
UNION ALL SELECT "from" FROM pragma_foreign_key_list(%(table)s)
UNION ALL SELECT MIN(part.name) || ' (unique)'
            FROM pragma_index_list(%(table)s) list JOIN pragma_index_info(list.name) part
           WHERE list."unique" AND NOT list.partial GROUP BY list.name HAVING COUNT(*) = 1
UNION ALL SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %(table)s
""",
    "postgresql": """
SELECT conname FROM pg_constraint WHERE conrelid = %(table)s::regclass AND convalidated
UNION ALL SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
           WHERE indrelid = %(table)s::regclass AND indisunique AND indisvalid
UNION ALL SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
           WHERE conrelid = %(table)s::regclass AND contype = 'f' AND convalidated
UNION ALL SELECT attname || ' (unique)' FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
           WHERE indrelid = %(table)s::regclass AND indisunique AND indisvalid AND indnatts = 1 AND indpred IS NULL
""",
}
CONSTRAINT = re.compile(r'CONSTRAINT "(\w+)"')


class GuardInvariant(Invariant):
    """Its rows are the names of guards and belong to no organisation: what is missing is missing for everybody."""

    def broken(self, *, at: datetime, most: int) -> Iterator[Row]:
        missing = sorted(declared_for(self.model) - existing_for(self.model))
        for name in missing[:most]:
            yield {"key": name, "organisation": None, "broken": len(missing)}


def guards_of(model: type[Model]) -> Iterator[Invariant]:
    yield GuardInvariant(
        name=f"{model._meta.model_name}_guards",
        rule=_("The database guards the table as it was told to."),
        says=_("“%(key)s” is missing from the database, or is not what was declared."),
        remedy=_("Run `manage.py migrate`; if that changes nothing, tell whoever looks after the database."),
        model=model,
        question="",
    )


def declared_for(model: type[Model]) -> set[str]:
    """The names of its constraints and triggers, and of the columns that are keys or unique."""
    constraints = {rule.name for rule in model._meta.constraints if not is_kept_by_triggers(rule, model)}
    keys = {field.column for field in model._meta.local_fields if isinstance(field, ForeignKey) and field.db_constraint}
    unique = {
        f"{field.column} (unique)" for field in model._meta.local_fields if field.unique and not field.primary_key
    }
    return constraints | set(triggers_wanted(model)) | keys | unique


def is_kept_by_triggers(rule: BaseConstraint, model: type[Model]) -> bool:
    return isinstance(rule, TriggerRule) and any(rule.trigger_sql(model, connection.vendor))


def existing_for(model: type[Model]) -> set[str]:
    table = {"table": model._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(GUARDS[connection.vendor], table)
        guards = [guard for (guard,) in cursor.fetchall()]
        cursor.execute(TRIGGERS[connection.vendor], table)
        triggers = dict(cursor.fetchall())
    as_wanted = {name for name, wanted in triggers_wanted(model).items() if triggers.get(name) == wanted}
    return {*guards, *CONSTRAINT.findall(" ".join(guards)), *as_wanted}


def triggers_wanted(model: type[Model]) -> dict[str, str]:
    """What makes each trigger, by its name, without what the database does not keep of it."""
    wanted = {}
    for statement in statements_for(model, connection.vendor):
        match statement.split():
            case ["CREATE", "TRIGGER", name, *_rest]:
                wanted[name] = statement
            case ["CREATE", "OR", "REPLACE", "FUNCTION", name, *_rest]:
                wanted[name.removesuffix("()")] = statement.split("$$")[1]
    return wanted
