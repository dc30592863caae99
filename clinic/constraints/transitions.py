"""Rules about how a row may change: never again, only by these steps, only when another row is ready."""

from collections.abc import Iterator, Mapping

from clinic.constraints.triggers import TriggerRule, refusal_of


class ChangeRule(TriggerRule):
    """A rule of which `broken_by(model)` says, for each event, when a row breaks it: SQL about OLD and NEW.

    An event is written as in a trigger: INSERT, UPDATE, UPDATE OF column, DELETE.
    """

    def broken_by(self, model) -> Mapping[str, str]:
        raise NotImplementedError

    def validate(self, model, instance, exclude=None, using="default"):
        """Nothing: a form does not know how the row stood; the services do, and the table has the last word."""

    def trigger_sql(self, model, vendor: str) -> Iterator[str]:
        broken, table = self.broken_by(model), model._meta.db_table
        if vendor == "sqlite":
            for event, condition in broken.items():
                name = f"{self.name}_{event.split()[0].lower()}"
                yield f"DROP TRIGGER IF EXISTS {name}"
                yield (
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} "
                    f"{refusal_of(self.name)}"
                )
        elif vendor == "postgresql":
            yield self._function(broken)
            yield (
                f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {' OR '.join(broken)} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            )

    def _function(self, broken: Mapping[str, str]) -> str:
        asked = " ".join(
            f"IF TG_OP = '{event.split()[0]}' THEN broken := {condition}; END IF;"
            for event, condition in broken.items()
        )
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE broken boolean; "
            f"BEGIN {asked} IF broken THEN RAISE EXCEPTION 'row breaks {self.name}' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}'; "
            f"END IF; RETURN COALESCE(NEW, OLD); END $$"
        )


class Frozen(ChangeRule):
    """A row that stands like `where` is neither changed nor deleted; without `where`, from the moment it is written.

    `where` maps a field to the values that freeze the row; the fields of `but` stay free. `only` freezes just these
    fields: they keep their values, and the row may still be deleted.
    """

    def __init__(
        self, *, name, where=None, but=(), only=(), violation_error_code="frozen", violation_error_message=None
    ):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.where, self.but, self.only = written(where), tuple(but), tuple(only)

    def freezes(self, field: str) -> bool:
        return field in self.only if self.only else field not in self.but

    def broken_by(self, model) -> Mapping[str, str]:
        frozen = having(model, "OLD", self.where)
        columns = [field.column for field in model._meta.local_concrete_fields if self.freezes(field.name)]
        if self.only:
            changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)
            return {f"UPDATE OF {', '.join(columns)}": f"{frozen} AND ({changed})"}
        return {f"UPDATE OF {', '.join(columns)}" if self.but else "UPDATE": frozen, "DELETE": frozen}

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "where": self.where, "but": self.but, "only": self.only}


class Steps(ChangeRule):
    """`field` goes from each value only to those that `steps` has for it; a new row begins with those of ""."""

    def __init__(self, *, name, field, steps, violation_error_code="steps", violation_error_message=None):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.field = field
        self.steps = written(steps)

    def broken_by(self, model) -> Mapping[str, str]:
        column = model._meta.get_field(self.field).column
        steps = {value: following for value, following in self.steps.items() if value}
        allowed = " OR ".join(
            f"(OLD.{column} = '{value}' AND NEW.{column} IN {listed(following)})" for value, following in steps.items()
        )
        return {
            "INSERT": f"NEW.{column} NOT IN {listed(self.steps[''])}",
            f"UPDATE OF {column}": f"NEW.{column} <> OLD.{column} AND NOT ({allowed})",
        }

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "steps": self.steps}


class Needs(ChangeRule):
    """A row that stands like `where` gets `value` in `field` only while the row behind `link` stands like `has`.

    Only that moment counts: what happens to the other row later is not this rule's concern.
    """

    def __init__(
        self, *, name, field, value, where, link, has, violation_error_code="needs", violation_error_message=None
    ):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        self.field, self.value, self.link = field, str(value), link
        self.where, self.has = written(where), written(has)

    def broken_by(self, model) -> Mapping[str, str]:
        column, link = model._meta.get_field(self.field).column, model._meta.get_field(self.link)
        target = link.related_model
        unready = (
            f"NEW.{column} = '{self.value}' AND {having(model, 'NEW', self.where)} AND NOT EXISTS "
            f"(SELECT 1 FROM {target._meta.db_table} target WHERE target.id = NEW.{link.column} "
            f"AND {having(target, 'target', self.has)})"
        )
        return {"INSERT": unready, f"UPDATE OF {column}": f"OLD.{column} <> '{self.value}' AND {unready}"}

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        own = {"field": self.field, "value": self.value, "where": self.where, "link": self.link, "has": self.has}
        return path, args, {**kwargs, **own}


def written(values: Mapping | None) -> dict:
    """The same with plain texts, which migrations can hold."""
    return {str(key): tuple(str(value) for value in some) for key, some in (values or {}).items()}


def listed(values: tuple[str, ...]) -> str:
    return f"({', '.join(repr(value) for value in values)})"


def having(model, row: str, where: Mapping[str, tuple[str, ...]]) -> str:
    """SQL: whether `row` has one of the values in each field; true where none is asked for."""
    asked = (f"{row}.{model._meta.get_field(field).column} IN {listed(values)}" for field, values in where.items())
    return " AND ".join(asked) or "1 = 1"
