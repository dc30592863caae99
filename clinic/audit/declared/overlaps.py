"""Two at one time: each `NoOverlap` asked of the rows, in one pass over them in the order of time."""

from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant, listed
from clinic.constraints import NoOverlap

# A row begins before all that began earlier are over. The other one is looked for only where there is one.
QUESTION = """
SELECT id AS key, organisation_id AS organisation,
       (SELECT MIN(other.id) FROM {table} other
         WHERE {same} AND {counts} AND other.{start} < taken.{end} AND other.{end} > taken.{start}
           AND other.id <> taken.id) AS other
  FROM (SELECT id, organisation_id, {columns}, {start}, {end},
               MAX({end}) OVER (PARTITION BY {columns} ORDER BY {start}, id
                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS others_until
          FROM {table} WHERE {counts} AND {given}) taken
 WHERE {start} < others_until
"""

RULES = {
    "patient_is_never_in_two_places": _("No patient is in two places at once."),
    "provider_is_never_double_booked": _("No provider treats two patients in one place at once."),
    "room_is_never_double_booked": _("No place of a room is taken twice at once."),
}


def overlaps_of(model: type[Model]) -> Iterator[Invariant]:
    for rule in model._meta.constraints:
        if isinstance(rule, NoOverlap):
            yield Invariant(
                name=rule.name,
                rule=RULES.get(rule.name) or rule.violation_error_message,
                says=_("Overlaps number %(other)s."),
                remedy=_("Move one of the two, or cancel it."),
                model=model,
                question=question_of(model, rule),
            )


def question_of(model: type[Model], rule: NoOverlap) -> str:
    column = {name: model._meta.get_field(name).column for name in (rule.start, rule.end, *rule.equal, *rule.where)}
    equal = [column[name] for name in rule.equal]
    return QUESTION.format(
        table=model._meta.db_table,
        start=column[rule.start],
        end=column[rule.end],
        columns=", ".join(equal),
        same=" AND ".join(f"other.{name} = taken.{name}" for name in equal),
        given=" AND ".join(f"{name} IS NOT NULL" for name in equal),
        counts=" AND ".join(f"{column[name]} IN {listed(values)}" for name, values in rule.where.items()),
    )
