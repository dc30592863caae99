"""Rows that were changed past their history: each row beside its newest version.

A time that is held for an offer is no appointment yet and has no history.
"""

from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.models import Appointment
from clinic.models.base import RecordedModel

QUESTION = """
SELECT * FROM (
  SELECT here.id AS key, here.organisation_id AS organisation,
         CASE WHEN version.history_id IS NULL THEN 'id' {cases} END AS field
    FROM {table} here
    LEFT JOIN (SELECT id, MAX(history_id) AS newest FROM {history} GROUP BY id) last ON last.id = here.id
    LEFT JOIN {history} version ON version.history_id = last.newest
   WHERE {recorded}
) looked_at WHERE field IS NOT NULL
"""


def history_of(model: type[Model]) -> Iterator[Invariant]:
    if issubclass(model, RecordedModel):
        yield Invariant(
            name=f"{model._meta.model_name}_history",
            rule=_("The newest version in the history is the row itself."),
            says=_("Differs from its newest version in “%(field)s”."),
            remedy=_("Find out who wrote past the history, then save the row once more with a reason."),
            model=model,
            question=question_of(model),
        )


def question_of(model: type[Model]) -> str:
    versions = {field.name for field in model.history.model._meta.fields}
    compared = [field for field in model._meta.local_fields if field.name in versions and not field.primary_key]
    cases = " ".join(
        f"""WHEN here."{field.column}" IS DISTINCT FROM version."{field.column}" THEN '{field.name}'"""
        for field in compared
    )
    return QUESTION.format(
        table=model._meta.db_table,
        history=model.history.model._meta.db_table,
        cases=cases,
        recorded="here.status <> {HELD}" if model is Appointment else "TRUE",
    )
