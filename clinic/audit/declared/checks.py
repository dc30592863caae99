"""A row that its own table would refuse today: every CHECK asked of the rows, all of a table in one pass."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import CheckConstraint, Model
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant

QUESTION = """
SELECT * FROM (
  SELECT id AS key, organisation_id AS organisation, CASE {cases} END AS breaks FROM {table}
) looked_at WHERE breaks IS NOT NULL
"""


def checks_of(model: type[Model]) -> Iterator[Invariant]:
    rules = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint)]
    if rules:
        yield Invariant(
            name=f"{model._meta.model_name}_checks",
            rule=_("Every row keeps the rules of its own table."),
            says=_("Breaks “%(breaks)s”."),
            remedy=_("Correct the row; the rule says what its values have to be."),
            model=model,
            question=question_of(model, rules),
        )


def question_of(model: type[Model], rules: list[CheckConstraint]) -> str:
    cases = " ".join(f"WHEN NOT ({condition(model, rule)}) THEN '{rule.name}'" for rule in rules)
    return QUESTION.format(table=model._meta.db_table, cases=cases)


def condition(model: type[Model], rule: CheckConstraint) -> str:
    """What the table itself has been told."""
    editor = connection.schema_editor(collect_sql=True)
    return str(rule.constraint_sql(model, editor)).partition(" CHECK ")[2].replace("%", "%%")
