"""Rules that the database keeps by triggers: making them, and taking them away while tables change."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections
from django.db.models import BaseConstraint

EXISTING_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, '' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, relname, ' ON ' || relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal",
}
REFUSED = "UNIQUE constraint failed: {name}"  # SQLite's own words, so that Django raises IntegrityError


class TriggerRule(BaseConstraint):
    """A constraint of a model that is kept, on some engine, by triggers. They are made after every migrate."""

    def deconstruct(self):
        _path, args, kwargs = super().deconstruct()
        return f"clinic.constraints.{type(self).__name__}", args, kwargs

    def __eq__(self, other):
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def create_sql(self, model, schema_editor):
        return None

    remove_sql = constraint_sql = create_sql

    def trigger_sql(self, model, vendor: str) -> Iterator[str]:
        """The statements that make this rule's triggers; none where the engine has a constraint for it."""
        raise NotImplementedError


def refusal_of(name: str) -> str:
    """What a trigger of SQLite does to a row that breaks the rule."""
    return f"BEGIN SELECT RAISE(ABORT, '{REFUSED.format(name=name)}'); END"


def sqlite_triggers(name: str, table: str, columns: list[str], body: str) -> Iterator[str]:
    for event, suffix in (("INSERT", "insert"), (f"UPDATE OF {', '.join(columns)}", "update")):
        yield f"DROP TRIGGER IF EXISTS {name}_{suffix}"
        yield f"CREATE TRIGGER {name}_{suffix} AFTER {event} ON {table} {body}"


def postgresql_trigger(name: str, table: str, columns: list[str], broken: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {broken} THEN "
        f"RAISE EXCEPTION 'row breaks {name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; "
        f"END IF; RETURN NEW; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR UPDATE OF {', '.join(columns)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def remove_triggers(sender, using="default", plan=(), **kwargs) -> None:
    """Take away every trigger of the sender's tables, if there are migrations to run; connected to `pre_migrate`."""
    connection = connections[using]
    if not plan or connection.vendor not in EXISTING_TRIGGERS:
        return
    tables = {model._meta.db_table for model in sender.get_models()}
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_TRIGGERS[connection.vendor])
        for trigger, table, place in cursor.fetchall():
            if table in tables:
                cursor.execute(f"DROP TRIGGER {trigger}{place}")


def install_triggers(sender=None, using="default", **kwargs) -> None:
    """Make every trigger of the models anew; connected to `post_migrate` and safe to repeat."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in sender.get_models() if sender else apps.get_models():
            if model._meta.db_table in tables:
                for statement in statements_for(model, connection.vendor):
                    cursor.execute(statement)


def statements_for(model, vendor: str) -> Iterator[str]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, TriggerRule):
            yield from constraint.trigger_sql(model, vendor)
