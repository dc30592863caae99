"""Agrees: a row and the rows it points to carry the same values."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from clinic.constraints.triggers import TriggerRule, postgresql_trigger, refusal_of, sqlite_triggers


class Agrees(TriggerRule):
    """The rows this row points to carry the same values: its patient's organisation, its purchase's patient.

    `links` maps a foreign key of the model to the fields that must be equal on both sides.
    """

    def __init__(self, *, name, links, violation_error_code="agrees", violation_error_message=None):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.links = {relation: tuple(fields) for relation, fields in links.items()}

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
            body = f"FOR EACH ROW WHEN {mismatch} {refusal_of(self.name)}"
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
