"""Links that lead nowhere or over the organisation's wall: every foreign key of a table in one pass.

What the table's `Agrees` says must be equal on both sides, as the patient of an appointment and of its package, is
asked with it.
"""

from collections.abc import Iterator

from django.db.models import ForeignKey, ManyToManyField, Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant, Row
from clinic.constraints import Agrees

GONE = "gone"

QUESTION = """
SELECT * FROM (
  SELECT here.id AS key, here.organisation_id AS organisation, CASE {cases} END AS link
    FROM {table} here {joins}
) looked_at WHERE link IS NOT NULL
"""

OF_MANY = """
SELECT here.id AS key, here.organisation_id AS organisation, '{field} organisation' AS link
  FROM {through} pair
  JOIN {here} here ON here.id = pair.{here_id} JOIN {there} there ON there.id = pair.{there_id}
 WHERE there.organisation_id <> here.organisation_id
"""


class LinkInvariant(Invariant):
    """Its rows say in `link` which field is wrong, and what is: `gone`, or the field that differs on both sides."""

    def sentence(self, row: Row) -> str:
        field, _space, fault = str(row["link"]).partition(" ")
        values = {"field": self.model._meta.get_field(field).verbose_name}
        if fault == GONE:
            return gettext("“%(field)s” names a row that does not exist.") % values
        if fault == "organisation":
            return gettext("“%(field)s” belongs to another organisation.") % values
        values["other"] = self.model._meta.get_field(fault).verbose_name
        return gettext("“%(field)s” belongs to another row than “%(other)s” says.") % values


def links_of(model: type[Model]) -> Iterator[Invariant]:
    told = {
        "rule": _("Every link leads to a row that exists and is the organisation's own."),
        "says": "",
        "remedy": _("Point the link to the right row. If it was another organisation's, find out how it came here."),
        "model": model,
    }
    yield LinkInvariant(name=f"{model._meta.model_name}_links", question=question_of(model), **told)
    for field in model._meta.local_many_to_many:
        if has_organisation(field.related_model):
            yield LinkInvariant(
                name=f"{model._meta.model_name}_{field.name}_links", question=question_of_many(model, field), **told
            )


def question_of(model: type[Model]) -> str:
    keys = [field for field in model._meta.local_fields if isinstance(field, ForeignKey)]
    joins = [
        f"LEFT JOIN {field.related_model._meta.db_table} at_{field.name} ON at_{field.name}.id = here.{field.column}"
        for field in keys
    ]
    found = [(field.name, fault, wrong) for field in keys for fault, wrong in faults_of(model, field)]
    found.sort(key=lambda one: one[1] not in (GONE, "organisation"))  # a row of others agrees in nothing else either
    cases = [f"WHEN {wrong} THEN '{name} {fault}'" for name, fault, wrong in found]
    return QUESTION.format(table=model._meta.db_table, joins=" ".join(joins), cases=" ".join(cases))


def faults_of(model: type[Model], field: ForeignKey) -> Iterator[tuple[str, str]]:
    """What may be wrong with the link, and the condition that finds it. People of the platform have no organisation."""
    there = field.related_model._meta
    there_row = f"at_{field.name}"
    yield GONE, f"here.{field.column} IS NOT NULL AND {there_row}.id IS NULL"
    if has_organisation(field.related_model):
        yield "organisation", f"{there_row}.organisation_id <> here.organisation_id"
    agreed = [rule.links.get(field.name, ()) for rule in model._meta.constraints if isinstance(rule, Agrees)]
    for name in sorted({name for names in agreed for name in names} - {"organisation"}):
        same = f"{there_row}.{there.get_field(name).column} = here.{model._meta.get_field(name).column}"
        yield name, f"NOT COALESCE({same}, {there_row}.id IS NULL)"


def has_organisation(model: type[Model]) -> bool:
    return any(field.name == "organisation" for field in model._meta.fields)


def question_of_many(model: type[Model], field: ManyToManyField) -> str:
    return OF_MANY.format(
        field=field.name,
        through=field.remote_field.through._meta.db_table,
        here=model._meta.db_table,
        there=field.related_model._meta.db_table,
        here_id=field.m2m_column_name(),
        there_id=field.m2m_reverse_name(),
    )
