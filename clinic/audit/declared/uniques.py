"""One row too many: each uniqueness asked of the rows, because an index can be missing or broken."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Model, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant, Text

QUESTION = """
SELECT id AS key, organisation_id AS organisation, other FROM (
  SELECT id, organisation_id, FIRST_VALUE(id) OVER same AS other, ROW_NUMBER() OVER same AS turn
    FROM {table} WHERE {given}
  WINDOW same AS (PARTITION BY {columns} ORDER BY id)
) numbered WHERE turn > 1
"""

RULES = {
    "appointment_is_rebooked_in_one_batch": _("An appointment waits in one re-booking at a time."),
    "purchase_names_a_service_once": _("A patient's package names each service once."),
    "series_day_is_booked_once": _("A day of a series is booked once."),
    "session_number_is_given_once": _("No session of a package is given out twice."),
    "time_is_accepted_once": _("An offered time is accepted by one patient."),
    "time_is_offered_once_to_each": _("A time is offered to each patient once."),
}


def uniques_of(model: type[Model]) -> Iterator[Invariant]:
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint):
            yield Invariant(
                name=rule.name,
                rule=in_words(rule),
                says=_("Says the same as number %(other)s."),
                remedy=_("Find out which of the two is right, and correct the other."),
                model=model,
                question=question_of(model, rule),
            )


def in_words(rule: UniqueConstraint) -> Text:
    return RULES.get(rule.name) or rule.violation_error_message


def question_of(model: type[Model], rule: UniqueConstraint) -> str:
    columns = [model._meta.get_field(name).column for name in rule.fields]
    given = [f"{column} IS NOT NULL" for column in columns]
    if rule.condition:
        given.append(f"({condition(model, rule)})")
    return QUESTION.format(table=model._meta.db_table, columns=", ".join(columns), given=" AND ".join(given))


def condition(model: type[Model], rule: UniqueConstraint) -> str:
    """Which rows the index is told to hold."""
    editor = connection.schema_editor(collect_sql=True)
    return str(rule.create_sql(model, editor)).partition(" WHERE ")[2].replace("%", "%%")
