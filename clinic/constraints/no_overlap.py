"""NoOverlap: an exclusion constraint on PostgreSQL, a pair of triggers on SQLite."""

from collections.abc import Iterator

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db.models import Func, Q

from clinic.constraints.triggers import TriggerRule, refusal_of, sqlite_triggers


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class NoOverlap(TriggerRule):
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
        if vendor != "sqlite":
            return
        columns = self._columns(model, self.start, self.end, *self.equal, *self.where)
        (end,) = self._columns(model, self.end)
        body = (
            f"FOR EACH ROW WHEN {self._counts_sql(model, 'NEW')} AND ({self.next_start_sql(model)}) < NEW.{end} "
            f"{refusal_of(self.name)}"
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
