"""Rules over several rows that the database itself keeps, the same on PostgreSQL and on SQLite.

`NoOverlap` is an exclusion constraint on PostgreSQL and a pair of triggers on SQLite; `Agrees` is a pair of
triggers on both. Triggers stand in the way of changes to tables (SQLite renames no table that a trigger of another one
looks into, PostgreSQL changes no column that a trigger watches), so `migrate` takes them all away first, if it has
anything to do, and makes them anew at its end. Either way a row that breaks the rule raises IntegrityError.
"""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import BaseConstraint, Func, Q

EXISTING_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, '' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, relname, ' ON ' || relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal",
}
REFUSED = "UNIQUE constraint failed: {name}"  # SQLite's own words, so that Django raises IntegrityError


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class NoOverlap(BaseConstraint):
    """No two rows with equal `equal` fields and `where` values share a moment of [start, end).

    `where` maps a field to the values that count, as in {"status": ["scheduled", "confirmed"]}.
    A NULL in one of the `equal` fields never clashes.
    """

    def __init__(self, *, name, start, end, equal, where, violation_error_code="overlap", violation_error_message=None):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.start, self.end = start, end
        self.equal = tuple(equal)
        self.where = {field: tuple(str(value) for value in values) for field, values in where.items()}

    def _exclusion(self) -> ExclusionConstraint:
        span = (TsTzRange(self.start, self.end, RangeBoundary()), RangeOperators.OVERLAPS)
        return ExclusionConstraint(
            name=self.name,
            expressions=[span, *((field, RangeOperators.EQUAL) for field in self.equal)],
            condition=self._counts(),
        )

    def _counts(self) -> Q:
        return Q(**{f"{field}__in": values for field, values in self.where.items()})

    def create_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().create_sql(model, schema_editor)
        return None

    def remove_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().remove_sql(model, schema_editor)
        return None

    def constraint_sql(self, model, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().constraint_sql(model, schema_editor)
        return None

    def validate(self, model, instance, exclude=None, using="default"):
        fields = {self.start, self.end, *self.equal, *self.where}
        if fields & set(exclude or ()):
            return
        if any(getattr(instance, field) not in values for field, values in self.where.items()):
            return
        same = {field: getattr(instance, field) for field in self.equal}
        if any(value is None for value in same.values()):
            return
        others = model._default_manager.using(using).filter(self._counts(), **same)
        others = others.filter(
            **{f"{self.start}__lt": getattr(instance, self.end), f"{self.end}__gt": getattr(instance, self.start)}
        )
        if others.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def trigger_sql(self, model, vendor: str) -> Iterator[str]:
        """The statements that make this rule's triggers; none where the engine has a constraint for it."""
        if vendor != "sqlite":
            return
        columns = self._columns(model, self.start, self.end, *self.equal, *self.where)
        (end,) = self._columns(model, self.end)
        body = (
            f"FOR EACH ROW WHEN {self._counts_sql(model, 'NEW')} AND ({self.next_start_sql(model)}) < NEW.{end} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED.format(name=self.name)}'); END"
        )
        yield from sqlite_triggers(self.name, model._meta.db_table, sorted(columns), body)

    def next_start_sql(self, model) -> str:
        """When the first row to end after NEW has begun begins; no later row begins earlier, for none overlap.

        One step in an index of the `equal` fields and the end, where looking for any overlap reads half a history.
        """
        start, end = self._columns(model, self.start, self.end)
        equal = "".join(f" AND other.{column} = NEW.{column}" for column in self._columns(model, *self.equal))
        return (
            f"SELECT other.{start} FROM {model._meta.db_table} other "
            f"WHERE {self._counts_sql(model, 'other')}{equal} AND other.{end} > NEW.{start} AND other.id <> NEW.id "
            f"ORDER BY other.{end} LIMIT 1"
        )

    def _counts_sql(self, model, row: str) -> str:
        return " AND ".join(
            f"{row}.{model._meta.get_field(field).column} IN ({', '.join(repr(value) for value in values)})"
            for field, values in self.where.items()
        )

    def _columns(self, model, *fields: str) -> list[str]:
        return [model._meta.get_field(field).column for field in fields]

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "start": self.start, "end": self.end, "equal": self.equal, "where": self.where}

    def __eq__(self, other):
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


class Agrees(BaseConstraint):
    """The rows this row points to carry the same values: its patient's organisation, its purchase's patient.

    `links` maps a foreign key of the model to the fields that must be equal on both sides.
    """

    def __init__(self, *, name, links, violation_error_code="agrees", violation_error_message=None):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.links = {relation: tuple(fields) for relation, fields in links.items()}

    def create_sql(self, model, schema_editor):
        return None

    remove_sql = constraint_sql = create_sql

    def validate(self, model, instance, exclude=None, using="default"):
        for relation, fields in self.links.items():
            target = None if relation in (exclude or ()) else getattr(instance, relation)
            if target is not None and any(self._differs(model, instance, target, field) for field in fields):
                raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _differs(self, model, instance, target, field: str) -> bool:
        return getattr(instance, model._meta.get_field(field).attname) != getattr(
            target, "pk" if field == "pk" else target._meta.get_field(field).attname
        )

    def trigger_sql(self, model, vendor: str) -> Iterator[str]:
        table = model._meta.db_table
        checks = [self._mismatch_sql(model, relation, fields) for relation, fields in self.links.items()]
        mismatch = " OR ".join(checks)
        own = {*self.links, *(field for fields in self.links.values() for field in fields)}
        columns = sorted(model._meta.get_field(field).column for field in own)
        if vendor == "sqlite":
            body = f"FOR EACH ROW WHEN {mismatch} BEGIN SELECT RAISE(ABORT, '{REFUSED.format(name=self.name)}'); END"
            yield from sqlite_triggers(self.name, table, columns, body)
        elif vendor == "postgresql":
            yield from postgresql_trigger(self.name, table, columns, mismatch)

    def _mismatch_sql(self, model, relation: str, fields: tuple[str, ...]) -> str:
        foreign_key = model._meta.get_field(relation)
        target = foreign_key.related_model._meta
        same = " AND ".join(
            f"target.{target.get_field(field).column} = NEW.{model._meta.get_field(field).column}" for field in fields
        )
        return (
            f"(NEW.{foreign_key.column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target.db_table} target "
            f"WHERE target.id = NEW.{foreign_key.column} AND {same}))"
        )

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "links": self.links}

    def __eq__(self, other):
        return isinstance(other, Agrees) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


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
        if isinstance(constraint, NoOverlap | Agrees):
            yield from constraint.trigger_sql(model, vendor)
